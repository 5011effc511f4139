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
A row divides an integer or DECIMAL by zero (of FLOAT and DOUBLE the quotient is Infinity or NaN,
as in Flink). By default the row goes to the dead
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
    CodeInfo{
        .code = "MR0705",
        .title = "a row could not be processed",
        .explanation = R"(
An operator met a row it has no result for, and `millrace.on-row-error` is `fail`. The detail
says why.)",
        .example = "",
        .fixed = "",
    },
    CodeInfo{
        .code = "MR0706",
        .title = "a row has no event time",
        .explanation = R"(
The rowtime column of a table with a watermark is NULL, or too far from 1970 to compute windows
with. Flink fails the job; here the row goes to the dead letters. Filter such rows before, or
give them a time.)",
        .example = "",
        .fixed = "",
    },
    CodeInfo{
        .code = "MR0707",
        .title = "inference failed for a row",
        .explanation = R"(
The model refused a row, and the model's `error-handling` is `fail`. With `null` its outputs are
NULL, with `dead-letter` the row is put aside.)",
        .example = "",
        .fixed = "",
    },
    CodeInfo{
        .code = "MR0711",
        .title = "a record cannot be decoded",
        .explanation = R"(
A record is not what the table's format expects, and `millrace.on-row-error` is `fail`. The detail
names the field, the file or partition and the position. With `dead-letter`, the default, the
record goes to the dead letters with its bytes and the reason, and the run goes on.)",
        .example = "",
        .fixed = "",
    },
    CodeInfo{
        .code = "MR0722",
        .title = "the run manifest cannot be read",
        .explanation = R"(
`run.json` in the data directory says how far an interrupted run came. It is damaged, or another
version of the program wrote it, so going on would lose or repeat rows. `--fresh` gives the
interrupted run up and starts over.)",
        .example = "",
        .fixed = "",
    },
};

}  // namespace

std::span<const CodeInfo> RuntimeCodes() { return kCodes; }

}  // namespace millrace
