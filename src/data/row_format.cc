// SPDX-License-Identifier: Apache-2.0
#include "data/row_format.h"

#include <arrow/array.h>
#include <arrow/type.h>

#include <cstring>

#include "base/check.h"
#include "data/bitmap/bitmap.h"
#include "data/decimal.h"
#include "data/value_text.h"

namespace millrace {
namespace {

template <typename T>
T FixedValue(const arrow::Array& column, int64_t row) {
  return column.data()->GetValues<T>(1)[row];
}

Int128 DecimalValue(const arrow::Array& column, int64_t row) {
  Int128 value;
  std::memcpy(&value, static_cast<const arrow::FixedSizeBinaryArray&>(column).GetValue(row),
              sizeof(value));
  return value;
}

void AppendBytes(std::string_view bytes, std::string* out) {
  out->push_back('[');
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (i > 0) out->append(", ");
    AppendInteger(static_cast<int8_t>(bytes[i]), out);
  }
  out->push_back(']');
}

void AppendArray(const DataType& type, const arrow::ListArray& list, int64_t row,
                 std::string* out) {
  out->push_back('[');
  for (int64_t i = list.value_offset(row); i < list.value_offset(row + 1); ++i) {
    if (i > list.value_offset(row)) out->append(", ");
    AppendValueText(type.element(), *list.values(), i, out);
  }
  out->push_back(']');
}

void AppendMap(const DataType& key_type, const DataType& value_type, const arrow::MapArray& map,
               int64_t row, std::string* out) {
  out->push_back('{');
  for (int64_t i = map.value_offset(row); i < map.value_offset(row + 1); ++i) {
    if (i > map.value_offset(row)) out->append(", ");
    AppendValueText(key_type, *map.keys(), i, out);
    out->push_back('=');
    AppendValueText(value_type, *map.items(), i, out);
  }
  out->push_back('}');
}

void AppendRow(const DataType& type, const arrow::StructArray& rows, int64_t row,
               std::string* out) {
  out->append("+I[");
  for (size_t i = 0; i < type.fields().size(); ++i) {
    if (i > 0) out->append(", ");
    AppendValueText(type.fields()[i].type, *rows.field(static_cast<int>(i)), row, out);
  }
  out->push_back(']');
}

void AppendNested(const DataType& type, const arrow::Array& column, int64_t row, std::string* out) {
  switch (type.kind()) {
    case TypeKind::kArray:
      return AppendArray(type, static_cast<const arrow::ListArray&>(column), row, out);
    case TypeKind::kMap:
      return AppendMap(type.key(), type.value(), static_cast<const arrow::MapArray&>(column), row,
                       out);
    case TypeKind::kMultiset:
      return AppendMap(type.element(), DataType::Int(), static_cast<const arrow::MapArray&>(column),
                       row, out);
    default:
      CHECK(type.kind() == TypeKind::kRow);
      return AppendRow(type, static_cast<const arrow::StructArray&>(column), row, out);
  }
}

void AppendTemporal(const DataType& type, const arrow::Array& column, int64_t row,
                    std::string* out) {
  switch (type.kind()) {
    case TypeKind::kDate: return AppendDate(FixedValue<int32_t>(column, row), out);
    case TypeKind::kTime: return AppendTime(FixedValue<int32_t>(column, row), out);
    case TypeKind::kTimestamp:
      return AppendTimestamp(FixedValue<int64_t>(column, row),
                             TimestampTicksPerSecond(type.precision()), out);
    case TypeKind::kTimestampLtz:
      return AppendInstant(FixedValue<int64_t>(column, row),
                           TimestampTicksPerSecond(type.precision()), out);
    case TypeKind::kIntervalYearMonth: return AppendPeriod(FixedValue<int32_t>(column, row), out);
    default: return AppendDuration(FixedValue<int64_t>(column, row), out);
  }
}

}  // namespace

void AppendValueText(const DataType& type, const arrow::Array& column, int64_t row,
                     std::string* out) {
  if (type.kind() == TypeKind::kNull || column.IsNull(row)) return void(out->append("null"));
  switch (type.kind()) {
    case TypeKind::kBoolean:
      return void(out->append(
          static_cast<const arrow::BooleanArray&>(column).Value(row) ? "true" : "false"));
    case TypeKind::kTinyInt: return AppendInteger(FixedValue<int8_t>(column, row), out);
    case TypeKind::kSmallInt: return AppendInteger(FixedValue<int16_t>(column, row), out);
    case TypeKind::kInt: return AppendInteger(FixedValue<int32_t>(column, row), out);
    case TypeKind::kBigInt: return AppendInteger(FixedValue<int64_t>(column, row), out);
    case TypeKind::kFloat: return AppendFloat(FixedValue<float>(column, row), out);
    case TypeKind::kDouble: return AppendDouble(FixedValue<double>(column, row), out);
    case TypeKind::kDecimal: return AppendDecimal(DecimalValue(column, row), type.scale(), out);
    case TypeKind::kChar:
    case TypeKind::kVarchar:
    case TypeKind::kVariant:
      return void(out->append(static_cast<const arrow::BinaryArray&>(column).GetView(row)));
    case TypeKind::kBitmap:
      return Bitmap::FromBytes(static_cast<const arrow::BinaryArray&>(column).GetView(row))
          .AppendText(out);
    case TypeKind::kBinary:
    case TypeKind::kVarbinary:
    case TypeKind::kRaw:
      return AppendBytes(static_cast<const arrow::BinaryArray&>(column).GetView(row), out);
    case TypeKind::kArray:
    case TypeKind::kMap:
    case TypeKind::kMultiset:
    case TypeKind::kRow: return AppendNested(type, column, row, out);
    default: return AppendTemporal(type, column, row, out);
  }
}

std::string FormatRow(const Schema& schema, const Batch& batch, int64_t row) {
  std::string text(ShortName(batch.kind(row)));
  text.push_back('[');
  for (size_t i = 0; i < schema.size(); ++i) {
    if (i > 0) text.append(", ");
    AppendValueText(schema[i].type, *batch.columns[i], row, &text);
  }
  text.push_back(']');
  return text;
}

}  // namespace millrace
