// SPDX-License-Identifier: Apache-2.0
#include "models/onnx/output_column.h"

#include <arrow/api.h>
#include <arrow/util/bit_util.h>

#include <cmath>
#include <limits>
#include <type_traits>

namespace millrace {
namespace {

/// Position of the one value that a scalar column reads; -1 if the row is too short.
int64_t Position(const OutputBinding& binding, const OutputTensor& tensor, int64_t row) {
  const int64_t length = tensor.row_length(row);
  const int64_t index = binding.index < 0 ? length - 1 : binding.index;
  return index >= 0 && index < length ? tensor.row_begin(row) + index : -1;
}

struct Limits {
  int64_t min;
  int64_t max;
};

Limits LimitsOf(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::kTinyInt: return {INT8_MIN, INT8_MAX};
    case TypeKind::kSmallInt: return {INT16_MIN, INT16_MAX};
    case TypeKind::kInt: return {INT32_MIN, INT32_MAX};
    default: return {INT64_MIN, INT64_MAX};
  }
}

template <typename T>
void CheckValues(const OutputColumn& column, const OutputTensor& tensor, RowErrors* errors) {
  const T* values = tensor.values<T>();
  const bool narrow = column.item->is_integer() && std::is_integral_v<T>;
  const Limits limits = LimitsOf(*column.item);
  const bool check = narrow ? limits.max < std::numeric_limits<T>::max()
                            : std::is_floating_point_v<T> && column.finite_only;
  if (tensor.fixed_rows() && !check) return;
  for (int64_t row = 0; row < errors->rows(); ++row) {
    if (errors->failed(row)) continue;
    int64_t begin = tensor.row_begin(row);
    int64_t end = begin + tensor.row_length(row);
    if (!column.binding->array) {
      begin = Position(*column.binding, tensor, row);
      end = begin + 1;
      if (begin < 0) {
        errors->Fail(row,
                     "the model's answer has no value for column '" + column.declared->name + "'");
        continue;
      }
    }
    for (int64_t i = begin; check && i < end; ++i) {
      if constexpr (std::is_floating_point_v<T>) {
        if (std::isfinite(values[i])) continue;
        errors->Fail(row, "column '" + column.declared->name + "' is not a finite number");
      } else {
        const auto value = static_cast<int64_t>(values[i]);
        if (value >= limits.min && value <= limits.max) continue;
        errors->Fail(row, "column '" + column.declared->name + "' is out of range");
      }
    }
  }
}

/// Null bitmap of the failed rows; null without any.
Result<std::shared_ptr<arrow::Buffer>> Validity(const RowErrors& errors) {
  if (!errors.any()) return std::shared_ptr<arrow::Buffer>();
  auto bitmap = arrow::AllocateEmptyBitmap(errors.rows());
  if (!bitmap.ok()) return InternalError(bitmap.status().ToString());
  for (int64_t row = 0; row < errors.rows(); ++row) {
    if (!errors.failed(row)) arrow::bit_util::SetBit((*bitmap)->mutable_data(), row);
  }
  return *bitmap;
}

/// Calls `visit(row, position)` for each value of the column, in order; position -1 for a failed
/// row of a scalar column.
template <typename Visit>
void ForEachValue(const OutputColumn& column, const OutputTensor& tensor, const RowErrors& errors,
                  Visit&& visit) {
  for (int64_t row = 0; row < errors.rows(); ++row) {
    if (!column.binding->array) {
      visit(errors.failed(row) ? -1 : Position(*column.binding, tensor, row));
      continue;
    }
    if (errors.failed(row)) continue;
    const int64_t begin = tensor.row_begin(row);
    for (int64_t i = 0; i < tensor.row_length(row); ++i) visit(begin + i);
  }
}

template <typename Out, typename T>
Result<std::shared_ptr<arrow::Buffer>> Convert(const OutputColumn& column,
                                               const OutputTensor& tensor, const RowErrors& errors,
                                               int64_t count) {
  auto buffer = arrow::AllocateBuffer(count * static_cast<int64_t>(sizeof(Out)));
  if (!buffer.ok()) return InternalError(buffer.status().ToString());
  auto* out = reinterpret_cast<Out*>((*buffer)->mutable_data());
  const T* values = tensor.values<T>();
  ForEachValue(column, tensor, errors, [&](int64_t position) {
    *out++ = position < 0 ? Out() : static_cast<Out>(values[position]);
  });
  return std::shared_ptr<arrow::Buffer>(std::move(*buffer));
}

template <typename T>
Result<std::shared_ptr<arrow::Buffer>> ConvertTo(const OutputColumn& column,
                                                 const OutputTensor& tensor,
                                                 const RowErrors& errors, int64_t count) {
  switch (column.item->kind()) {
    case TypeKind::kFloat: return Convert<float, T>(column, tensor, errors, count);
    case TypeKind::kDouble: return Convert<double, T>(column, tensor, errors, count);
    case TypeKind::kTinyInt: return Convert<int8_t, T>(column, tensor, errors, count);
    case TypeKind::kSmallInt: return Convert<int16_t, T>(column, tensor, errors, count);
    case TypeKind::kInt: return Convert<int32_t, T>(column, tensor, errors, count);
    case TypeKind::kBigInt: return Convert<int64_t, T>(column, tensor, errors, count);
    default: return InternalError("an output column of an unexpected type");
  }
}

bool SameLayout(TensorElement element, TypeKind kind) {
  return (element == TensorElement::kFloat && kind == TypeKind::kFloat) ||
         (element == TensorElement::kDouble && kind == TypeKind::kDouble) ||
         (element == TensorElement::kInt64 && kind == TypeKind::kBigInt) ||
         (element == TensorElement::kInt32 && kind == TypeKind::kInt);
}

/// Booleans and texts, through Arrow's builders.
Result<std::shared_ptr<arrow::ArrayData>> BuildByAppending(const OutputColumn& column,
                                                           const OutputTensor& tensor,
                                                           const RowErrors& errors) {
  arrow::BooleanBuilder booleans;
  arrow::StringBuilder texts;
  const bool is_text = tensor.element() == TensorElement::kString;
  arrow::Status status;
  ForEachValue(column, tensor, errors, [&](int64_t position) {
    if (!status.ok()) return;
    const auto at = static_cast<size_t>(std::max<int64_t>(position, 0));
    if (is_text) {
      status = position < 0 ? texts.AppendNull() : texts.Append(tensor.texts()[at]);
    } else {
      status =
          position < 0 ? booleans.AppendNull() : booleans.Append(tensor.values<uint8_t>()[at] != 0);
    }
  });
  auto array = status.ok() ? (is_text ? texts.Finish() : booleans.Finish()) : status;
  if (!array.ok()) return InternalError(array.status().ToString());
  return (*array)->data();
}

Result<std::shared_ptr<arrow::ArrayData>> BuildValues(const OutputColumn& column,
                                                      const OutputTensor& tensor,
                                                      const RowErrors& errors, int64_t count,
                                                      std::shared_ptr<arrow::Buffer> validity) {
  std::shared_ptr<arrow::Buffer> values;
  const bool all_rows = !column.binding->array || !errors.any();
  const bool whole_row = column.binding->array || tensor.row_size() == 1;
  if (tensor.fixed_rows() && all_rows && whole_row &&
      SameLayout(tensor.element(), column.item->kind())) {
    values = tensor.buffer();
  } else {
    Result<std::shared_ptr<arrow::Buffer>> converted = std::shared_ptr<arrow::Buffer>();
    switch (tensor.element()) {
      case TensorElement::kFloat:
        converted = ConvertTo<float>(column, tensor, errors, count);
        break;
      case TensorElement::kDouble:
        converted = ConvertTo<double>(column, tensor, errors, count);
        break;
      case TensorElement::kInt64:
        converted = ConvertTo<int64_t>(column, tensor, errors, count);
        break;
      case TensorElement::kInt32:
        converted = ConvertTo<int32_t>(column, tensor, errors, count);
        break;
      case TensorElement::kBool:
      case TensorElement::kString: return BuildByAppending(column, tensor, errors);
    }
    TRY_ASSIGN(values, std::move(converted));
  }
  return arrow::ArrayData::Make(column.arrow_item, count, {std::move(validity), std::move(values)});
}

}  // namespace

