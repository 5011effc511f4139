// SPDX-License-Identifier: Apache-2.0
#include "data/keys/key_value.h"

#include <arrow/array.h>
#include <arrow/builder.h>
#include <arrow/type.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "base/check.h"

namespace millrace {
namespace {

void AppendVarint(uint32_t value, std::string* out) {
  char buffer[5];
  out->append(buffer, static_cast<size_t>(WriteVarint(value, buffer) - buffer));
}

template <typename T>
void AppendFloatBits(T value, std::string* out) {
  if (std::isnan(value)) value = std::numeric_limits<T>::quiet_NaN();
  out->append(reinterpret_cast<const char*>(&value), sizeof(T));
}

void AppendFixed(const arrow::Array& column, int64_t row, std::string* out) {
  const arrow::ArrayData& data = *column.data();
  if (column.type_id() == arrow::Type::FLOAT) {
    return AppendFloatBits(data.GetValues<float>(1)[row], out);
  }
  if (column.type_id() == arrow::Type::DOUBLE) {
    return AppendFloatBits(data.GetValues<double>(1)[row], out);
  }
  const auto width = static_cast<size_t>(column.type()->byte_width());
  const auto* bytes = reinterpret_cast<const char*>(data.buffers[1]->data());
  out->append(bytes + static_cast<size_t>(data.offset + row) * width, width);
}

void AppendList(const DataType& element, const arrow::ListArray& list, int64_t row,
                std::string* out) {
  AppendVarint(static_cast<uint32_t>(list.value_length(row)), out);
  for (int64_t i = list.value_offset(row); i < list.value_offset(row + 1); ++i) {
    AppendKeyValue(element, *list.values(), i, out);
  }
}

/// Entries in the order of their bytes: two maps with equal entries are equal keys.
void AppendMap(const DataType& key, const DataType& value, const arrow::MapArray& map, int64_t row,
               std::string* out) {
  std::vector<std::string> entries;
  for (int64_t i = map.value_offset(row); i < map.value_offset(row + 1); ++i) {
    std::string& entry = entries.emplace_back();
    AppendKeyValue(key, *map.keys(), i, &entry);
    AppendKeyValue(value, *map.items(), i, &entry);
  }
  std::sort(entries.begin(), entries.end());
  AppendVarint(static_cast<uint32_t>(entries.size()), out);
  for (const std::string& entry : entries) out->append(entry);
}

Error Truncated() { return InternalError("a stored key ends in the middle of a value").error(); }

/// Reads off the front of one key; false at its end.
class Input {
 public:
  explicit Input(std::string_view* bytes) : bytes_(bytes) {}

  bool Take(size_t count, const char** at) {
    if (bytes_->size() < count) return false;
    *at = bytes_->data();
    bytes_->remove_prefix(count);
    return true;
  }
  bool TakeVarint(uint32_t* value) {
    *value = 0;
    for (int shift = 0; shift < 35; shift += 7) {
      const char* at;
      if (!Take(1, &at)) return false;
      *value |= static_cast<uint32_t>(*at & 0x7F) << shift;
      if ((*at & 0x80) == 0) return true;
    }
    return false;
  }

