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
        .title = "unknown connector or format",
        .explanation = R"(
There is no connector or format of this name. The nearest names are listed.)",
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
};

}  // namespace

std::span<const CodeInfo> ConnectorCodes() { return kCodes; }

}  // namespace millrace
