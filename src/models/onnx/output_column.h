// SPDX-License-Identifier: Apache-2.0
// Declared OUTPUT columns out of collected output tensors: first every row is checked (range,
// length, NaN), so that a failed row is NULL in all columns; then the columns are built, without a
// copy where tensor and column have the same layout.
#pragma once

#include <arrow/type_fwd.h>

#include <memory>

#include "base/result.h"
#include "models/onnx/output_tensor.h"
#include "models/onnx/row_errors.h"
#include "models/onnx/tensor_binding.h"

namespace millrace {

struct OutputColumn {
  const OutputBinding* binding = nullptr;
  const Column* declared = nullptr;
  bool finite_only = false;  // NaN or infinity fails its row
};

void CheckOutput(const OutputColumn& column, const OutputTensor& tensor, RowErrors* errors);
Result<std::shared_ptr<arrow::Array>> BuildOutput(const OutputColumn& column,
                                                  const OutputTensor& tensor,
                                                  const RowErrors& errors);

}  // namespace millrace
