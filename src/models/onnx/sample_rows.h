// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <arrow/type_fwd.h>

#include <memory>
#include <vector>

#include "base/result.h"
#include "models/onnx/tensor_binding.h"

namespace millrace {

/// Columns of made-up values for a first run of a model: all zero, or different in every row and
/// column.
Result<std::vector<std::shared_ptr<arrow::Array>>> MakeSampleRows(const Schema& input,
                                                                  const ModelBinding& binding,
                                                                  int64_t rows, bool zeros);

}  // namespace millrace
