// SPDX-License-Identifier: Apache-2.0
// MR04: statements that are understood but cannot run, or not so.
#include <array>

#include "diagnostics/codes.h"

namespace millrace {
namespace {

constexpr std::array kCodes = {
    CodeInfo{
        .code = "MR0401",
        .title = "not supported yet",
        .explanation = R"(
The statement is part of the dialect and was understood, but this version cannot run it. It is
refused as a whole: a query that ran differently from what it says would be worse.
`docs/reference/flink-compatibility.md` lists what runs.)",
        .example = "",
        .fixed = "",
    },
    CodeInfo{
        .code = "MR0402",
        .title = "event time is needed",
        .explanation = R"(
Windows and event-time joins need a column with a watermark. Declare it in the table: `WATERMARK
FOR ts AS ts - INTERVAL '5' SECOND`. The column must be TIMESTAMP or TIMESTAMP_LTZ of precision
3 or less, and it must reach this place unchanged: an expression over it is an ordinary
timestamp.)",
        .example = R"(
SELECT * FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(created), INTERVAL '1' MINUTE)))",
        .fixed = R"(
CREATE TABLE t (created TIMESTAMP(3), WATERMARK FOR created AS created) WITH (...))",
    },
    CodeInfo{
        .code = "MR0403",
        .title = "updates cannot be written here",
        .explanation = R"(
The query corrects rows it has already sent (its changelog holds updates or deletes), but this
sink can only append. Aggregate in a window, whose result is final, or choose a sink that takes
updates.)",
        .example = R"(
INSERT INTO files SELECT card, COUNT(*) FROM payments GROUP BY card)",
        .fixed = R"(
INSERT INTO files SELECT card, COUNT(*) FROM TABLE(TUMBLE(TABLE payments, DESCRIPTOR(ts),
  INTERVAL '1' MINUTE)) GROUP BY card, window_start, window_end)",
    },
    CodeInfo{
        .code = "MR0404",
        .title = "columns do not fit the target",
        .explanation = R"(
INSERT INTO matches columns by position. The query yields another number of columns than the
target takes, or a column whose type does not convert by itself. Both sides are shown; computed
and VIRTUAL columns of the target are not written.)",
        .example = R"(
INSERT INTO alerts SELECT card FROM payments)",
        .fixed = R"(
INSERT INTO alerts SELECT card, amount FROM payments)",
    },
};

}  // namespace

std::span<const CodeInfo> PlanCodes() { return kCodes; }

}  // namespace millrace
