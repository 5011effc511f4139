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
};

}  // namespace

std::span<const CodeInfo> CommandLineCodes() { return kCodes; }

}  // namespace millrace
