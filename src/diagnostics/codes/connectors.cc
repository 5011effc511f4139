// SPDX-License-Identifier: Apache-2.0
// MR05: connectors, formats and their options.
#include <array>

#include "diagnostics/codes.h"

namespace millrace {
namespace {

constexpr std::array kCodes = {
    CodeInfo{
        .code = "MR0501",
        .title = "unknown option",
        .explanation = R"(
The connector or format has no option of this name. The nearest names are listed. Options of a
format carry its name in front, as in `'json.ignore-parse-errors'`.)",
        .example = R"(
WITH ('connector' = 'filesystem', 'pth' = 'in', 'format' = 'json'))",
        .fixed = R"(
WITH ('connector' = 'filesystem', 'path' = 'in', 'format' = 'json'))",
    },
    CodeInfo{
        .code = "MR0502",
        .title = "missing option",
        .explanation = R"(
This option has no default and must be given in the table's WITH clause.)",
        .example = R"(
WITH ('connector' = 'filesystem', 'format' = 'json'))",
        .fixed = R"(
WITH ('connector' = 'filesystem', 'path' = 'in', 'format' = 'json'))",
    },
    CodeInfo{
        .code = "MR0503",
        .title = "bad option value",
        .explanation = R"(
The value cannot be read as what the option takes. Durations are written `'5 s'`, `'100 ms'`,
`'1 d'`; sizes `'64 mb'`; switches `'true'` or `'false'`.)",
        .example = R"(
WITH ('connector' = 'datagen', 'rows-per-second' = 'many'))",
        .fixed = R"(
WITH ('connector' = 'datagen', 'rows-per-second' = '1000'))",
    },
    CodeInfo{
        .code = "MR0504",
        .title = "unknown connector, format or model provider",
        .explanation = R"(
There is nothing of this name to connect to, to decode with or to predict with. What exists is
listed, the nearest first.)",
        .example = R"(
WITH ('connector' = 'filesytem', 'path' = 'in', 'format' = 'json'))",
        .fixed = R"(
WITH ('connector' = 'filesystem', 'path' = 'in', 'format' = 'json'))",
    },
    CodeInfo{
        .code = "MR0505",
        .title = "format cannot carry this",
        .explanation = R"(
The format has no way to write or read a column of this type, or the options given together
contradict each other. Cast the column to a type that the format has, or choose another format.)",
        .example = "",
        .fixed = "",
    },
    CodeInfo{
        .code = "MR0506",
        .title = "not supported by this connector",
        .explanation = R"(
The connector knows the option or the use, but cannot do it (yet): writing to a source, reading
from a sink, an option of Flink without an effect here. Nothing is silently left undone; the
hint says what to write instead.)",
        .example = "",
        .fixed = "",
    },
    CodeInfo{
        .code = "MR0507",
        .title = "path does not exist",
        .explanation = R"(
The file or directory that a table reads is not there. Relative paths are relative to the
directory the command was started in.)",
        .example = "",
        .fixed = "",
    },
    CodeInfo{
        .code = "MR0508",
        .title = "input changed under the reader",
        .explanation = R"(
A file is shorter than what was already read of it, so the recorded position means nothing any
more. Restore the file, or start afresh with `--fresh`.)",
        .example = "",
        .fixed = "",
    },
    CodeInfo{
        .code = "MR0509",
        .title = "malformed OPTIONS hint",
        .explanation = R"(
The hint OPTIONS after a table's name takes pairs of texts, like the WITH clause.)",
        .example = R"(
SELECT * FROM t /*+ OPTIONS(path = 'in') */)",
        .fixed = R"(
SELECT * FROM t /*+ OPTIONS('path' = 'in') */)",
    },
    CodeInfo{
        .code = "MR0510",
        .title = "variable is not set",
        .explanation = R"(
An option's text asks for `${NAME}`, `${env:NAME}` or `${file:path}`, and there is no such
environment variable or file. What is read so is masked wherever it could be shown.)",
        .example = "",
        .fixed = "",
    },
    CodeInfo{
        .code = "MR0511",
        .title = "option given twice",
        .explanation = R"(
The WITH clause has this option twice, or LIKE brings it along and the statement sets it again.
With `LIKE t (OVERWRITING OPTIONS)` the new value wins.)",
        .example = "",
        .fixed = "",
    },
    CodeInfo{
        .code = "MR0512",
        .title = "unknown setting",
        .explanation = R"(
There is no setting of this name among those that begin with `millrace.`. The nearest names are
listed; `docs/reference/settings.md` has them all. Other unknown settings are kept and noted, as
Flink does.)",
        .example = R"(
SET 'millrace.over.emmit' = 'on-arrival')",
        .fixed = R"(
SET 'millrace.over.emit' = 'on-arrival')",
    },
    CodeInfo{
        .code = "MR0513",
        .title = "not a file of this format",
        .explanation = R"(
A file cannot be read in the format that the table declares: it is damaged, of another format, or
its columns have types that cannot be read as the table's. Columns are found by name.)",
        .example = "",
        .fixed = "",
    },
    CodeInfo{
        .code = "MR0521",
        .title = "records of a partition are gone",
        .explanation = R"(
The next record to read is not in the topic any more: its retention passed, or the log was cut. The
message names the lost offsets. Nothing is skipped silently: the pipeline stops until somebody
decides how to go on, for instance afresh with another `scan.startup.mode`.)",
        .example = "",
        .fixed = "",
    },
    CodeInfo{
        .code = "MR0522",
        .title = "Kafka does not answer",
        .explanation = R"(
No broker of the table could be reached, or it did not answer in time. A pipeline waits and tries
again; it ends with this only when a time-out says so or when it is stopped while it waits.)",
        .example = "",
        .fixed = "",
    },
    CodeInfo{
        .code = "MR0523",
        .title = "no such topic",
        .explanation = R"(
The cluster has no topic of this name, or this user may not see it. Reading never creates a
topic.)",
        .example = "",
        .fixed = "",
    },
    CodeInfo{
        .code = "MR0524",
        .title = "Kafka refuses",
        .explanation = R"(
A broker refused a request, and asking again would not help: rights are missing, the user or
password is wrong, TLS does not come about, or a property has a value that does not fit.)",
        .example = "",
        .fixed = "",
    },
    CodeInfo{
        .code = "MR0525",
        .title = "topic was made again",
        .explanation = R"(
A topic was deleted and created again since its records were read. Offsets of the old topic mean
other records in the new one, so the pipeline stops. Started afresh it reads the new topic.)",
        .example = "",
        .fixed = "",
    },
    CodeInfo{
        .code = "MR0526",
        .title = "no committed offset",
        .explanation = R"(
Reading is to begin at the committed offsets of a consumer group, as it does in Flink when nothing
else is said, but the group has committed none for a partition. Say where to begin with
`scan.startup.mode`, or what to do in this case with `properties.auto.offset.reset`.)",
        .example = "",
        .fixed = "",
    },
    CodeInfo{
        .code = "MR0527",
        .title = "record too large for Kafka",
        .explanation = R"(
A record is larger than the topic (`max.message.bytes`) or this table
(`properties.max.request.size`) allows. It goes to the dead letters.)",
        .example = "",
        .fixed = "",
    },
};

}  // namespace

std::span<const CodeInfo> ConnectorCodes() { return kCodes; }

}  // namespace millrace
