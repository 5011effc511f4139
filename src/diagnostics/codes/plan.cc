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
        .title = "constraint that cannot be kept",
        .explanation = R"(
The data of a table belongs to the outside, so nothing here can enforce a constraint on it. A
PRIMARY KEY is declared `NOT ENFORCED`, once; UNIQUE does not exist.)",
        .example = R"(
CREATE TABLE t (id INT PRIMARY KEY) WITH (..))",
        .fixed = R"(
CREATE TABLE t (id INT PRIMARY KEY NOT ENFORCED) WITH (..))",
    },
    CodeInfo{
        .code = "MR0404",
        .title = "event time is needed",
        .explanation = R"(
Windows, CURRENT_WATERMARK and event-time joins need a column with a watermark. Declare it in
the table: `WATERMARK FOR ts AS ts - INTERVAL '5' SECOND`. It must reach this place unchanged:
an expression over it is an ordinary timestamp, and so is what comes out of a GROUP BY (use
`window_time` of a window).)",
        .example = R"(
SELECT * FROM TUMBLE(TABLE t, DESCRIPTOR(created), INTERVAL '1' MINUTE))",
        .fixed = R"(
CREATE TABLE t (created TIMESTAMP(3), WATERMARK FOR created AS created) WITH (..))",
    },
    CodeInfo{
        .code = "MR0405",
        .title = "several OVER windows in one SELECT",
        .explanation = R"(
On a stream all OVER windows of one SELECT must be the same, as in Flink. Compute one in a
subquery and the other outside: each adds its columns.)",
        .example = R"(
SELECT SUM(a) OVER (PARTITION BY x ORDER BY ts),
  SUM(a) OVER (PARTITION BY y ORDER BY ts) FROM t)",
        .fixed = R"(
SELECT *, SUM(a) OVER (PARTITION BY y ORDER BY ts) FROM (
  SELECT *, SUM(a) OVER (PARTITION BY x ORDER BY ts) AS by_x FROM t))",
    },
    CodeInfo{
        .code = "MR0406",
        .title = "OVER in an order that it cannot have",
        .explanation = R"(
An OVER window on a stream is ordered by one column, ascending. By a time attribute each row goes
out once, when the watermark has come to its time; by another column its result changes with rows
that come to lie before it. LAG goes by time only.)",
        .example = R"(
SELECT SUM(a) OVER (ORDER BY a DESC) FROM t)",
        .fixed = R"(
SELECT SUM(a) OVER (ORDER BY ts) FROM t)",
    },
    CodeInfo{
        .code = "MR0407",
        .title = "frame that a stream cannot have",
        .explanation = R"(
A frame starts at or before the current row and ends at it: what comes later is not known yet.
ROWS takes a number, RANGE an interval.)",
        .example = R"(
SUM(a) OVER (ORDER BY ts ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING))",
        .fixed = R"(
SUM(a) OVER (ORDER BY ts ROWS BETWEEN 1 PRECEDING AND CURRENT ROW))",
    },
    CodeInfo{
        .code = "MR0408",
        .title = "updates cannot be read here",
        .explanation = R"(
This operation needs rows that are never corrected, but its input corrects them (a GROUP BY
without a window does). Aggregate in a window, or apply the operation before the aggregation.)",
        .example = R"(
SELECT * FROM ML_PREDICT(TABLE totals, MODEL m, DESCRIPTOR(n)))",
        .fixed = R"(
SELECT * FROM ML_PREDICT(TABLE payments, MODEL m, DESCRIPTOR(amount)))",
    },
    CodeInfo{
        .code = "MR0409",
        .title = "views in a circle",
        .explanation = R"(
A view is replaced by its query where it is used; these views use each other without end.)",
        .example = "",
        .fixed = "",
    },
    CodeInfo{
        .code = "MR0410",
        .title = "updates cannot be written here",
        .explanation = R"(
The query corrects rows it has already sent (its changelog holds updates or deletes), but this
sink can only append. Aggregate in a window, whose result is final, or choose a sink that takes
updates; some take them only by a PRIMARY KEY.)",
        .example = R"(
