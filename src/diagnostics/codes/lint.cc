// SPDX-License-Identifier: Apache-2.0
// MR10: findings of `millrace lint`, pipelines that run and do what nobody meant.
#include <array>

#include "diagnostics/codes.h"

namespace millrace {
namespace {

constexpr std::array kCodes = {
    CodeInfo{
        .code = "MR1001",
        .title = "state that grows for ever",
        .explanation = R"(
An aggregate, a join, a Top-N or a deduplication over rows without an end keeps something for every
key, or every row, that ever came. State goes to the disk when memory is short, but the disk fills,
too, one day. Say after what time a key that was not seen may be forgotten; a join over time (an
interval join) and a window forget by themselves.)",
        .example = R"(
INSERT INTO totals SELECT user, COUNT(*) FROM clicks GROUP BY user;)",
        .fixed = R"(
SET 'table.exec.state.ttl' = '1 d';
INSERT INTO totals SELECT user, COUNT(*) FROM clicks GROUP BY user;)",
    },
    CodeInfo{
        .code = "MR1002",
        .title = "a silent partition stops the watermark",
        .explanation = R"(
The watermark of a table is the least one of its partitions. One that has nothing to read holds it
back, and windows, OVER and joins over time wait: the most common reason for no output. With an idle
timeout a partition that is silent for so long is left out until it speaks again.)",
        .example = R"(
-- a topic of 8 partitions, one of them empty
INSERT INTO per_minute SELECT ...)",
        .fixed = R"(
SET 'table.exec.source.idle-timeout' = '30 s';)",
    },
    CodeInfo{
        .code = "MR1003",
        .title = "half a window",
        .explanation = R"(
GROUP BY with only one of `window_start` and `window_end` is an ordinary GROUP BY: every row sends
an update, and groups are kept for ever. With both of them it is the aggregate of a window, sent
once, when it closes.)",
        .example = R"(
SELECT window_end, COUNT(*) FROM TUMBLE(TABLE clicks, DESCRIPTOR(ts), INTERVAL '1' MINUTE)
GROUP BY window_end;)",
        .fixed = R"(
SELECT window_end, COUNT(*) FROM TUMBLE(TABLE clicks, DESCRIPTOR(ts), INTERVAL '1' MINUTE)
GROUP BY window_start, window_end;)",
    },
    CodeInfo{
        .code = "MR1004",
        .title = "a value that changes while a row is taken back",
        .explanation = R"(
A row that is updated goes out as the old one, taken back, and the new one. A function that gives
another value each time (RAND, UUID, NOW ...) makes the old one differ from what was sent, so that
it is never found and stays.)",
        .example = R"(
SELECT NOW(), n FROM (SELECT k, COUNT(*) AS n FROM t GROUP BY k);)",
        .fixed = R"(
SELECT last_ts, n FROM (SELECT k, MAX(ts) AS last_ts, COUNT(*) AS n FROM t GROUP BY k);)",
    },
    CodeInfo{
        .code = "MR1005",
        .title = "a watermark without delay",
        .explanation = R"(
With `WATERMARK FOR ts AS ts` a row that is older than any row before it, by a millisecond, is late,
and operators over time drop it. Events hardly ever come in perfect order, least of all from several
machines or partitions.)",
        .example = R"(
WATERMARK FOR ts AS ts)",
        .fixed = R"(
WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)",
    },
    CodeInfo{
        .code = "MR1006",
        .title = "a table that is read more than once",
        .explanation = R"(
Statements on their own are jobs of their own: each reads, decodes and waits for the same table by
itself. In one statement set it is read once for all of them.)",
        .example = R"(
INSERT INTO a SELECT ... FROM clicks;
INSERT INTO b SELECT ... FROM clicks;)",
        .fixed = R"(
EXECUTE STATEMENT SET BEGIN
INSERT INTO a SELECT ... FROM clicks;
INSERT INTO b SELECT ... FROM clicks;
END;)",
    },
    CodeInfo{
        .code = "MR1007",
        .title = "errors that are hidden",
        .explanation = R"(
With `ignore-parse-errors` fields that cannot be read become NULL and records are skipped, without a
trace. Without it they are dead letters: kept with their bytes, their position and the reason, and
`millrace dlq replay` puts them in again once the cause is mended.)",
        .example = R"(
'json.ignore-parse-errors' = 'true')",
        .fixed = R"(
'json.ignore-parse-errors' = 'false')",
    },
    CodeInfo{
        .code = "MR1008",
        .title = "no key: one shard works alone",
        .explanation = R"(
An operator without a key has to see all rows in one place. That is fine for little: it does not go
faster with more shards.)",
        .example = R"(
SELECT COUNT(*) FROM clicks;)",
        .fixed = R"(
SELECT page, COUNT(*) FROM clicks GROUP BY page;)",
    },
    CodeInfo{
        .code = "MR1009",
        .title = "late rows are dropped",
        .explanation = R"(
A row that comes behind the watermark takes no part in windows, OVER and joins over time. It is
counted (`millrace_late_rows_total`) and gone, unless the table's late rows are made a relation.)",
        .example = R"(
INSERT INTO per_minute SELECT ...)",
        .fixed = R"(
SET 'millrace.table.clicks.late-rows' = 'table';
INSERT INTO corrections SELECT * FROM clicks$late;)",
    },
};

}  // namespace

std::span<const CodeInfo> LintCodes() { return kCodes; }

}  // namespace millrace
