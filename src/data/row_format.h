// SPDX-License-Identifier: Apache-2.0
// Text of values and rows as Flink shows them: `+I[1, a, 2024-01-01T00:00]`. Used by print, SELECT
// output and test goldens. The rules are those of the print connector (see
// docs/reference/print-format.md).
#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <string>

#include "data/batch.h"
#include "data/schema.h"

namespace millrace {

/// Appends the text of one value; NULL is `null`.
void AppendValueText(const DataType& type, const arrow::Array& column, int64_t row,
                     std::string* out);
/// `+I[1, a, null]`.
std::string FormatRow(const Schema& schema, const Batch& batch, int64_t row);

}  // namespace millrace
