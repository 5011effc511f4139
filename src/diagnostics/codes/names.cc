// SPDX-License-Identifier: Apache-2.0
// MR02: names that mean nothing, or more than one thing.
#include <array>

#include "diagnostics/codes.h"

namespace millrace {
namespace {

constexpr std::array kCodes = {
    CodeInfo{
        .code = "MR0201",
        .title = "unknown column",
        .explanation = R"(
No table in FROM has a column of this name. Names are case-sensitive, as in Flink. The nearest
columns are listed; if the right one belongs to a table that is not in FROM, join that table
first. A column alias of the same SELECT cannot be used in its own WHERE: wrap the query.)",
        .example = R"(
SELECT custmer_id FROM payments)",
        .fixed = R"(
SELECT customer_id FROM payments)",
    },
    CodeInfo{
        .code = "MR0202",
        .title = "unknown function",
        .explanation = R"(
There is no function of this name. Function names ignore case. The nearest names are listed;
functions of Flink that are not there yet are refused rather than guessed.)",
        .example = R"(
SELECT UPPR(name) FROM t)",
        .fixed = R"(
SELECT UPPER(name) FROM t)",
    },
    CodeInfo{
        .code = "MR0203",
        .title = "ambiguous column",
        .explanation = R"(
Several tables in FROM have a column of this name. Say which one is meant by writing the table's
name or alias before it.)",
        .example = R"(
SELECT id FROM a JOIN b ON a.id = b.id)",
        .fixed = R"(
SELECT a.id FROM a JOIN b ON a.id = b.id)",
    },
    CodeInfo{
        .code = "MR0204",
        .title = "no such field",
        .explanation = R"(
A dot after a column asks for a field of a ROW. The column is no ROW, or its ROW has no field of
this name.)",
        .example = R"(
SELECT address.ctiy FROM t)",
        .fixed = R"(
SELECT address.city FROM t)",
    },
    CodeInfo{
        .code = "MR0205",
        .title = "column declared twice",
        .explanation = R"(
A table has each column once. Names are case-sensitive: `Id` and `id` are two columns.)",
        .example = R"(
CREATE TABLE t (id INT, id STRING) WITH (..))",
        .fixed = R"(
CREATE TABLE t (id INT, name STRING) WITH (..))",
    },
    CodeInfo{
        .code = "MR0206",
        .title = "unknown metadata",
        .explanation = R"(
The connector has no metadata of this key. The keys it has are listed, and stand in
`docs/reference/connectors.md`. Without FROM the column's own name is the key.)",
        .example = R"(
CREATE TABLE t (p STRING METADATA) WITH (..))",
        .fixed = R"(
CREATE TABLE t (p STRING METADATA FROM 'file.path') WITH (..))",
    },
    CodeInfo{
        .code = "MR0207",
        .title = "unknown table or view",
        .explanation = R"(
No table, view or query of a WITH clause has this name at this point of the file. Statements run
in order: a table must be created above its first use. Names are case-sensitive.)",
        .example = R"(
SELECT * FROM Payments)",
        .fixed = R"(
SELECT * FROM payments)",
    },
    CodeInfo{
        .code = "MR0208",
        .title = "unknown window",
        .explanation = R"(
OVER names a window that the WINDOW clause of this SELECT does not define.)",
        .example = R"(
SELECT SUM(a) OVER w FROM t)",
        .fixed = R"(
SELECT SUM(a) OVER w FROM t WINDOW w AS (ORDER BY ts))",
    },
    CodeInfo{
        .code = "MR0209",
        .title = "name is taken",
        .explanation = R"(
Something of this name exists already. Drop it first, choose another name, or say `IF NOT
EXISTS` if the existing one will do.)",
        .example = R"(
CREATE VIEW v AS SELECT 1;
CREATE VIEW v AS SELECT 2;)",
        .fixed = R"(
CREATE VIEW v AS SELECT 1;
CREATE VIEW w AS SELECT 2;)",
    },
    CodeInfo{
        .code = "MR0210",
        .title = "no late rows of this table",
        .explanation = R"(
`<table>$late` has the rows of a table that a window, a window join or OVER left out because they
came behind the watermark. It is there once `SET 'millrace.table.<table>.late-rows' = 'table'`
says so, the table has a watermark, and such an operator reads the table in the same statement or
STATEMENT SET.)",
        .example = "",
        .fixed = "",
    },
    CodeInfo{
        .code = "MR0211",
        .title = "a temporary object of this name",
        .explanation = R"(
CREATE TEMPORARY TABLE, VIEW, MODEL or FUNCTION hides the permanent one of the same name until it is
dropped. DROP without TEMPORARY is refused as long as it does, and ALTER changes permanent ones
only.)",
        .example = R"(
CREATE TEMPORARY VIEW v AS SELECT 1;
DROP VIEW v;)",
        .fixed = R"(
CREATE TEMPORARY VIEW v AS SELECT 1;
DROP TEMPORARY VIEW v;)",
    },
};

}  // namespace

std::span<const CodeInfo> NameCodes() { return kCodes; }

}  // namespace millrace
