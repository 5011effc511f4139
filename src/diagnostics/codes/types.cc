// SPDX-License-Identifier: Apache-2.0
// MR03: types that do not go together, and expressions where they cannot stand.
#include <array>

#include "diagnostics/codes.h"

namespace millrace {
namespace {

constexpr std::array kCodes = {
    CodeInfo{
        .code = "MR0301",
        .title = "function does not accept these types",
        .explanation = R"(
The function or operator exists, but not for arguments of these types. The accepted forms are
listed. Text and numbers never convert into each other by themselves, as in Flink; write the
`CAST`.)",
        .example = R"(
SELECT * FROM t WHERE amount = '5')",
        .fixed = R"(
SELECT * FROM t WHERE amount = CAST('5' AS INT))",
    },
    CodeInfo{
        .code = "MR0302",
        .title = "wrong number of arguments",
        .explanation = R"(
The function does not take this many arguments. The accepted forms are listed.)",
        .example = R"(
SELECT CHAR_LENGTH('a', 'b'))",
        .fixed = R"(
SELECT CHAR_LENGTH('a'))",
    },
    CodeInfo{
        .code = "MR0303",
        .title = "type that cannot be",
        .explanation = R"(
The type does not exist in this form: its length, precision or scale is out of range, or it is
one that no column can have (INTERVAL, for example).)",
        .example = R"(
CREATE TABLE t (a DECIMAL(50, 2)) WITH (..))",
        .fixed = R"(
CREATE TABLE t (a DECIMAL(38, 2)) WITH (..))",
    },
    CodeInfo{
        .code = "MR0304",
        .title = "no such cast",
        .explanation = R"(
There is no conversion between these two types. Between TIMESTAMP and numbers use
`TO_TIMESTAMP_LTZ(milliseconds, 3)` and `UNIX_TIMESTAMP(text)`.)",
        .example = R"(
SELECT CAST(TIMESTAMP '2026-01-02 03:04:05' AS BIGINT))",
        .fixed = R"(
SELECT UNIX_TIMESTAMP('2026-01-02 03:04:05'))",
    },
    CodeInfo{
        .code = "MR0305",
        .title = "NULL without a type",
        .explanation = R"(
A bare NULL has no type, so an operator or a column cannot tell what to do with it. Give it one.)",
        .example = R"(
SELECT 'a' || NULL)",
        .fixed = R"(
SELECT 'a' || CAST(NULL AS STRING))",
    },
    CodeInfo{
        .code = "MR0306",
        .title = "constant expression fails",
        .explanation = R"(
This part of the query has the same value for every row, so it was computed while planning, and
it has none: a division by zero, text that is no number. Every row would have failed.)",
        .example = R"(
SELECT amount / 0 FROM t)",
        .fixed = R"(
SELECT amount / 10 FROM t)",
    },
    CodeInfo{
        .code = "MR0307",
        .title = "condition that is no BOOLEAN",
        .explanation = R"(
WHERE, HAVING, ON, FILTER, IF and CASE WHEN need a condition that is true or false. Numbers and
text are neither.)",
        .example = R"(
SELECT * FROM t WHERE amount)",
        .fixed = R"(
SELECT * FROM t WHERE amount <> 0)",
    },
    CodeInfo{
        .code = "MR0308",
        .title = "literal that means no value",
        .explanation = R"(
The literal is well formed as text but stands for no value of its type: a date that does not
exist, an interval whose leading field has more digits than its precision (two, unless more are
given).)",
        .example = R"(
SELECT INTERVAL '100' SECOND)",
        .fixed = R"(
SELECT INTERVAL '100' SECOND(3))",
    },
    CodeInfo{
        .code = "MR0309",
        .title = "no common type",
        .explanation = R"(
These values must become one column, but no type holds them all. Cast them to the type you want.)",
        .example = R"(
SELECT CASE WHEN a > 1 THEN 'x' ELSE 0 END FROM t)",
        .fixed = R"(
SELECT CASE WHEN a > 1 THEN 'x' ELSE '0' END FROM t)",
    },
    CodeInfo{
        .code = "MR0310",
        .title = "wrong type",
        .explanation = R"(
A value of another type is needed here and this one does not convert by itself. Cast it.)",
        .example = "",
        .fixed = "",
    },
    CodeInfo{
        .code = "MR0311",
        .title = "misplaced aggregate",
        .explanation = R"(
Aggregate functions stand in SELECT and HAVING of a query with GROUP BY or without other
columns; those with OVER only in SELECT; neither inside another aggregate. DISTINCT and FILTER
apply to aggregates alone.)",
        .example = R"(
SELECT card FROM t WHERE COUNT(*) > 3 GROUP BY card)",
        .fixed = R"(
SELECT card FROM t GROUP BY card HAVING COUNT(*) > 3)",
    },
    CodeInfo{
        .code = "MR0312",
        .title = "misplaced star",
        .explanation = R"(
`*` means all columns of FROM. It stands in a SELECT list with FROM, and in `COUNT(*)`.)",
        .example = R"(
SELECT MAX(*) FROM t)",
        .fixed = R"(
SELECT MAX(amount) FROM t)",
    },
    CodeInfo{
        .code = "MR0313",
        .title = "not a time for a watermark",
        .explanation = R"(
The column of WATERMARK is TIMESTAMP or TIMESTAMP_LTZ with a precision of at most 3, and so is
its expression. Add a computed column where the data says time otherwise.)",
        .example = R"(
CREATE TABLE t (ms BIGINT, WATERMARK FOR ms AS ms) WITH (..))",
        .fixed = R"(
