// SPDX-License-Identifier: Apache-2.0
// MR06: models.
#include <array>

#include "diagnostics/codes.h"

namespace millrace {
namespace {

constexpr std::array kCodes = {
    CodeInfo{
        .code = "MR0601",
        .title = "unknown model provider",
        .explanation = R"(
There is no model provider of this name. The nearest names are listed.)",
        .example = R"(
CREATE MODEL m INPUT (x DOUBLE) OUTPUT (y DOUBLE) WITH ('provider' = 'onxx', 'path' = 'm.onnx'))",
        .fixed = R"(
CREATE MODEL m INPUT (x DOUBLE) OUTPUT (y DOUBLE) WITH ('provider' = 'onnx', 'path' = 'm.onnx'))",
    },
    CodeInfo{
        .code = "MR0602",
        .title = "model cannot be loaded",
        .explanation = R"(
The model file is missing, unreadable or not a model that can be run safely. It was inspected
before any of it was executed. Relative paths are relative to the working directory.)",
        .example = "",
        .fixed = "",
    },
    CodeInfo{
        .code = "MR0603",
        .title = "model signature does not match",
        .explanation = R"(
The tensors in the model file and the columns in the INPUT and OUTPUT clauses differ in number,
type or shape. Both sides are shown in a table; put the clauses right, or export the model
again.)",
        .example = "",
        .fixed = "",
    },
};

}  // namespace

std::span<const CodeInfo> ModelCodes() { return kCodes; }

}  // namespace millrace
