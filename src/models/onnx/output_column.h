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
  OutputColumn(const OutputBinding* from, const Column* column, bool finite);

  const OutputBinding* binding;
  const Column* declared;
  const DataType* item;  // of the items for an ARRAY
  std::shared_ptr<arrow::DataType> arrow_type;
  std::shared_ptr<arrow::DataType> arrow_item;
  bool finite_only;  // NaN or infinity fails its row
};

void CheckOutput(const OutputColumn& column, const OutputTensor& tensor, RowErrors* errors);
Result<std::shared_ptr<arrow::Array>> BuildOutput(const OutputColumn& column,
                                                  const OutputTensor& tensor,
                                                  const RowErrors& errors);

}  // namespace millrace
