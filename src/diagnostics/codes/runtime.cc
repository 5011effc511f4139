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
        .code = "MR0708",
        .title = "the event time of a row is too far in the future",
        .explanation = R"(
The time is ahead of the wall clock, and of every row before it, by more than
`millrace.source.future-limit` (a day). As a watermark it would close all windows and make every
row behind it late, so the row goes to the dead letters. If the table is meant to be ahead of the
clock, set a longer limit, or 0 for none: for one table
`SET 'millrace.table.<table>.future-limit' = '30 d'`. If all rows fail, the machine's clock may be
wrong.)",
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
        .code = "MR0712",
        .title = "the process dies at a record",
        .explanation = R"(
The process died several times in a row while this record was being processed. It was put aside
with its bytes, and the pipeline goes on behind it. `millrace dlq show` has the record;
`millrace dlq replay` sends it through once more, when what it broke is mended. How many deaths it
takes is `millrace.quarantine.deaths`.)",
        .example = "",
        .fixed = "",
    },
    CodeInfo{
        .code = "MR0713",
        .title = "a value with several rows",
        .explanation = R"(
A subquery that is used as a value, such as `x > (SELECT y FROM t)`, may have one row at most, for
each row around it. A second row came, and the run failed: nothing says which one is meant.)",
        .example = R"(
SELECT id, (SELECT price FROM prices p WHERE p.item = o.item) FROM orders o)",
        .fixed = R"(
SELECT id, (SELECT MAX(price) FROM prices p WHERE p.item = o.item) FROM orders o)",
    },
    CodeInfo{
        .code = "MR0714",
        .title = "an aggregate refuses a value",
        .explanation = R"(
Some aggregates have no result for some values, and the run fails, as in Flink: JSON_OBJECTAGG for
a name that is NULL or comes a second time in its group, PERCENTILE for a percentage outside 0 to
1.)",
        .example = R"(
SELECT JSON_OBJECTAGG(name VALUE price) FROM orders)",
        .fixed = R"(
SELECT JSON_OBJECTAGG(name VALUE price) FROM (SELECT name, MAX(price) AS price FROM orders
WHERE name IS NOT NULL GROUP BY name))",
    },
    CodeInfo{
        .code = "MR0715",
        .title = "a code that is none of a change",
        .explanation = R"(
The input of FROM_CHANGELOG says in a column which kind of change a row is. The code of this row is
NULL or not among those of `op_mapping`, which are INSERT, UPDATE_BEFORE, UPDATE_AFTER and DELETE
if none are given. The row is treated as `millrace.on-row-error` says.)",
        .example = R"(
SELECT * FROM FROM_CHANGELOG(TABLE cdc))",
        .fixed = R"(
SELECT * FROM FROM_CHANGELOG(input => TABLE cdc, op_mapping => MAP['c, r', 'INSERT',
'ub', 'UPDATE_BEFORE', 'ua', 'UPDATE_AFTER', 'd', 'DELETE']))",
    },
    CodeInfo{
        .code = "MR0716",
        .title = "two rows of one primary key",
        .explanation = R"(
An INSERT with ON CONFLICT DO ERROR had, when the watermark moved, two rows of different keys of its
query for one PRIMARY KEY of the table. The job fails, as it was asked to. ON CONFLICT DO NOTHING
keeps the first row, DO DEDUPLICATE the last.)",
        .example = "",
        .fixed = "",
    },
    CodeInfo{
        .code = "MR0722",
        .title = "the run manifest cannot be read",
        .explanation = R"(
`run.json` and the folder `journal` in the data directory say how far an interrupted run came. One
of them is damaged or missing, or another version of the program wrote it, so going on would lose or
repeat rows. `--fresh` gives the interrupted run up and starts over.)",
        .example = "",
        .fixed = "",
    },
    CodeInfo{
        .code = "MR0723",
        .title = "the last epoch that happened is not in the data directory",
        .explanation = R"(
A sink commits each epoch in its own system (Kafka), which thereby decides whether the epoch
happened. What the decision record says is not in the data directory: it is an older copy, another
pipeline's, or empty, or somebody changed the record. Positions and state of the epochs between are
lost, so going on would repeat what is already visible. Start with the data directory that the
pipeline last ran with. `--allow-rewind` goes on from an older one, such as a restored backup:
what was read since is read again, and readers of the sink see that output twice. `--fresh` begins
anew: without state, and reading from the start.)",
        .example = "",
        .fixed = "",
    },
    CodeInfo{
        .code = "MR0724",
        .title = "state cannot be decoded",
        .explanation = R"(
An entry of an operator's state is not what its plan (`plan.json`) says. Its bytes passed their
check sums, so the plan beside it is of another run, or a program of another version wrote it.
`millrace state verify` names the entries.)",
        .example = "",
        .fixed = "",
    },
    CodeInfo{
        .code = "MR0730",
        .title = "matching would go on where the match began",
        .explanation = R"(
AFTER MATCH SKIP TO FIRST or LAST names a variable at whose row the search goes on. In this match
the variable has no row, or its row is the first one of the match, so that the same match would be
found for ever. Name a variable that every match has behind its first row, or write
AFTER MATCH SKIP PAST LAST ROW.)",
        .example = "",
        .fixed = "",
    },
    CodeInfo{
        .code = "MR0741",
        .title = "a posted row is refused",
        .explanation = R"(
The table's decoder cannot read a row of the request, or the row misses a NOT NULL column. The row's
number and the fault are named. No row of the request was taken: put it right and send all of them
again.)",
        .example = R"(
