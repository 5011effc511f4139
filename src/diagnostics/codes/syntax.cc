// SPDX-License-Identifier: Apache-2.0
// MR01: the text is not SQL of the dialect.
#include <array>

#include "diagnostics/codes.h"

namespace millrace {
namespace {

constexpr std::array kCodes = {
    CodeInfo{
        .code = "MR0101",
        .title = "unexpected text",
        .explanation = R"(
The parser met something that cannot stand here. The message names what was found and what could
have stood in its place; the caret is under the first word that does not fit, and the real slip
is often just before it (a missing comma, a missing closing parenthesis).)",
        .example = R"(
SELECT amount card FROM payments GROUP)",
        .fixed = R"(
SELECT amount, card FROM payments)",
    },
    CodeInfo{
        .code = "MR0102",
        .title = "misspelt keyword",
        .explanation = R"(
A word stands where only certain keywords can stand, and it is one letter or two away from one
of them.)",
        .example = R"(
SELECT amount FORM payments)",
        .fixed = R"(
SELECT amount FROM payments)",
    },
    CodeInfo{
        .code = "MR0103",
        .title = "text that is never closed",
        .explanation = R"(
A string, a quoted name or a comment is opened but never closed. The caret is under its first
line. Inside a string a quote is written twice: `'it''s'`.)",
        .example = R"(
SELECT 'it's late')",
        .fixed = R"(
SELECT 'it''s late')",
    },
    CodeInfo{
        .code = "MR0104",
        .title = "character that begins no word",
        .explanation = R"(
This character has no meaning in the dialect outside strings and comments. The usual cause is
text pasted from a document: typographic quotes, dashes, invisible spaces. Files are UTF-8.)",
        .example = R"(
SELECT ‘a’)",
        .fixed = R"(
SELECT 'a')",
    },
    CodeInfo{
        .code = "MR0105",
        .title = "spelling of another dialect",
        .explanation = R"(
Other SQL dialects write it so; this one, which is Flink's, does not: `!=` is written `<>`, `==`
is `=`, `a::INT` is `CAST(a AS INT)`, `!a` is `NOT a`.)",
        .example = R"(
SELECT * FROM t WHERE a != 1)",
        .fixed = R"(
SELECT * FROM t WHERE a <> 1)",
    },
    CodeInfo{
        .code = "MR0106",
        .title = "double quotes",
        .explanation = R"(
Names are quoted with backticks and text with single quotes. Double quotes mean nothing in this
dialect.)",
        .example = R"(
SELECT "order" FROM t)",
        .fixed = R"(
SELECT `order` FROM t)",
    },
    CodeInfo{
        .code = "MR0107",
        .title = "comma with nothing after it",
        .explanation = R"(
A list ends with a comma. Remove it, or write the element that is missing.)",
        .example = R"(
SELECT a, b, FROM t)",
        .fixed = R"(
SELECT a, b FROM t)",
    },
    CodeInfo{
        .code = "MR0108",
        .title = "bracket that is never closed",
        .explanation = R"(
A bracket is opened but not closed before something that cannot be inside it. The label shows
where it was opened.)",
        .example = R"(
SELECT (a + b FROM t)",
        .fixed = R"(
SELECT (a + b) FROM t)",
    },
    CodeInfo{
        .code = "MR0109",
        .title = "reserved word as a name",
        .explanation = R"(
This word is reserved and cannot be a name by itself. Put it in backticks, or choose another
name.)",
        .example = R"(
SELECT value FROM t)",
        .fixed = R"(
SELECT `value` FROM t)",
    },
    CodeInfo{
        .code = "MR0110",
        .title = "missing semicolon",
        .explanation = R"(
Two statements follow each other without the `;` that ends the first one.)",
        .example = R"(
SET 'a' = 'b'
SELECT 1;)",
        .fixed = R"(
SET 'a' = 'b';
SELECT 1;)",
    },
    CodeInfo{
        .code = "MR0111",
        .title = "clause of another dialect",
        .explanation = R"(
This clause exists in other SQL dialects but not in this one. The message says what to write
instead, where there is something.)",
        .example = R"(