 private:
  std::string_view* bytes_;
};

bool DecodeInto(const DataType& type, Input& input, arrow::ArrayBuilder* builder);

template <typename Builder, typename T>
bool DecodeFixed(Input& input, arrow::ArrayBuilder* builder) {
  const char* at;
  if (!input.Take(sizeof(T), &at)) return false;
  T value;
  std::memcpy(&value, at, sizeof(T));
  return static_cast<Builder*>(builder)->Append(value).ok();
}

bool DecodeMap(const DataType& key, const DataType& value, Input& input,
               arrow::ArrayBuilder* builder) {
  auto* map = static_cast<arrow::MapBuilder*>(builder);
  uint32_t count;
  if (!input.TakeVarint(&count) || !map->Append().ok()) return false;
  for (uint32_t i = 0; i < count; ++i) {
    if (!DecodeInto(key, input, map->key_builder())) return false;
    if (!DecodeInto(value, input, map->item_builder())) return false;
  }
  return true;
}

bool DecodeNested(const DataType& type, Input& input, arrow::ArrayBuilder* builder) {
  if (type.kind() == TypeKind::kMap) return DecodeMap(type.key(), type.value(), input, builder);
  if (type.kind() == TypeKind::kMultiset) {
    return DecodeMap(type.element(), DataType::Int(), input, builder);
  }
  if (type.kind() == TypeKind::kArray) {
    auto* list = static_cast<arrow::ListBuilder*>(builder);
    uint32_t count;
    if (!input.TakeVarint(&count) || !list->Append().ok()) return false;
    for (uint32_t i = 0; i < count; ++i) {
      if (!DecodeInto(type.element(), input, list->value_builder())) return false;
    }
    return true;
  }
  CHECK(type.kind() == TypeKind::kRow);
  auto* row = static_cast<arrow::StructBuilder*>(builder);
  if (!row->Append().ok()) return false;
  for (size_t i = 0; i < type.fields().size(); ++i) {
    if (!DecodeInto(type.fields()[i].type, input, row->field_builder(static_cast<int>(i)))) {
      return false;
    }
  }
  return true;
}

bool DecodeText(Input& input, arrow::ArrayBuilder* builder) {
  uint32_t length;
  const char* at;
  if (!input.TakeVarint(&length) || !input.Take(length, &at)) return false;
  return static_cast<arrow::BinaryBuilder*>(builder)->Append(at, static_cast<int32_t>(length)).ok();
}

bool DecodeDecimal(Input& input, arrow::ArrayBuilder* builder) {
  const char* at;
  return input.Take(16, &at) && static_cast<arrow::FixedSizeBinaryBuilder*>(builder)
                                    ->Append(reinterpret_cast<const uint8_t*>(at))
                                    .ok();
}

bool DecodeInto(const DataType& type, Input& input, arrow::ArrayBuilder* builder) {
  const char* marker;
  if (!input.Take(1, &marker)) return false;
  if (*marker == 0) return builder->AppendNull().ok();
  switch (builder->type()->id()) {
    case arrow::Type::BOOL: {
      const char* at;
      return input.Take(1, &at) &&
             static_cast<arrow::BooleanBuilder*>(builder)->Append(*at != 0).ok();
    }
    case arrow::Type::INT8: return DecodeFixed<arrow::Int8Builder, int8_t>(input, builder);
    case arrow::Type::INT16: return DecodeFixed<arrow::Int16Builder, int16_t>(input, builder);
    case arrow::Type::INT32: return DecodeFixed<arrow::Int32Builder, int32_t>(input, builder);
    case arrow::Type::INT64: return DecodeFixed<arrow::Int64Builder, int64_t>(input, builder);
    case arrow::Type::FLOAT: return DecodeFixed<arrow::FloatBuilder, float>(input, builder);
    case arrow::Type::DOUBLE: return DecodeFixed<arrow::DoubleBuilder, double>(input, builder);
    case arrow::Type::DATE32: return DecodeFixed<arrow::Date32Builder, int32_t>(input, builder);
    case arrow::Type::TIME32: return DecodeFixed<arrow::Time32Builder, int32_t>(input, builder);
    case arrow::Type::TIMESTAMP:
      return DecodeFixed<arrow::TimestampBuilder, int64_t>(input, builder);
    case arrow::Type::DECIMAL128: return DecodeDecimal(input, builder);
    case arrow::Type::STRING:
    case arrow::Type::BINARY: return DecodeText(input, builder);
    default: return DecodeNested(type, input, builder);
  }
}

}  // namespace

void AppendKeyValue(const DataType& type, const arrow::Array& column, int64_t row,
                    std::string* out) {
  if (type.kind() == TypeKind::kNull || column.IsNull(row)) return out->push_back(0);
  out->push_back(1);
  switch (column.type_id()) {
    case arrow::Type::BOOL:
      return out->push_back(static_cast<const arrow::BooleanArray&>(column).Value(row) ? 1 : 0);
    case arrow::Type::STRING:
    case arrow::Type::BINARY: {
      const std::string_view text = static_cast<const arrow::BinaryArray&>(column).GetView(row);
      AppendVarint(static_cast<uint32_t>(text.size()), out);
      return void(out->append(text));
    }
    case arrow::Type::LIST:
      return AppendList(type.element(), static_cast<const arrow::ListArray&>(column), row, out);
    case arrow::Type::MAP: {
      const auto& map = static_cast<const arrow::MapArray&>(column);
      if (type.kind() == TypeKind::kMap) return AppendMap(type.key(), type.value(), map, row, out);
      return AppendMap(type.element(), DataType::Int(), map, row, out);
    }
    case arrow::Type::STRUCT: {
      const auto& rows = static_cast<const arrow::StructArray&>(column);
      for (size_t i = 0; i < type.fields().size(); ++i) {
        AppendKeyValue(type.fields()[i].type, *rows.field(static_cast<int>(i)), row, out);
      }
      return;
    }
    default: return AppendFixed(column, row, out);
  }
}

Result<std::shared_ptr<arrow::Array>> DecodeKeyColumn(const DataType& type,
                                                      std::span<std::string_view> keys) {
  std::unique_ptr<arrow::ArrayBuilder> builder;
  if (auto made = arrow::MakeBuilder(arrow::default_memory_pool(), type.ToArrow(), &builder);
      !made.ok()) {
    return InternalError("no builder for a key column", made.ToString());
  }
  if (auto reserved = builder->Reserve(static_cast<int64_t>(keys.size())); !reserved.ok()) {
    return InternalError("no memory for a key column", reserved.ToString());
  }
  for (std::string_view& key : keys) {
    Input input(&key);
    if (!DecodeInto(type, input, builder.get())) return std::unexpected(Truncated());
  }
  auto column = builder->Finish();
  if (!column.ok()) return InternalError("no key column", column.status().ToString());
  return *std::move(column);
}

}  // namespace millrace
