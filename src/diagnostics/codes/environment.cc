// SPDX-License-Identifier: Apache-2.0
// MR08: files, locks and the network.
#include <array>

#include "diagnostics/codes.h"

namespace millrace {
namespace {

constexpr std::array kCodes = {
    CodeInfo{
        .code = "MR0801",
        .title = "file operation failed",
        .explanation = R"(
The operating system refused to open, read, write or rename a file. The message carries its
reason. Relative paths are relative to the directory the command was started in.)",
        .example = "",
        .fixed = "",
    },
    CodeInfo{
        .code = "MR0802",
        .title = "no space left",
        .explanation = R"(
The disk or the quota is full. Where only the journal has no room, sources are held until there is
some. If a file of results cannot be written, the pipeline starts again from its last epoch, as
`restart-strategy.type` says. Nothing is lost: free some space, it goes on from there.)",
        .example = "",
        .fixed = "",
    },
    CodeInfo{
        .code = "MR0803",
        .title = "data directory is in use",
        .explanation = R"(
Another process works in this data directory; two would corrupt each other's progress. Stop the
other one (its process id is in the message) or give this run a directory of its own with
`--data-dir`.)",
        .example = "",
        .fixed = "",
    },
    CodeInfo{
        .code = "MR0804",
        .title = "an interrupted run of another version",
        .explanation = R"(
The data directory holds an interrupted run of another version of the file, and this version cannot
use all of it: an aggregation with another key, a window of another length, a table that is read
from another place. The message says what and why; `millrace diff --data-dir` says it beforehand.
Filters, projections, names, settings and the order of statements can be changed freely. Finish the
run with the file it was started with, give up what does not fit with `--allow-state-loss`, or give
up the whole run with `--fresh`: what it wrote is taken back and the run starts over.)",
        .example = "",
        .fixed = "",
    },
    CodeInfo{
        .code = "MR0805",
        .title = "a log is damaged",
        .explanation = R"(
A file of the embedded log does not hold what was written to it: a record fails its checksum, a
segment is missing, or the file belongs elsewhere. Records that may have been acknowledged are
affected, so nothing is cut away by itself; the detail names the file, the offset and the place.
Restore the directory from a copy. What is still readable can be had by skipping the damaged
places, which is a setting of whoever opens the log and never the default.)",
        .example = "",
        .fixed = "",
    },
    CodeInfo{
        .code = "MR0806",
        .title = "offset is not in the log",
        .explanation = R"(
The wanted offset is older than what retention kept, or beyond the end of the log. The detail
says what the log holds. A position beyond the end means that the log was replaced.)",
        .example = "",
        .fixed = "",
    },
    CodeInfo{
        .code = "MR0807",
        .title = "no such topic or partition",
        .explanation = R"(
The embedded log has no topic of this name, the topic has fewer partitions, or the name cannot be
a topic's: letters, digits, `.`, `_` and `-`, at most 249 of them.)",
        .example = "",
        .fixed = "",
    },
    CodeInfo{
        .code = "MR0808",
        .title = "the log takes no more writes",
        .explanation = R"(
The system could not bring written data to the disk. A second attempt might claim success with the
data gone, so none is made: the log can still be read, and is writable again after a restart,
which starts from what is really there. Look after the disk first.)",
        .example = "",
        .fixed = "",
    },
    CodeInfo{
        .code = "MR0809",
        .title = "record too large for the log",
        .explanation = R"(
A record, or all records of one request together, exceed what the embedded log takes at once.)",
        .example = "",
        .fixed = "",
    },
    CodeInfo{
        .code = "MR0811",
        .title = "HTTP request failed",
        .explanation = R"(
No usable answer came back: the name did not resolve, the connection was refused or broke, or
the time limit passed. Nothing is assumed about whether the other side acted on the request.)",
        .example = "",
        .fixed = "",
    },
    CodeInfo{
        .code = "MR0812",
        .title = "private address refused",
        .explanation = R"(
The name of a receiver leads to a loopback, link-local or private address, and the table forbids
those (`'allow-private-addresses' = 'false'`). Nothing was sent.)",
        .example = "",
        .fixed = "",
    },
    CodeInfo{
        .code = "MR0813",
        .title = "cannot listen",
        .explanation = R"(
The address of `--listen` is not one of this machine, another program has the port, or the system
does not allow it. Port 0 takes any free one and says which.)",
        .example = R"(
millrace run p.sql --listen 127.0.0.1:80)",
        .fixed = R"(
millrace run p.sql --listen 127.0.0.1:8080)",
    },
    CodeInfo{
        .code = "MR0814",
        .title = "others would reach the listener",
        .explanation = R"(
Without a token, only programs on this machine may reach the listener: anybody else could post rows
and read metrics. Set `MILLRACE_TOKEN` (or `--token-file`), with at least 16 characters, listen on
127.0.0.1, or say `--insecure-listen` where something in front checks requests.)",
        .example = R"(
