// SPDX-License-Identifier: Apache-2.0
#include "models/onnx/sample_rows.h"

#include <arrow/api.h>

namespace millrace {
namespace {

constexpr int64_t kFreeLength = 4;  // of arrays that may have any length

/// Appends value number `n`; zeros if n is 0.
arrow::Status AppendSample(arrow::ArrayBuilder* builder, int64_t n) {
  switch (builder->type()->id()) {
    case arrow::Type::BOOL: return static_cast<arrow::BooleanBuilder*>(builder)->Append(n % 2 == 1);
    case arrow::Type::INT8:
      return static_cast<arrow::Int8Builder*>(builder)->Append(static_cast<int8_t>(n % 5));
    case arrow::Type::INT16:
      return static_cast<arrow::Int16Builder*>(builder)->Append(static_cast<int16_t>(n % 5));
    case arrow::Type::INT32:
      return static_cast<arrow::Int32Builder*>(builder)->Append(static_cast<int32_t>(n % 5));
    case arrow::Type::INT64: return static_cast<arrow::Int64Builder*>(builder)->Append(n % 5);
    case arrow::Type::FLOAT:
      return static_cast<arrow::FloatBuilder*>(builder)->Append(0.37F * static_cast<float>(n % 11));
    case arrow::Type::DOUBLE:
      return static_cast<arrow::DoubleBuilder*>(builder)->Append(0.37 *
                                                                 static_cast<double>(n % 11));
    case arrow::Type::STRING:
      return static_cast<arrow::StringBuilder*>(builder)->Append(n == 0 ? "" : std::to_string(n));
    default: return arrow::Status::NotImplemented(builder->type()->ToString());
  }
}

arrow::Status AppendColumn(arrow::ArrayBuilder* builder, const InputBinding& tensor, size_t column,
                           int64_t rows, bool zeros) {
  const int64_t length = tensor.row_size < 0 ? kFreeLength : tensor.row_size;
  for (int64_t row = 0; row < rows; ++row) {
    const int64_t n = zeros ? 0 : 1 + row * 7 + static_cast<int64_t>(column) * 3;
    if (!tensor.array) {
      ARROW_RETURN_NOT_OK(AppendSample(builder, n));
      continue;
    }
    auto* list = static_cast<arrow::ListBuilder*>(builder);
    ARROW_RETURN_NOT_OK(list->Append());
    for (int64_t i = 0; i < length; ++i) {
      ARROW_RETURN_NOT_OK(AppendSample(list->value_builder(), zeros ? 0 : n + i));
    }
  }
  return arrow::Status::OK();
}

}  // namespace

Result<std::vector<std::shared_ptr<arrow::Array>>> MakeSampleRows(const Schema& input,
                                                                  const ModelBinding& binding,
                                                                  int64_t rows, bool zeros) {
  std::vector<std::shared_ptr<arrow::Array>> columns(input.size());
  for (const InputBinding& tensor : binding.inputs) {
    for (size_t column : tensor.columns) {
      auto builder = arrow::MakeBuilder(input[column].type.ToArrow());
      if (!builder.ok()) return InternalError(builder.status().ToString());
      const arrow::Status status = AppendColumn(builder->get(), tensor, column, rows, zeros);
      auto array = status.ok() ? (*builder)->Finish() : status;
      if (!array.ok()) return InternalError(array.status().ToString());
      columns[column] = *array;
    }
  }
  return columns;
}

}  // namespace millrace