SELECT a FROM t LIMIT 5, 10)",
        .fixed = R"(
SELECT a FROM t LIMIT 10 OFFSET 5)",
    },
    CodeInfo{
        .code = "MR0112",
        .title = "wrong interval",
        .explanation = R"(
The units of an interval do not go together or do not exist. Year-month intervals (YEAR, MONTH)
and day-time intervals (DAY, HOUR, MINUTE, SECOND) do not mix, and the larger unit comes first.)",
        .example = R"(
SELECT INTERVAL '1-2' MONTH TO YEAR)",
        .fixed = R"(
SELECT INTERVAL '1-2' YEAR TO MONTH)",
    },
    CodeInfo{
        .code = "MR0113",
        .title = "nested too deeply",
        .explanation = R"(
The statement is nested deeper, or a chain of operators is longer, than the parser accepts. The
limit keeps a hostile text from exhausting the stack; what people write is far from it. Move
parts into views or `WITH`.)",
        .example = "",
        .fixed = "",
    },
    CodeInfo{
        .code = "MR0114",
        .title = "literal that means no value",
        .explanation = R"(
The literal is well formed as text but stands for no value: a number too large for its place, an
odd or wrong hexadecimal digit, an escape that names no character.)",
        .example = R"(
SELECT X'0G')",
        .fixed = R"(
SELECT X'0F')",
    },
    CodeInfo{
        .code = "MR0115",
        .title = "parameter",
        .explanation = R"(
A file is run as it stands and has no parameters. Write the value; inside the text of an option
`${NAME}` and `${env:NAME}` are replaced.)",
        .example = R"(
SELECT * FROM t WHERE a = ?)",
        .fixed = R"(
SELECT * FROM t WHERE a = 1)",
    },
    CodeInfo{
        .code = "MR0116",
        .title = "clauses in the wrong order",
        .explanation = R"(
The clauses of a statement have one order: SELECT, FROM, WHERE, GROUP BY, HAVING, WINDOW,
QUALIFY, ORDER BY, LIMIT, OFFSET, FETCH. The same holds for the parts of CREATE TABLE.)",
        .example = R"(
SELECT a FROM t ORDER BY a WHERE a > 1)",
        .fixed = R"(
SELECT a FROM t WHERE a > 1 ORDER BY a)",
    },
    CodeInfo{
        .code = "MR0117",
        .title = "misplaced hint",
        .explanation = R"(
A hint stands right after SELECT or right after the name of a table, and names what it asks for.)",
        .example = R"(
SELECT * FROM t AS x /*+ OPTIONS('k'='v') */)",
        .fixed = R"(
SELECT * FROM t /*+ OPTIONS('k'='v') */ AS x)",
    },
    CodeInfo{
        .code = "MR0118",
        .title = "given twice",
        .explanation = R"(
This part of the statement was given before. Keep one of them.)",
        .example = "",
        .fixed = "",
    },
    CodeInfo{
        .code = "MR0119",
        .title = "not part of the dialect",
        .explanation = R"(
The combination of words is understood but means nothing here, as in Flink. The message says
why.)",
        .example = R"(
CREATE STREAM s (a INT))",
        .fixed = R"(
CREATE TABLE s (a INT) WITH ('connector' = 'datagen'))",
    },
    CodeInfo{
        .code = "MR0120",
        .title = "incomplete statement set",
        .explanation = R"(
A statement set is opened by `EXECUTE STATEMENT SET BEGIN` (or `BEGIN STATEMENT SET;`), holds at
least one INSERT, each ended by `;`, and is closed by `END;`.)",
        .example = R"(
EXECUTE STATEMENT SET BEGIN END;)",
        .fixed = R"(
EXECUTE STATEMENT SET BEGIN
  INSERT INTO a SELECT * FROM t;
END;)",
    },
    CodeInfo{
        .code = "MR0121",
        .title = "text too large",
        .explanation = R"(
A file of SQL is at most 4 GiB, since places in it are counted with 32 bits.)",
        .example = "",
        .fixed = "",
    },
};

}  // namespace

std::span<const CodeInfo> SyntaxCodes() { return kCodes; }

}  // namespace millrace