INSERT INTO files SELECT card, COUNT(*) FROM payments GROUP BY card)",
        .fixed = R"(
INSERT INTO files SELECT card, COUNT(*)
FROM TUMBLE(TABLE payments, DESCRIPTOR(ts), INTERVAL '1' MINUTE)
GROUP BY card, window_start, window_end)",
    },
    CodeInfo{
        .code = "MR0411",
        .title = "columns do not fit the target",
        .explanation = R"(
INSERT INTO matches columns by position. The query yields another number of columns than the
target takes, or a column whose type does not convert by itself, or leaves out a NOT NULL
column. Both sides are shown; computed and VIRTUAL columns of the target are not written.)",
        .example = R"(
INSERT INTO alerts SELECT card FROM payments)",
        .fixed = R"(
INSERT INTO alerts SELECT card, amount FROM payments)",
    },
    CodeInfo{
        .code = "MR0412",
        .title = "row numbers without a bound",
        .explanation = R"(
On a stream ROW_NUMBER in a descending order, or in that of several columns, is kept for the first
rows only: each row that comes could change the numbers of all. A filter on the number says how
many: `rn <= 3`, `rn = 1`, `rn BETWEEN 2 AND 5`, in WHERE of the query around it or in QUALIFY.)",
        .example = R"(
SELECT *, ROW_NUMBER() OVER (PARTITION BY card ORDER BY amount DESC) AS rn FROM payments)",
        .fixed = R"(
SELECT * FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY card ORDER BY amount DESC) AS rn FROM payments)
WHERE rn <= 3)",
    },
    CodeInfo{
        .code = "MR0413",
        .title = "a stream in another order than time",
        .explanation = R"(
A stream has no end, so its rows can be sent in order of event time only: what is earlier has come
when the watermark says so. ORDER BY begins with a rowtime column, ascending; further columns sort
rows of one time. With LIMIT any order is possible: the first rows are kept up to date.)",
        .example = R"(
SELECT * FROM payments ORDER BY amount)",
        .fixed = R"(
SELECT * FROM payments ORDER BY amount DESC LIMIT 10)",
    },
    CodeInfo{
        .code = "MR0414",
        .title = "no version to join with",
        .explanation = R"(
`FROM o JOIN t FOR SYSTEM_TIME AS OF o.ts ON o.k = t.k` gives each row of `o` the version that the
row of `t` with that key had at `o.ts`. `o.ts` is a column with a WATERMARK, or derived from one.
`t` has a PRIMARY KEY, compared by = in ON, and a WATERMARK, or is a view of the last row by key:
`ROW_NUMBER() OVER (PARTITION BY k ORDER BY ts DESC) = 1`. The join is INNER or LEFT.)",
        .example = R"(
CREATE TABLE rates (currency STRING, rate DECIMAL(10, 4));
SELECT o.id, r.rate
FROM orders o JOIN rates FOR SYSTEM_TIME AS OF o.ts AS r ON o.currency = r.currency)",
        .fixed = R"(
CREATE TABLE rates (currency STRING, rate DECIMAL(10, 4), ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts, PRIMARY KEY (currency) NOT ENFORCED);
SELECT o.id, r.rate
FROM orders o JOIN rates FOR SYSTEM_TIME AS OF o.ts AS r ON o.currency = r.currency)",
    },
    CodeInfo{
        .code = "MR0415",
        .title = "a plan file that cannot be written or executed",
        .explanation = R"(
COMPILE PLAN writes a file once: over one that is there only with
`SET 'table.plan.force-recompile' = 'true'`, and IF NOT EXISTS leaves it as it is. EXECUTE PLAN runs
what the file holds. It is refused if the file is missing or damaged, if another version of the
format wrote it, if its statements no longer compile, or if they now make other operators than those
that the file names: their state would not fit. Compile the plan anew then; `millrace diff` says
what becomes of the state.)",
        .example = "",
        .fixed = "",
    },
    CodeInfo{
        .code = "MR0419",
        .title = "an order that changes nothing",
        .explanation = R"(
ARRAY_AGG gathers values in the order in which rows come, as Flink does, which takes an ORDER BY in
the call and passes it over. Sort the array instead.)",
        .example = R"(
