// SPDX-License-Identifier: Apache-2.0
// MR06: models.
#include <array>

#include "diagnostics/codes.h"

namespace millrace {
namespace {

constexpr std::array kCodes = {
    CodeInfo{
        .code = "MR0601",
        .title = "unknown model",
        .explanation = R"(
No `CREATE MODEL` above this place has this name. Names are case-sensitive.)",
        .example = R"(
SELECT * FROM ML_PREDICT(TABLE t, MODEL frud, DESCRIPTOR(x)))",
        .fixed = R"(
SELECT * FROM ML_PREDICT(TABLE t, MODEL fraud, DESCRIPTOR(x)))",
    },
    CodeInfo{
        .code = "MR0602",
        .title = "columns do not fit the model",
        .explanation = R"(
DESCRIPTOR names the columns that the model's INPUT takes, in its order. Their number differs,
or a column's type does not convert by itself into the declared one.)",
        .example = R"(
SELECT * FROM ML_PREDICT(TABLE t, MODEL m, DESCRIPTOR(name)))",
        .fixed = R"(
SELECT * FROM ML_PREDICT(TABLE t, MODEL m, DESCRIPTOR(amount)))",
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
    CodeInfo{
        .code = "MR0604",
        .title = "model without its columns",
        .explanation = R"(
A model declares the columns it takes and those it gives, with their types; they are compared
with the model file before anything runs.)",
        .example = R"(
CREATE MODEL m WITH ('provider' = 'onnx', 'path' = 'm.onnx'))",
        .fixed = R"(
CREATE MODEL m INPUT (x DOUBLE) OUTPUT (y DOUBLE)
WITH ('provider' = 'onnx', 'path' = 'm.onnx'))",
    },
    CodeInfo{
        .code = "MR0605",
        .title = "model cannot be loaded",
        .explanation = R"(
The model file is missing, unreadable or not a model that can be run safely. It was inspected
before any of it was executed. Relative paths are relative to the working directory.)",
        .example = "",
        .fixed = "",
    },
};

}  // namespace

std::span<const CodeInfo> ModelCodes() { return kCodes; }

}  // namespace millrace
