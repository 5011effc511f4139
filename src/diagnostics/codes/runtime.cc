// SPDX-License-Identifier: Apache-2.0
// MR07: rows and actions that fail while a pipeline runs.
#include <array>

#include "diagnostics/codes.h"

namespace millrace {
namespace {

constexpr std::array kCodes = {
    CodeInfo{
        .code = "MR0701",
        .title = "division by zero",
        .explanation = R"(
A row divides by zero, also with DOUBLE, as in Flink. By default the row goes to the dead
letters and the pipeline goes on; `SET 'millrace.on-row-error' = 'fail'` stops it, as Flink
does. Guard the expression if zero is a legal value.)",
        .example = R"(
SELECT amount / items FROM t)",
        .fixed = R"(
SELECT CASE WHEN items <> 0 THEN amount / items END FROM t)",
    },
    CodeInfo{
        .code = "MR0702",
        .title = "value cannot be converted",
        .explanation = R"(
A CAST met text that is no value of the target type. `TRY_CAST` gives NULL instead.)",
        .example = R"(
SELECT CAST(code AS INT) FROM t)",
        .fixed = R"(
SELECT TRY_CAST(code AS INT) FROM t)",
    },
    CodeInfo{
        .code = "MR0703",
        .title = "argument out of range",
        .explanation = R"(
A function met a value it has no result for: a malformed pattern, a position out of range, an
unknown time zone. The message names the function and the value.)",
        .example = "",
        .fixed = "",
    },
    CodeInfo{
        .code = "MR0704",
        .title = "value too large",
        .explanation = R"(
The result of a function would be larger than the limit for one value. Limits keep one row from
taking the memory of all others.)",
        .example = R"(
SELECT REPEAT('x', 2000000000))",
        .fixed = R"(
SELECT REPEAT('x', 2000))",
    },
};

}  // namespace

std::span<const CodeInfo> RuntimeCodes() { return kCodes; }

}  // namespace millrace
