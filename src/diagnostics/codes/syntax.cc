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
SELECT amount FORM payments)",
        .fixed = R"(
SELECT amount FROM payments)",
    },
    CodeInfo{
        .code = "MR0102",
        .title = "text that is never closed",
        .explanation = R"(
A string, a quoted name or a comment is opened but the file ends before it is closed. The caret
is under the opening mark. Inside a string a quote is written twice: `'it''s'`.)",
        .example = R"(
SELECT 'it's late')",
        .fixed = R"(
SELECT 'it''s late')",
    },
    CodeInfo{
        .code = "MR0103",
        .title = "character that begins no word",
        .explanation = R"(
This character has no meaning in the dialect outside strings and comments. Two usual causes:
typographic quotes pasted from a document, and operators of other dialects (`!=` is written
`<>`, `a::INT` is written `CAST(a AS INT)`, names are quoted with backticks and not with double
quotes).)",
        .example = R"(
SELECT * FROM t WHERE a != 1)",
        .fixed = R"(
SELECT * FROM t WHERE a <> 1)",
    },
    CodeInfo{
        .code = "MR0104",
        .title = "literal that means no value",
        .explanation = R"(
The literal is well formed as text but stands for no value: a date that does not exist, a number
too large for every numeric type, an odd number of hexadecimal digits, an interval whose leading
field has more digits than its precision.)",
        .example = R"(
SELECT DATE '2026-02-30')",
        .fixed = R"(
SELECT DATE '2026-02-28')",
    },
};

}  // namespace

std::span<const CodeInfo> SyntaxCodes() { return kCodes; }

}  // namespace millrace