CREATE TABLE t (ms BIGINT, ts AS TO_TIMESTAMP_LTZ(ms, 3),
  WATERMARK FOR ts AS ts) WITH (..))",
    },
    CodeInfo{
        .code = "MR0314",
        .title = "column outside of GROUP BY",
        .explanation = R"(
In a query with GROUP BY every column is either one of its keys or inside an aggregate: a group
has many values of the others.)",
        .example = R"(
SELECT card, amount FROM t GROUP BY card)",
        .fixed = R"(
SELECT card, MAX(amount) FROM t GROUP BY card)",
    },
    CodeInfo{
        .code = "MR0315",
        .title = "number of columns differs",
        .explanation = R"(
Both sides must have equally many columns: the branches of UNION, the rows of VALUES, a list of
column names and what it names.)",
        .example = R"(
SELECT a, b FROM t UNION ALL SELECT a FROM u)",
        .fixed = R"(
SELECT a, b FROM t UNION ALL SELECT a, b FROM u)",
    },
    CodeInfo{
        .code = "MR0316",
        .title = "a table is needed",
        .explanation = R"(
A table function takes `TABLE name` or a query in parentheses here.)",
        .example = R"(
SELECT * FROM TUMBLE(t, DESCRIPTOR(ts), INTERVAL '1' MINUTE))",
        .fixed = R"(
SELECT * FROM TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' MINUTE))",
    },
    CodeInfo{
        .code = "MR0317",
        .title = "wrong argument of a table function",
        .explanation = R"(
The argument has another form than the function takes at this place: `DESCRIPTOR(column)`,
`MODEL name`, `MAP['key', 'value']`, a positive INTERVAL. Named arguments are written `NAME =>
value`.)",
        .example = R"(
SELECT * FROM TUMBLE(TABLE t, ts, INTERVAL '1' MINUTE))",
        .fixed = R"(
SELECT * FROM TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' MINUTE))",
    },
    CodeInfo{
        .code = "MR0318",
        .title = "size that is no multiple",
        .explanation = R"(
The size of a HOP window is a multiple of its slide, that of a CUMULATE window a multiple of its
step, so that windows share their parts.)",
        .example = R"(
HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '2' MINUTE, INTERVAL '5' MINUTE))",
        .fixed = R"(
HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '1' MINUTE, INTERVAL '5' MINUTE))",
    },
    CodeInfo{
        .code = "MR0319",
        .title = "no key of GROUP BY",
        .explanation = R"(
GROUPING and GROUPING_ID say of keys of GROUP BY whether the row's grouping set is without them.
GROUP_ID has no arguments. A group window (TUMBLE, HOP, SESSION over a time column) stands once in
GROUP BY, and TUMBLE_START and the like beside it with the same arguments.)",
        .example = R"(
SELECT card, GROUPING(amount) FROM t GROUP BY ROLLUP (card))",
        .fixed = R"(
SELECT card, GROUPING(card) FROM t GROUP BY ROLLUP (card))",
    },
    CodeInfo{
        .code = "MR0330",
        .title = "declaration of a function",
        .explanation = R"(
A SQL function is one expression over its parameters: it cannot call itself, directly or through
others. Parameters have a name each, and a type; its body is of the type after RETURNS.)",
        .example = R"(
CREATE FUNCTION f(x INT) RETURNS INT RETURN f(x - 1))",
        .fixed = R"(
CREATE FUNCTION f(x INT) RETURNS INT RETURN x - 1)",
    },
    CodeInfo{
        .code = "MR0331",
        .title = "argument that changes each time it is read",
        .explanation = R"(
The body of a SQL function stands in the place of its call, with the argument wherever the body has
the parameter. An argument such as RAND() would be computed several times, each with another value.
Compute it in a subquery, which does so once for each row.)",
        .example = R"(
SELECT squared(RAND()) FROM t)",
        .fixed = R"(
SELECT squared(r) FROM (SELECT RAND() AS r FROM t))",
    },
    CodeInfo{
        .code = "MR0332",
        .title = "function hidden by a built-in one",
        .explanation = R"(
An unqualified name means a built-in function before it means one of the catalog, as in Flink, so
the function declared here is not the one that runs. A system function comes first:
`CREATE TEMPORARY SYSTEM FUNCTION`.)",
        .example = "",
        .fixed = "",
    },
    CodeInfo{
        .code = "MR0333",
        .title = "Python function that cannot be used",
        .explanation = R"(
`CREATE FUNCTION .. LANGUAGE PYTHON` starts the Python of `python.executable`, which needs pyarrow,
and imports the module there: from the current directory, or from `python.files`. The module, or
the statement, must say the type of what the function gives.)",
        .example = R"(
CREATE FUNCTION score AS 'model.score' LANGUAGE PYTHON)",
        .fixed = R"(
SET 'python.executable' = '/opt/venv/bin/python';
SET 'python.files' = 'functions';
CREATE FUNCTION score(x DOUBLE) RETURNS DOUBLE LANGUAGE PYTHON AS 'model.score')",
    },
    CodeInfo{
        .code = "MR0334",
        .title = "Python aggregate over rows that are taken back",
        .explanation = R"(
The input of the aggregate is updated: rows of it are taken back and come changed. The class needs a
method `retract(self, accumulator, ..)` that undoes `accumulate`. Or aggregate rows that only come,
such as those of a table or a window.)",
        .example = "",
        .fixed = "",
    },
};

}  // namespace

std::span<const CodeInfo> TypeCodes() { return kCodes; }

}  // namespace millrace
