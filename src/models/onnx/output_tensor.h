// SPDX-License-Identifier: Apache-2.0
// OutputTensor: collects one output tensor over the calls that answer a batch, row by row in order.
// Where the size of a row is known beforehand, ONNX Runtime writes straight into the buffer that
// becomes the Arrow column; otherwise its answers are appended. One thread.
#pragma once

#include <onnxruntime_cxx_api.h>

#include <arrow/type_fwd.h>

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "models/onnx/tensor_binding.h"

namespace millrace {

/// The dimensions behind the batch, when they are known for sure.
struct OutputRowShape {
  bool known = false;
  std::vector<int64_t> inner;
};

class OutputTensor {
 public:
  OutputTensor(const OutputRowShape& shape, TensorElement element);

  Status Begin(int64_t rows);
  /// A tensor for ONNX Runtime to fill, or null if it shall allocate.
  Result<Ort::Value> Prepare(int64_t begin, int64_t count);
  /// Whether the answer is a tensor of that many rows. Ask before Accept.
  Status Fits(const Ort::Value& value, int64_t count) const;
  /// Takes the answer for rows [begin, begin + count), called in ascending order without gaps.
  Status Accept(const Ort::Value& value, int64_t begin, int64_t count);
  /// The row has no answer.
  void Skip(int64_t row);

  TensorElement element() const { return element_; }
  int64_t row_begin(int64_t row) const {
    return known_ ? row * row_size_ : offsets_[static_cast<size_t>(row)];
  }
  int64_t row_length(int64_t row) const {
    return known_ ? row_size_
                  : offsets_[static_cast<size_t>(row) + 1] - offsets_[static_cast<size_t>(row)];
  }
  bool fixed_rows() const { return known_; }
  int64_t row_size() const { return row_size_; }
  /// Values of all rows; bool as one byte each.
  template <typename T>
  const T* values() const {
    return reinterpret_cast<const T*>(known_ ? bytes() : loose_.data());
  }
  const std::vector<std::string>& texts() const { return texts_; }
  /// The buffer itself, to become a column without a copy. REQUIRES: fixed_rows().
  std::shared_ptr<arrow::Buffer> buffer() const;
  /// Shape of the last answer, batch dimension included.
  const std::vector<int64_t>& last_shape() const { return last_shape_; }

 private:
  const uint8_t* bytes() const;

  TensorElement element_;
  bool known_;
  std::vector<int64_t> full_shape_;  // [batch, inner..] or [batch]
  int64_t row_size_ = 1;
  std::shared_ptr<arrow::ResizableBuffer> buffer_;
  std::vector<int64_t> offsets_;
  std::vector<uint8_t> loose_;
  std::vector<std::string> texts_;
  std::vector<int64_t> last_shape_;
};

}  // namespace millrace
