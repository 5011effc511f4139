// SPDX-License-Identifier: Apache-2.0
// MR09: the command line.
#include <array>

#include "diagnostics/codes.h"

namespace millrace {
namespace {

constexpr std::array kCodes = {
    CodeInfo{
        .code = "MR0901",
        .title = "unknown command",
        .explanation = R"(
There is no command of this name. `millrace --help` lists them.)",
        .example = R"(
millrace rnu pipeline.sql)",
        .fixed = R"(
millrace run pipeline.sql)",
    },
    CodeInfo{
        .code = "MR0902",
        .title = "wrong use of a command",
        .explanation = R"(
An option or argument of the command is unknown, missing or given twice. `millrace COMMAND
--help` shows what it takes. The exit code is 2.)",
        .example = R"(
millrace run)",
        .fixed = R"(
millrace run pipeline.sql)",
    },
    CodeInfo{
        .code = "MR0904",
        .title = "nothing to propose a table from",
        .explanation = R"(
`millrace infer` looks at records: JSON objects (one per line, one array, or one after the other),
CSV, lines of text, or a parquet file. There was none of them in what it was given.)",
        .example = R"(
millrace infer empty.json)",
        .fixed = R"(
millrace infer payments.json)",
    },
    CodeInfo{
        .code = "MR0905",
        .title = "not for Flink",
        .explanation = R"(
`millrace export flink` found something that a Flink cluster has no counterpart for: one of our
own connectors, a model file, the relation of late rows. The message says what users of Flink do
instead.)",
        .example = R"(
CREATE TABLE blocked (card STRING) WITH ('connector' = 'webhook', ...);)",
        .fixed = R"(
CREATE TABLE blocked (card STRING) WITH ('connector' = 'kafka', 'topic' = 'blocked', ...);)",
    },
    CodeInfo{
        .code = "MR0906",
        .title = "Flink does this in another way",
        .explanation = R"(
The exported file runs on Flink, but this part of it means something else there: a setting of ours
that Flink has not, the way models are asked, the order in which statements run.)",
        .example = R"(
SET 'millrace.over.emit' = 'on-arrival';)",
        .fixed = R"(
-- not for Flink: SET 'millrace.over.emit' = 'on-arrival';)",
    },
};

}  // namespace

std::span<const CodeInfo> CommandLineCodes() { return kCodes; }

}  // namespace millrace