curl -d '{"amount": "many"}' localhost:8080/ingest/payments)",
        .fixed = R"(
curl -d '{"amount": 12.5}' localhost:8080/ingest/payments)",
    },
    CodeInfo{
        .code = "MR0742",
        .title = "a request is too large",
        .explanation = R"(
A request may bring 100,000 rows to `/ingest` and 100 to `/decide`; its body may have as many bytes
as `SET 'millrace.table.<table>.ingest.body.max'` says (8 MB by default). Nothing was taken.)",
        .example = "",
        .fixed = "",
    },
    CodeInfo{
        .code = "MR0743",
        .title = "not now",
        .explanation = R"(
The pipeline is too far behind (`ingest.backlog.max`), the disk does not keep up, the program is
stopping, or a limit of the listener is reached. Nothing was taken; the header `Retry-After` says
when to try again.)",
        .example = "",
        .fixed = "",
    },
    CodeInfo{
        .code = "MR0744",
        .title = "the type of a body is not taken",
        .explanation = R"(
Rows come as `application/json` (an object or an array), `application/x-ndjson` or `text/csv`
(`; header=present` if its first line has names), in UTF-8 and not compressed. A page of a browser
must name the type.)",
        .example = "",
        .fixed = "",
    },
    CodeInfo{
        .code = "MR0745",
        .title = "no answer in time",
        .explanation = R"(
`/decide` waited until its deadline (`decide.deadline`, 1 s by default) and the pipeline had not
answered. The row is processed all the same. `decide.fallback` declares what such requests get.)",
        .example = R"(
SET 'millrace.table.payments.decide.deadline' = '5 ms';)",
        .fixed = R"(