OutputColumn::OutputColumn(const OutputBinding* from, const Column* column, bool finite)
    : binding(from),
      declared(column),
      item(column->type.kind() == TypeKind::kArray ? &column->type.element() : &column->type),
      arrow_type(column->type.ToArrow()),
      arrow_item(item->ToArrow()),
      finite_only(finite) {}

void CheckOutput(const OutputColumn& column, const OutputTensor& tensor, RowErrors* errors) {
  switch (tensor.element()) {
    case TensorElement::kFloat: return CheckValues<float>(column, tensor, errors);
    case TensorElement::kDouble: return CheckValues<double>(column, tensor, errors);
    case TensorElement::kInt64: return CheckValues<int64_t>(column, tensor, errors);
    case TensorElement::kInt32: return CheckValues<int32_t>(column, tensor, errors);
    case TensorElement::kBool:
    case TensorElement::kString: return CheckValues<uint8_t>(column, tensor, errors);
  }
}

Result<std::shared_ptr<arrow::Array>> BuildOutput(const OutputColumn& column,
                                                  const OutputTensor& tensor,
                                                  const RowErrors& errors) {
  TRY_ASSIGN(std::shared_ptr<arrow::Buffer> validity, Validity(errors));
  const int64_t rows = errors.rows();
  if (!column.binding->array) {
    TRY_ASSIGN(auto data, BuildValues(column, tensor, errors, rows, std::move(validity)));
    return arrow::MakeArray(data);
  }
  auto offsets = arrow::AllocateBuffer((rows + 1) * static_cast<int64_t>(sizeof(int32_t)));
  if (!offsets.ok()) return InternalError(offsets.status().ToString());
  auto* offset = reinterpret_cast<int32_t*>((*offsets)->mutable_data());
  int64_t count = 0;
  for (int64_t row = 0; row < rows; ++row) {
    offset[row] = static_cast<int32_t>(count);
    if (!errors.failed(row)) count += tensor.row_length(row);
    if (count > INT32_MAX) return ExternalError("MR0707", "the model's answers are too large");
  }
  offset[rows] = static_cast<int32_t>(count);
  TRY_ASSIGN(auto items, BuildValues(column, tensor, errors, count, nullptr));
  auto data =
      arrow::ArrayData::Make(column.arrow_type, rows, {std::move(validity), std::move(*offsets)});
  data->child_data.push_back(std::move(items));
  return arrow::MakeArray(data);
}

}  // namespace millrace
