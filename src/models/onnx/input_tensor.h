// SPDX-License-Identifier: Apache-2.0
// InputTensor: the rows of one batch as one input tensor. Points straight into Arrow's memory where
// a single column has the tensor's type and layout, otherwise packs the columns row by row, once
// per batch. Any range of rows is then a tensor without further copies. One thread.
#pragma once

#include <onnxruntime_cxx_api.h>

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "models/onnx/row_errors.h"
#include "models/onnx/tensor_binding.h"

namespace arrow {
class Array;
}

namespace millrace {

class InputTensor {
 public:
  /// `null_as_nan`: NULL in float tensors becomes NaN instead of failing its row.
  InputTensor(const InputBinding* binding, bool null_as_nan)
      : binding_(binding), null_as_nan_(null_as_nan) {}

  /// `inputs`: all columns of the model, which must stay until the tensor has been used. Rows that
  /// cannot be packed fail, and hold zeros.
  Status Pack(const std::vector<std::shared_ptr<arrow::Array>>& inputs, RowErrors* errors);
  /// Whether all rows that have not failed have the same number of values, so they fit one tensor.
  bool uniform() const { return offsets_.empty(); }
  /// Rows [begin, begin + count) as a tensor; not uniform: count must be 1.
  Result<Ort::Value> Rows(int64_t begin, int64_t count) const;

 private:
  template <typename T>
  Status PackNumbers(RowErrors* errors);
  template <typename T>
  bool PointInto();
  template <typename T>
  Status PackScalars(RowErrors* errors);
  template <typename T>
  Status PackLists(RowErrors* errors);
  Status PackTexts(RowErrors* errors);
  Status MeasureLists(RowErrors* errors);
  std::string ColumnText(size_t column) const;
  int64_t ValueOffset(int64_t row) const {
    return uniform() ? row * row_size_ : offsets_[static_cast<size_t>(row)];
  }

  const InputBinding* binding_;
  bool null_as_nan_;
  std::vector<const arrow::Array*> columns_;  // of the binding, in its order
  int64_t rows_ = 0;
  int64_t row_size_ = 1;
  std::vector<int64_t> offsets_;  // of ragged rows, one more than rows
  std::vector<uint8_t> packed_;   // reused from batch to batch
  const void* data_ = nullptr;    // packed_ or Arrow's buffer
  std::vector<std::string> texts_;
};

size_t TensorElementSize(TensorElement element);
ONNXTensorElementDataType OnnxType(TensorElement element);

}  // namespace millrace