SET 'millrace.table.payments.decide.deadline' = '200 ms';
SET 'millrace.table.payments.decide.fallback' = '{"action": "review"}';)",
    },
    CodeInfo{
        .code = "MR0746",
        .title = "a row without an answer",
        .explanation = R"(
The row went through the pipeline and no row came out for it: a condition left it out, or it could
not be processed and went to the dead letters. `decide.fallback` declares what such requests get.)",
        .example = "",
        .fixed = "",
    },
    CodeInfo{
        .code = "MR0747",
        .title = "a request is not permitted",
        .explanation = R"(
The listener checks the name in `Host`, the `Origin` of pages, and the token or the table's key.
A name other than an address or `localhost` needs `--allow-host`; a page needs its origin in
`cors.origins` of the table; a token is sent as `Authorization: Bearer ...`.)",
        .example = "",
        .fixed = "",
    },
    CodeInfo{
        .code = "MR0748",
        .title = "no such resource or method",
        .explanation = R"(
The listener has `GET /health`, `/ready`, `/metrics` and `POST /ingest/<table>`, `/decide/<table>`,
the latter for tables with `'connector' = 'http'` that a statement of the program reads.)",
        .example = "",
        .fixed = "",
    },
    CodeInfo{
        .code = "MR0749",
        .title = "malformed HTTP",
        .explanation = R"(
What arrived is no HTTP/1.1 request, could be understood in more than one way, exceeds a limit
(request line, headers, chunk framing), or did not arrive in time. The connection is closed.)",
        .example = "",
        .fixed = "",
    },
    CodeInfo{
        .code = "MR0751",
        .title = "a Python function raised an error",
        .explanation = R"(
The function raised an exception for this row, or gave a value that is not of its type. The message
has the traceback. The row is a dead letter; `millrace dlq replay` gives it to the function as it is
now.)",
        .example = "",
        .fixed = "",
    },
    CodeInfo{
        .code = "MR0752",
        .title = "the worker of a Python function was lost",
        .explanation = R"(
The process that runs the function ended (a crash in native code, `os._exit`, a kill) or worked on
one row for longer than `millrace.python.timeout`. The row at which that happened is a dead letter,
a new worker does the others. After `millrace.python.losses` losses over the rows of one batch, the
rest of them are dead letters too.)",
        .example = "",
        .fixed = "",
    },
    CodeInfo{
        .code = "MR0761",
        .title = "too many taps",
        .explanation = R"(
Sixteen clients look at rows of this process already. One that stops asking is forgotten after
ten seconds.)",
        .example = "",
        .fixed = "",
    },
    CodeInfo{
        .code = "MR0762",
        .title = "no such tap",
        .explanation = R"(
The session is not known: it was not read for ten seconds, the process was started again, or it is
one that allows no taps. Open a new one.)",
        .example = "",
        .fixed = "",
    },
    CodeInfo{
        .code = "MR0763",
        .title = "the condition of a tap does not fit",
        .explanation = R"(
`--where` is an SQL condition over the columns of the edge. It compiles for none of the edges that
match the name. `millrace graph FILE` shows the columns of each edge.)",
        .example = R"(
millrace tap WindowAggregate --where "amout > 100")",
        .fixed = R"(
millrace tap WindowAggregate --where "amount > 100")",
    },
    CodeInfo{
        .code = "MR0764",
        .title = "wrong parameter of a request",
        .explanation = R"(
A parameter behind the `?` of the target is missing, given twice, or has a value that it does not
take.)",
        .example = "",
        .fixed = "",
    },
    CodeInfo{
        .code = "MR0765",
        .title = "no running process to ask",
        .explanation = R"(
`millrace top` and `millrace tap` talk to a running `millrace run` through its HTTP listener. Start
that one with `--listen 127.0.0.1:8080` (programs with `'connector' = 'http'` tables always
listen). Its address is found in the data directory; `--data-dir` or `--address` says where else.)",
        .example = R"(
millrace run pipeline.sql &
millrace top pipeline.sql)",
        .fixed = R"(
millrace run --listen :0 pipeline.sql &
millrace top pipeline.sql)",
    },
    CodeInfo{
        .code = "MR0766",
        .title = "the program cannot run in copies",
        .explanation = R"(
With `--copy i/n` every copy reads its own Kafka partitions and keeps the state of their rows;
copies never talk to each other. So all tables must be Kafka's, and rows that must meet (in a group,
a window, an OVER partition) must lie in one partition: the columns they meet by must include the
record key, 'key.fields', by which the writers of the topic chose the partition.)",
        .example = R"(
CREATE TABLE payments (card STRING, amount DOUBLE) WITH ('connector' = 'kafka', 'topic' = 'p',
  'properties.bootstrap.servers' = 'broker:9092', 'format' = 'json');
SELECT card, SUM(amount) FROM payments GROUP BY card;)",
        .fixed = R"(
CREATE TABLE payments (card STRING, amount DOUBLE) WITH ('connector' = 'kafka', 'topic' = 'p',
  'properties.bootstrap.servers' = 'broker:9092', 'value.format' = 'json',
  'key.format' = 'raw', 'key.fields' = 'card');
SELECT card, SUM(amount) FROM payments GROUP BY card;)",
    },
    CodeInfo{
        .code = "MR0767",
        .title = "no such dead letters",
        .explanation = R"(
`millrace dlq` works on the dead letters in the data directory of a pipeline: name the pipeline by
its SQL file or by `--data-dir`, and the letters that are to change by `--id`, by a filter, or by
`--all`.)",
        .example = "millrace dlq replay pipeline.sql",
        .fixed = "millrace dlq replay pipeline.sql --table payments --stage decode",
    },
};

}  // namespace

std::span<const CodeInfo> RuntimeCodes() { return kCodes; }

}  // namespace millrace
