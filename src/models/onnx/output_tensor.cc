// SPDX-License-Identifier: Apache-2.0
#include "models/onnx/output_tensor.h"

#include <arrow/api.h>

#include <cstring>

#include "base/check.h"
#include "models/onnx/input_tensor.h"
#include "models/onnx/session.h"

namespace millrace {

OutputTensor::OutputTensor(const OutputRowShape& shape, TensorElement element)
    : element_(element), known_(shape.known && element != TensorElement::kString) {
  full_shape_.push_back(0);
  for (int64_t dim : shape.inner) {
    full_shape_.push_back(dim);
    row_size_ *= dim;
  }
}

const uint8_t* OutputTensor::bytes() const { return buffer_->data(); }
std::shared_ptr<arrow::Buffer> OutputTensor::buffer() const { return buffer_; }

Status OutputTensor::Begin(int64_t rows) {
  if (!known_) {
    offsets_.assign(1, 0);
    offsets_.reserve(static_cast<size_t>(rows) + 1);
    loose_.clear();
    texts_.clear();
    return OkStatus();
  }
  const int64_t bytes = rows * row_size_ * static_cast<int64_t>(TensorElementSize(element_));
  // Columns of the batch before may still hold the old buffer.
  if (buffer_ != nullptr && buffer_.use_count() == 1 && buffer_->capacity() >= bytes) {
    if (!buffer_->Resize(bytes, false).ok()) return InternalError("a buffer cannot shrink");
    return OkStatus();
  }
  auto buffer = arrow::AllocateResizableBuffer(bytes);
  if (!buffer.ok()) return ExternalError("MR0707", "out of memory for the model's answer");
  buffer_ = std::shared_ptr<arrow::ResizableBuffer>(std::move(*buffer));
  return OkStatus();
}

Result<Ort::Value> OutputTensor::Prepare(int64_t begin, int64_t count) {
  if (!known_) return Ort::Value{nullptr};
  full_shape_[0] = count;
  const size_t row_bytes = static_cast<size_t>(row_size_) * TensorElementSize(element_);
  return WrapTensor(buffer_->mutable_data() + static_cast<size_t>(begin) * row_bytes,
                    static_cast<size_t>(count) * row_bytes, full_shape_, OnnxType(element_));
}

Status OutputTensor::Fits(const Ort::Value& value, int64_t count) const {
  if (known_) return OkStatus();  // ONNX Runtime has compared it with the tensor it was given
  TRY_ASSIGN(const OnnxTensorView view, ViewTensor(value));
  if (view.element != OnnxType(element_)) {
    return ExternalError("MR0707", "the model answers with another element type than it declares");
  }
  if (view.shape.empty() ? count == 1 : view.shape[0] == count) return OkStatus();
  return ExternalError("MR0707", "the model answers " +
                                     std::to_string(view.shape.empty() ? 1 : view.shape[0]) +
                                     " row(s) for " + std::to_string(count));
}

Status OutputTensor::Accept(const Ort::Value& value, int64_t begin, int64_t count) {
  if (known_) return OkStatus();  // it lies where Prepare pointed
  TRY_ASSIGN(const OnnxTensorView view, ViewTensor(value));
  last_shape_ = view.shape;
  if (element_ == TensorElement::kString) {
    TRY_ASSIGN(auto texts, ReadStrings(value, view.count));
    for (std::string& text : texts) texts_.push_back(std::move(text));
  } else {
    const auto* data = static_cast<const uint8_t*>(view.data);
    loose_.insert(loose_.end(), data, data + view.count * TensorElementSize(element_));
  }
  CHECK_EQ(static_cast<int64_t>(offsets_.size()), begin + 1);
  const auto row = static_cast<int64_t>(view.count) / count;
  for (int64_t i = 0; i < count; ++i) offsets_.push_back(offsets_.back() + row);
  return OkStatus();
}

void OutputTensor::Skip(int64_t row) {
  if (!known_) {
    offsets_.push_back(offsets_.back());
    return;
  }
  const size_t bytes = static_cast<size_t>(row_size_) * TensorElementSize(element_);
  std::memset(buffer_->mutable_data() + static_cast<size_t>(row) * bytes, 0, bytes);
}

}  // namespace millrace