SELECT card, ARRAY_AGG(amount ORDER BY amount) FROM payments GROUP BY card)",
        .fixed = R"(
SELECT card, ARRAY_SORT(ARRAY_AGG(amount)) FROM payments GROUP BY card)",
    },
    CodeInfo{
        .code = "MR0420",
        .title = "latency budget that cannot be met",
        .explanation = R"(
`SET 'millrace.latency-budget'` declares how long an event may take from its arrival to its
action. This operator can hold a row for longer: a window closes only when the watermark passes
its end, OVER waits for the watermark unless `millrace.over.emit` is `'on-arrival'`, and the
watermark itself stays as far behind as its WATERMARK clause says; a file is seen when it is closed
(`sink.rolling-policy.rollover-interval`), and buffers wait as their options say. `millrace explain`
shows the delay of each operator. A warning: the file runs, and the run counts the events that came
later than the budget.)",
        .example = R"(
SET 'millrace.latency-budget' = '100 ms';
INSERT INTO scored SELECT card, COUNT(*) OVER (PARTITION BY card ORDER BY ts
  RANGE BETWEEN INTERVAL '1' HOUR PRECEDING AND CURRENT ROW) FROM payments)",
        .fixed = R"(
SET 'millrace.latency-budget' = '100 ms';
SET 'millrace.over.emit' = 'on-arrival';
INSERT INTO scored SELECT card, COUNT(*) OVER (PARTITION BY card ORDER BY ts
  RANGE BETWEEN INTERVAL '1' HOUR PRECEDING AND CURRENT ROW) FROM payments)",
    },
    CodeInfo{
        .code = "MR0421",
        .title = "results that cannot be sent early or late",
        .explanation = R"(
`table.exec.emit.early-fire.enabled` and `table.exec.emit.late-fire.enabled` make group windows,
TUMBLE and HOP in GROUP BY, send results before they close and again for late rows. Each needs its
delay, late-fire also a time for which rows may come late. Sessions and the windows of table
functions send once, as they close.)",
        .example = R"(
SET 'table.exec.emit.early-fire.enabled' = 'true';
SELECT card, COUNT(*) FROM payments GROUP BY card, TUMBLE(ts, INTERVAL '1' HOUR))",
        .fixed = R"(
SET 'table.exec.emit.early-fire.enabled' = 'true';
SET 'table.exec.emit.early-fire.delay' = '10 s';
SELECT card, COUNT(*) FROM payments GROUP BY card, TUMBLE(ts, INTERVAL '1' HOUR))",
    },
    CodeInfo{
        .code = "MR0430",
        .title = "a row pattern that cannot be matched",
        .explanation = R"(
MATCH_RECOGNIZE finds runs of rows: PATTERN names variables in the order in which their rows follow
each other, DEFINE says which rows are theirs, MEASURES what is told of a match. The rows come in
order of time, so ORDER BY begins with a time attribute. A variable is greedy unless its quantifier
ends in `?`; it takes every row that it can, and the last one of a pattern must know when to end.
Supported are single variables with `*`, `+`, `?`, `{n}`, `{n,}`, `{n,m}`, one row per match; not
groups, alternatives, PERMUTE, SUBSET, PREV, NEXT and CLASSIFIER.)",
        .example = R"(
SELECT * FROM payments MATCH_RECOGNIZE (
  PARTITION BY card ORDER BY ts
  MEASURES FIRST(A.amount) AS first_amount
  PATTERN (A B+)
  DEFINE B AS B.amount > A.amount) AS m)",
        .fixed = R"(
SELECT * FROM payments MATCH_RECOGNIZE (
  PARTITION BY card ORDER BY ts
  MEASURES FIRST(A.amount) AS first_amount
  PATTERN (A B+?)
  DEFINE B AS B.amount > A.amount) AS m)",
    },
};

}  // namespace

std::span<const CodeInfo> PlanCodes() { return kCodes; }

}  // namespace millrace