millrace run p.sql --listen 0.0.0.0:8080)",
        .fixed = R"(
MILLRACE_TOKEN=$(openssl rand -hex 16) millrace run p.sql --listen 0.0.0.0:8080)",
    },
    CodeInfo{
        .code = "MR0815",
        .title = "certificate or key that cannot be used",
        .explanation = R"(
The files of `--tls-cert` and `--tls-key` are PEM: the listener's certificate with those of its
issuers behind it, and the key that belongs to it, without a password. Both options are given, or
none.)",
        .example = R"(
millrace run p.sql --tls-cert server.pem)",
        .fixed = R"(
millrace run p.sql --tls-cert server.pem --tls-key server.key)",
    },
    CodeInfo{
        .code = "MR0816",
        .title = "memory budget too small",
        .explanation = R"(
Beside what every process holds, this budget leaves no room to work with; 128 MB are the least. The
budget is `millrace.memory-budget`, and without it four fifths of the memory of the machine or of
the control group (container) of the process.)",
        .example = R"(
SET 'millrace.memory-budget' = '32 mb';)",
        .fixed = R"(
SET 'millrace.memory-budget' = '256 mb';)",
    },
    CodeInfo{
        .code = "MR0817",
        .title = "too few files may be open",
        .explanation = R"(
The process may have fewer files and connections open than a pipeline can need, or has all that it
may. Raise the limit (`ulimit -n`, `LimitNOFILE` of the unit, `--ulimit nofile` of the container).
The soft limit is raised to the hard one without asking. A running pipeline that meets the limit
holds its sources and tries again.)",
        .example = "",
        .fixed = "",
    },
    CodeInfo{
        .code = "MR0831",
        .title = "an epoch could not be committed",
        .explanation = R"(
The transaction of an epoch did not come about: a broker was away for too long, or ended the
transaction by its time-out. Nothing of the epoch can be seen. The pipeline starts again from the
last epoch that happened, by itself, as `restart-strategy.type` says.)",
        .example = "",
        .fixed = "",
    },
    CodeInfo{
        .code = "MR0832",
        .title = "another process took over",
        .explanation = R"(
Transactions of this pipeline's transactional id were begun by somebody else, whose work must not
be disturbed. This process stops, and does not start again by itself. Two copies of one pipeline
need different values of `--copy`, and two pipelines different names or prefixes.)",
        .example = "",
        .fixed = "",
    },
    CodeInfo{
        .code = "MR0833",
        .title = "decision record is not ours",
        .explanation = R"(
Each epoch is decided by an offset of a consumer group of its own (`millrace.<pipeline>.<copy>`),
which holds a text of Millrace. It holds something else: another program commits to that group.)",
        .example = "",
        .fixed = "",
    },
    CodeInfo{
        .code = "MR0834",
        .title = "sinks cannot share a transaction",
        .explanation = R"(
All exactly-once sinks of a pipeline are written in one transaction, which one producer commits.
So they must be in the same cluster and have the same prefix, time-out and producer properties.)",
        .example = "",
        .fixed = "",
    },
    CodeInfo{
        .code = "MR0841",
        .title = "the state cannot be read or written",
        .explanation = R"(
The folder `state` of the data directory holds the state of the pipeline's operators in RocksDB. It
cannot be opened, is damaged, or the disk refused it, as the detail says. Nothing is taken from it
in silence: the pipeline stops at the last epoch that happened and goes on from there once the
reason is gone. Where the folder is lost, `--fresh` begins anew without its state.)",
        .example = "",
        .fixed = "",
    },
    CodeInfo{
        .code = "MR0842",
        .title = "savepoint cannot be made or used",
        .explanation = R"(
`millrace savepoint` writes into a directory of its own, from a run that can be read whole.
`millrace run --from` starts from a whole savepoint, in a data directory that holds no unfinished
run.)",
        .example = "",
        .fixed = "",
    },
    CodeInfo{
        .code = "MR0843",
        .title = "backup cannot be made or used",
        .explanation = R"(
Backups of a pipeline's data directory go to `execution.checkpointing.dir`, a directory or S3. While
that cannot be written, the pipeline goes on and tries again; `/ready` and `/metrics` say how old
the newest backup is. A backup is used only if all of it is there as it was written, and
only in a data directory that holds no unfinished run. A restore that was interrupted is repeated:
until then nothing starts in its directory.)",
        .example = "",
        .fixed = "",
    },
};

}  // namespace

std::span<const CodeInfo> EnvironmentCodes() { return kCodes; }

}  // namespace millrace
