// SPDX-License-Identifier: Apache-2.0
// MR03: types that do not go together.
#include <array>

#include "diagnostics/codes.h"

namespace millrace {
namespace {

constexpr std::array kCodes = {
    CodeInfo{
        .code = "MR0301",
        .title = "function does not accept these types",
        .explanation = R"(
The function exists, but not for arguments of these types. The accepted forms are listed. Text
and numbers never convert into each other by themselves, as in Flink; write the `CAST`.)",
        .example = R"(
SELECT UPPER(42))",
        .fixed = R"(
SELECT UPPER(CAST(42 AS STRING)))",
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
        .title = "types do not go together",
        .explanation = R"(
The operator has no meaning for these two types. Text is never compared or computed with
numbers, as in Flink; write the `CAST` on the side that should change.)",
        .example = R"(
SELECT * FROM t WHERE amount = '5')",
        .fixed = R"(
SELECT * FROM t WHERE amount = CAST('5' AS INT))",
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
};

}  // namespace

std::span<const CodeInfo> TypeCodes() { return kCodes; }

}  // namespace millrace
