// SPDX-License-Identifier: Apache-2.0
#include "operators/aggregate/row_equality.h"

#include <arrow/api.h>

#include <cstring>

namespace millrace {
namespace {

using EqualRows = std::function<bool(int64_t, int64_t)>;

/// Compares values unless one of them is NULL.
template <typename F>
EqualRows WithNulls(const arrow::Array& column, F equal) {
  if (column.null_count() == 0) return equal;
  return [&column, equal](int64_t a, int64_t b) {
    const bool a_null = column.IsNull(a);
    if (a_null || column.IsNull(b)) return a_null == column.IsNull(b);
    return equal(a, b);
  };
}

template <typename T>
EqualRows Floating(const arrow::Array& column) {
  const T* values = column.data()->GetValues<T>(1);
  return WithNulls(column, [values](int64_t a, int64_t b) { return values[a] == values[b]; });
}

EqualRows Compare(const arrow::Array& column) {
  const arrow::DataType& type = *column.type();
  switch (type.id()) {
    case arrow::Type::FLOAT: return Floating<float>(column);
    case arrow::Type::DOUBLE: return Floating<double>(column);
    case arrow::Type::STRING:
    case arrow::Type::BINARY: {
      const auto& text = static_cast<const arrow::BinaryArray&>(column);
      return WithNulls(
          column, [&text](int64_t a, int64_t b) { return text.GetView(a) == text.GetView(b); });
    }
    default: break;
  }
  const int width =
      arrow::is_primitive(type.id()) || arrow::is_decimal(type.id()) ? type.byte_width() : -1;
  if (type.id() == arrow::Type::BOOL || width <= 0) {
    return [&column](int64_t a, int64_t b) { return column.RangeEquals(column, a, a + 1, b); };
  }
  const uint8_t* values = column.data()->buffers[1]->data() + column.offset() * width;
  return WithNulls(column, [values, width](int64_t a, int64_t b) {
    return std::memcmp(values + a * width, values + b * width, static_cast<size_t>(width)) == 0;
  });
}

}  // namespace

RowEquality::RowEquality(const std::vector<std::shared_ptr<arrow::Array>>& columns) {
  for (const auto& column : columns) columns_.push_back(Compare(*column));
}

}  // namespace millrace
