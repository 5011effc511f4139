// SPDX-License-Identifier: Apache-2.0
#include "models/onnx/input_tensor.h"

#include <arrow/api.h>

#include <cmath>
#include <limits>
#include <type_traits>

#include "models/onnx/session.h"

namespace millrace {
namespace {

constexpr int64_t kBlockRows = 256;  // packed block stays in the first-level cache

template <typename T>
constexpr bool kIsApproximate = std::is_floating_point_v<T>;

/// Calls `body` with the typed array; false for a type that no tensor takes.
template <typename Body>
bool WithNumbers(const arrow::Array& array, Body&& body) {
  switch (array.type_id()) {
    case arrow::Type::BOOL: body(static_cast<const arrow::BooleanArray&>(array)); return true;
    case arrow::Type::INT8: body(static_cast<const arrow::Int8Array&>(array)); return true;
    case arrow::Type::INT16: body(static_cast<const arrow::Int16Array&>(array)); return true;
    case arrow::Type::INT32: body(static_cast<const arrow::Int32Array&>(array)); return true;
    case arrow::Type::INT64: body(static_cast<const arrow::Int64Array&>(array)); return true;
    case arrow::Type::FLOAT: body(static_cast<const arrow::FloatArray&>(array)); return true;
    case arrow::Type::DOUBLE: body(static_cast<const arrow::DoubleArray&>(array)); return true;
    default: return false;
  }
}

/// False if an integer does not fit the tensor's element.
template <typename T, typename V>
bool Convert(V value, T* out) {
  if constexpr (std::is_same_v<T, int32_t> && std::is_same_v<V, int64_t>) {
    if (value < INT32_MIN || value > INT32_MAX) return false;
  }
  *out = static_cast<T>(value);
  return true;
}

template <typename T>
arrow::Type::type ArrowTypeOf() {
  if constexpr (std::is_same_v<T, float>) return arrow::Type::FLOAT;
  if constexpr (std::is_same_v<T, double>) return arrow::Type::DOUBLE;
  if constexpr (std::is_same_v<T, int64_t>) return arrow::Type::INT64;
  if constexpr (std::is_same_v<T, int32_t>) return arrow::Type::INT32;
  return arrow::Type::NA;  // booleans are bits in Arrow
}

const arrow::ListArray& AsList(const arrow::Array& array) {
  return static_cast<const arrow::ListArray&>(array);
}

}  // namespace

size_t TensorElementSize(TensorElement element) {
  switch (element) {
    case TensorElement::kFloat:
    case TensorElement::kInt32: return 4;
    case TensorElement::kDouble:
    case TensorElement::kInt64: return 8;
    case TensorElement::kBool: return 1;
    case TensorElement::kString: return 0;
  }
  return 0;
}

ONNXTensorElementDataType OnnxType(TensorElement element) {
  switch (element) {
    case TensorElement::kFloat: return ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT;
    case TensorElement::kDouble: return ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE;
    case TensorElement::kInt64: return ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64;
    case TensorElement::kInt32: return ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32;
    case TensorElement::kBool: return ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL;
    case TensorElement::kString: return ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING;
  }
  return ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
}

std::string InputTensor::ColumnText(size_t column) const {
  const std::string number = std::to_string(binding_->columns[column] + 1);
  return "input column " + number + " of the model";
}

Status InputTensor::Pack(const std::vector<std::shared_ptr<arrow::Array>>& inputs,
                         RowErrors* errors) {
  columns_.clear();
  for (const size_t column : binding_->columns) columns_.push_back(inputs[column].get());
  rows_ = errors->rows();
  row_size_ = binding_->row_size;
  offsets_.clear();
  if (binding_->array) TRY(MeasureLists(errors));
  switch (binding_->element) {
    case TensorElement::kFloat: return PackNumbers<float>(errors);
    case TensorElement::kDouble: return PackNumbers<double>(errors);
    case TensorElement::kInt64: return PackNumbers<int64_t>(errors);
    case TensorElement::kInt32: return PackNumbers<int32_t>(errors);
    case TensorElement::kBool: return PackNumbers<bool>(errors);
    case TensorElement::kString: return PackTexts(errors);
  }
  return OkStatus();
}

/// Fails rows of a wrong length; decides row_size_ or, if lengths are free and differ, offsets_.
Status InputTensor::MeasureLists(RowErrors* errors) {
  if (columns_[0]->type_id() != arrow::Type::LIST) return InternalError("ARRAY is not a list");
  const arrow::ListArray& lists = AsList(*columns_[0]);
  bool ragged = false;
  for (int64_t row = 0; row < rows_; ++row) {
    if (errors->failed(row)) continue;
    if (lists.IsNull(row)) {
      errors->Fail(row, ColumnText(0) + " is NULL");
      continue;
    }
    const int64_t length = lists.value_length(row);
    if (binding_->row_size >= 0 && length != binding_->row_size) {
      errors->Fail(row, ColumnText(0) + " has " + std::to_string(length) + " items, tensor '" +
                            binding_->tensor + "' takes " + std::to_string(binding_->row_size));
      continue;
    }
    if (row_size_ < 0) row_size_ = length;
    ragged |= length != row_size_;
  }
  row_size_ = std::max<int64_t>(row_size_, 0);
  if (!ragged) return OkStatus();
  offsets_.reserve(static_cast<size_t>(rows_) + 1);
  offsets_.push_back(0);
  for (int64_t row = 0; row < rows_; ++row) {
    offsets_.push_back(offsets_.back() + (errors->failed(row) ? 0 : lists.value_length(row)));
  }
  return OkStatus();
}

template <typename T>
Status InputTensor::PackNumbers(RowErrors* errors) {
  if (PointInto<T>()) return OkStatus();
  const int64_t values = uniform() ? rows_ * row_size_ : offsets_.back();
  const size_t bytes = static_cast<size_t>(values) * sizeof(T);
  if (packed_.size() < bytes) packed_.resize(bytes);
  data_ = packed_.data();
  return binding_->array ? PackLists<T>(errors) : PackScalars<T>(errors);
}

/// Whether the column's own memory is the tensor.
template <typename T>
bool InputTensor::PointInto() {
  if (columns_.size() != 1 || columns_[0]->null_count() > 0 || rows_ == 0) return false;
  const arrow::Array* values = columns_[0];
  int64_t first = values->offset();
  if (binding_->array) {
    const arrow::ListArray& lists = AsList(*columns_[0]);
    const int64_t begin = lists.value_offset(0);
    if (!uniform() || lists.value_offset(rows_) - begin != rows_ * row_size_) return false;
    // Rows may fail for their length only if this sum is off, or two errors cancel out.
    for (int64_t row = 1; row < rows_; ++row) {
      if (lists.value_offset(row) - begin != row * row_size_) return false;
    }
    values = lists.values().get();
    first = values->offset() + begin;
    if (values->null_count() > 0) return false;
  }
  if (values->type_id() != ArrowTypeOf<T>()) return false;
  data_ = reinterpret_cast<const T*>(values->data()->buffers[1]->data()) + first;
  return true;
}

template <typename T>
Status InputTensor::PackScalars(RowErrors* errors) {
  T* const out = reinterpret_cast<T*>(packed_.data());
  const auto stride = static_cast<int64_t>(columns_.size());
  for (int64_t begin = 0; begin < rows_; begin += kBlockRows) {
    const int64_t end = std::min(rows_, begin + kBlockRows);
    for (size_t c = 0; c < columns_.size(); ++c) {
      const auto pack = [&](const auto& array) {
        const bool nulls = array.null_count() > 0;
        T* cell = out + begin * stride + static_cast<int64_t>(c);
        for (int64_t row = begin; row < end; ++row, cell += stride) {
          if (nulls && array.IsNull(row)) [[unlikely]] {
            *cell = T();
            if constexpr (kIsApproximate<T>) *cell = std::numeric_limits<T>::quiet_NaN();
            if (kIsApproximate<T> && null_as_nan_) continue;
            errors->Fail(row, ColumnText(c) + " is NULL");
          } else if (!Convert(array.Value(row), cell)) [[unlikely]] {
            errors->Fail(row, ColumnText(c) + " does not fit tensor '" + binding_->tensor + "'");
            *cell = T();
          }
        }
      };
      if (!WithNumbers(*columns_[c], pack)) return InternalError("a column cannot feed a tensor");
    }
  }
  return OkStatus();
}

template <typename T>
Status InputTensor::PackLists(RowErrors* errors) {
  T* const out = reinterpret_cast<T*>(packed_.data());
  const arrow::ListArray& lists = AsList(*columns_[0]);
  const auto pack = [&](const auto& items) {
    for (int64_t row = 0; row < rows_; ++row) {
      T* cell = out + ValueOffset(row);
      if (errors->failed(row)) {
        if (uniform()) std::fill(cell, cell + row_size_, T());
        continue;
      }
      const int64_t begin = lists.value_offset(row);
      for (int64_t i = begin; i < begin + lists.value_length(row); ++i, ++cell) {
        *cell = T();
        if (items.IsNull(i)) {
          if constexpr (kIsApproximate<T>) *cell = std::numeric_limits<T>::quiet_NaN();
          if (kIsApproximate<T> && null_as_nan_) continue;
          errors->Fail(row, ColumnText(0) + " holds a NULL item");
        } else if (!Convert(items.Value(i), cell)) {
          errors->Fail(row, ColumnText(0) + " does not fit tensor '" + binding_->tensor + "'");
        }
      }
    }
  };
  if (!WithNumbers(*lists.values(), pack)) return InternalError("a column cannot feed a tensor");
  return OkStatus();
}

Status InputTensor::PackTexts(RowErrors* errors) {
  const int64_t values = uniform() ? rows_ * row_size_ : offsets_.back();
  texts_.assign(static_cast<size_t>(values), std::string());
  const auto take = [&](const arrow::Array& array, int64_t from, int64_t row, int64_t to,
                        size_t column) {
    if (array.IsNull(from)) {
      errors->Fail(row, ColumnText(column) + " is NULL");
      return;
    }
    std::string text(static_cast<const arrow::BinaryArray&>(array).GetView(from));
    if (text.find('\0') != std::string::npos) {
      errors->Fail(row, ColumnText(column) + " holds a zero byte");
      return;
    }
    texts_[static_cast<size_t>(to)] = std::move(text);
  };
  for (int64_t row = 0; row < rows_; ++row) {
    if (!binding_->array) {
      for (size_t c = 0; c < columns_.size(); ++c) {
        take(*columns_[c], row, row, row * row_size_ + static_cast<int64_t>(c), c);
      }
      continue;
    }
    if (errors->failed(row)) continue;
    const arrow::ListArray& lists = AsList(*columns_[0]);
    for (int64_t i = 0; i < lists.value_length(row); ++i) {
      take(*lists.values(), lists.value_offset(row) + i, row, ValueOffset(row) + i, 0);
    }
  }
  return OkStatus();
}

Result<Ort::Value> InputTensor::Rows(int64_t begin, int64_t count) const {
  const int64_t from = ValueOffset(begin);
  const int64_t values = uniform() ? count * row_size_ : offsets_[begin + 1] - from;
  std::vector<int64_t> shape = binding_->shape;
  if (!shape.empty()) shape[0] = count;
  for (size_t i = 1; i < shape.size(); ++i) {
    if (shape[i] < 0) shape[i] = count > 0 ? values / count : 0;
  }
  if (binding_->element == TensorElement::kString) {
    std::vector<const char*> texts;
    texts.reserve(static_cast<size_t>(values));
    for (int64_t i = from; i < from + values; ++i) {
      texts.push_back(texts_[static_cast<size_t>(i)].c_str());
    }
    return MakeStringTensor(texts, shape);
  }
  const size_t size = TensorElementSize(binding_->element);
  // ONNX Runtime takes a mutable pointer and never writes through it for an input.
  auto* data = static_cast<char*>(const_cast<void*>(data_)) + static_cast<size_t>(from) * size;
  return WrapTensor(data, static_cast<size_t>(values) * size, shape, OnnxType(binding_->element));
}

}  // namespace millrace
