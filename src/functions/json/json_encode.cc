// SPDX-License-Identifier: Apache-2.0
#include "functions/json/json_encode.h"

#include <arrow/array/array_binary.h>
#include <arrow/array/array_decimal.h>
#include <arrow/array/array_nested.h>
#include <arrow/array/array_primitive.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "data/decimal.h"
#include "data/value_text.h"
#include "functions/base64.h"

namespace millrace {
namespace {

JsonNode EncodeDouble(double value) {
  std::string text;
  AppendDouble(value, &text);
  if (!std::isfinite(value)) return JsonNode::String(std::move(text));
  return JsonNode::Decimal(text);
}

/// 2024-01-01T10:00:00.12: seconds always, the fraction without zeros at its end.
JsonNode EncodeTimestamp(const DataType& type, int64_t ticks) {
  const int64_t per_second = TimestampTicksPerSecond(type.precision());
  int64_t seconds = ticks / per_second;
  int64_t fraction = ticks % per_second;
  if (fraction < 0) {
    fraction += per_second;
    --seconds;
  }
  std::string text;
  AppendTimestamp(seconds, 1, &text);
  if (std::count(text.begin(), text.end(), ':') == 1) text += ":00";
  if (fraction != 0) {
    std::string digits = std::to_string(per_second + fraction).substr(1);
    digits.erase(digits.find_last_not_of('0') + 1);
    text += "." + digits;
  }
  if (type.kind() == TypeKind::kTimestampLtz) text += "Z";
  return JsonNode::String(std::move(text));
}

JsonNode EncodeElements(const DataType& element, const arrow::Array& values, int64_t begin,
                        int64_t count) {
  JsonNode node;
  node.kind = JsonNode::Kind::kArray;
  for (int64_t i = 0; i < count; ++i) node.items.push_back(EncodeJson(element, values, begin + i));
  return node;
}

JsonNode EncodeMap(const DataType& type, const arrow::Array& array, int64_t row) {
  const auto& map = static_cast<const arrow::MapArray&>(array);
  const auto& keys = static_cast<const arrow::StringArray&>(*map.keys());
  JsonNode node;
  node.kind = JsonNode::Kind::kObject;
  for (int64_t i = map.value_offset(row); i < map.value_offset(row) + map.value_length(row); ++i) {
    node.Put(std::string(keys.GetView(i)), EncodeJson(type.value(), *map.items(), i));
  }
  return node;
}

JsonNode EncodeRow(const DataType& type, const arrow::Array& array, int64_t row) {
  const auto& structs = static_cast<const arrow::StructArray&>(array);
  JsonNode node;
  node.kind = JsonNode::Kind::kObject;
  for (size_t i = 0; i < type.fields().size(); ++i) {
    const DataType::Field& field = type.fields()[i];
    node.Put(field.name, EncodeJson(field.type, *structs.field(static_cast<int>(i)), row));
  }
  return node;
}

template <typename Array>
JsonNode EncodeInteger(const arrow::Array& array, int64_t row) {
  return JsonNode::Integer(std::to_string(static_cast<const Array&>(array).Value(row)));
}

}  // namespace

bool HasJsonForm(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::kBoolean:
    case TypeKind::kTinyInt:
    case TypeKind::kSmallInt:
    case TypeKind::kInt:
    case TypeKind::kBigInt:
    case TypeKind::kFloat:
    case TypeKind::kDouble:
    case TypeKind::kDecimal:
    case TypeKind::kChar:
    case TypeKind::kVarchar:
    case TypeKind::kBinary:
    case TypeKind::kVarbinary:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
    case TypeKind::kVariant: return true;
    case TypeKind::kArray: return HasJsonForm(type.element());
    case TypeKind::kMap: return type.key().is_character() && HasJsonForm(type.value());
    case TypeKind::kRow:
      return std::all_of(type.fields().begin(), type.fields().end(),
                         [](const DataType::Field& field) { return HasJsonForm(field.type); });
    default: return false;
  }
}

JsonNode EncodeJson(const DataType& type, const arrow::Array& array, int64_t row) {
  if (array.IsNull(row)) return JsonNode();
  switch (type.kind()) {
    case TypeKind::kBoolean:
      return JsonNode::Boolean(static_cast<const arrow::BooleanArray&>(array).Value(row));
    case TypeKind::kTinyInt: return EncodeInteger<arrow::Int8Array>(array, row);
    case TypeKind::kSmallInt: return EncodeInteger<arrow::Int16Array>(array, row);
    case TypeKind::kInt: return EncodeInteger<arrow::Int32Array>(array, row);
    case TypeKind::kBigInt: return EncodeInteger<arrow::Int64Array>(array, row);
    case TypeKind::kFloat:
      return EncodeDouble(static_cast<const arrow::FloatArray&>(array).Value(row));
    case TypeKind::kDouble:
      return EncodeDouble(static_cast<const arrow::DoubleArray&>(array).Value(row));
    case TypeKind::kDecimal: {
      Int128 unscaled;
      std::memcpy(&unscaled, static_cast<const arrow::Decimal128Array&>(array).GetValue(row),
                  sizeof(unscaled));
      std::string text;
      AppendDecimal(unscaled, type.scale(), &text);
      return JsonNode::Decimal(text);
    }
    case TypeKind::kChar:
    case TypeKind::kVarchar:
      return JsonNode::String(static_cast<const arrow::StringArray&>(array).GetString(row));
    case TypeKind::kBinary:
    case TypeKind::kVarbinary: {
      std::string text;
      AppendBase64(static_cast<const arrow::BinaryArray&>(array).GetView(row), &text);
      return JsonNode::String(std::move(text));
    }
    case TypeKind::kVariant: {
      JsonNode node;
      node.kind = JsonNode::Kind::kDecimal;  // printed as it is
      node.text = static_cast<const arrow::BinaryArray&>(array).GetString(row);
      return node;
    }
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
      return EncodeTimestamp(type, static_cast<const arrow::TimestampArray&>(array).Value(row));
    case TypeKind::kArray: {
      const auto& list = static_cast<const arrow::ListArray&>(array);
      return EncodeElements(type.element(), *list.values(), list.value_offset(row),
                            list.value_length(row));
    }
    case TypeKind::kMap: return EncodeMap(type, array, row);
    case TypeKind::kRow: return EncodeRow(type, array, row);
    default: return JsonNode();
  }
}

}  // namespace millrace
