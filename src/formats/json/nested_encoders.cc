// SPDX-License-Identifier: Apache-2.0
// ARRAY, MAP, MULTISET and ROW. A map's key is never NULL: Arrow's maps have none.
#include <arrow/array/array_binary.h>
#include <arrow/array/array_nested.h>

#include "base/check.h"
#include "formats/json/encoder.h"
#include "formats/json/json_text.h"

namespace millrace {
namespace {

class ArrayEncoder final : public ValueEncoder {
 public:
  explicit ArrayEncoder(std::unique_ptr<ValueEncoder> element) : element_(std::move(element)) {}

  void Bind(const arrow::Array& column) override {
    ValueEncoder::Bind(column);
    element_->Bind(*static_cast<const arrow::ListArray&>(column).values());
  }

  void Append(int64_t row, std::string* out) override {
    const auto& list = static_cast<const arrow::ListArray&>(*column_);
    out->push_back('[');
    for (int64_t i = list.value_offset(row); i < list.value_offset(row + 1); ++i) {
      if (i > list.value_offset(row)) out->push_back(',');
      element_->AppendOrNull(i, out);
    }
    out->push_back(']');
  }

 private:
  std::unique_ptr<ValueEncoder> element_;
};

class MapEncoder final : public ValueEncoder {
 public:
  explicit MapEncoder(std::unique_ptr<ValueEncoder> value) : value_(std::move(value)) {}

  void Bind(const arrow::Array& column) override {
    ValueEncoder::Bind(column);
    const auto& map = static_cast<const arrow::MapArray&>(column);
    keys_ = static_cast<const arrow::BinaryArray*>(map.keys().get());
    value_->Bind(*map.items());
  }

  void Append(int64_t row, std::string* out) override {
    const auto& map = static_cast<const arrow::MapArray&>(*column_);
    char separator = '{';
    for (int64_t i = map.value_offset(row); i < map.value_offset(row + 1); ++i) {
      out->push_back(separator);
      separator = ',';
      AppendJacksonString(keys_->GetView(i), out);
      out->push_back(':');
      value_->AppendOrNull(i, out);
    }
    out->append(separator == '{' ? "{}" : "}");
  }

 private:
  std::unique_ptr<ValueEncoder> value_;
  const arrow::BinaryArray* keys_ = nullptr;
};

class RowEncoder final : public ValueEncoder {
 public:
  RowEncoder(const DataType& type, const JsonEncodeSettings& settings) : settings_(settings) {
    for (const DataType::Field& field : type.fields()) {
      std::string label;
      AppendJacksonString(field.name, &label);
      labels_.push_back(label + ":");
      fields_.push_back(MakeValueEncoder(field.type, settings));
    }
  }

  void Bind(const arrow::Array& column) override {
    ValueEncoder::Bind(column);
    const auto& rows = static_cast<const arrow::StructArray&>(column);
    for (size_t i = 0; i < fields_.size(); ++i) fields_[i]->Bind(*rows.field(static_cast<int>(i)));
  }

  void Append(int64_t row, std::string* out) override {
    char separator = '{';
    for (size_t i = 0; i < fields_.size(); ++i) {
      if (settings_.ignore_null_fields && fields_[i]->IsNull(row)) continue;
      out->push_back(separator);
      separator = ',';
      out->append(labels_[i]);
      fields_[i]->AppendOrNull(row, out);
    }
    out->append(separator == '{' ? "{}" : "}");
  }

 private:
  JsonEncodeSettings settings_;
  std::vector<std::string> labels_;
  std::vector<std::unique_ptr<ValueEncoder>> fields_;
};

}  // namespace

std::unique_ptr<ValueEncoder> MakeNestedEncoder(const DataType& type,
                                                const JsonEncodeSettings& settings) {
  switch (type.kind()) {
    case TypeKind::kArray:
      return std::make_unique<ArrayEncoder>(MakeValueEncoder(type.element(), settings));
    case TypeKind::kMap:
      return std::make_unique<MapEncoder>(MakeValueEncoder(type.value(), settings));
    case TypeKind::kMultiset:
      return std::make_unique<MapEncoder>(MakeValueEncoder(DataType::Int(), settings));
    default: break;
  }
  CHECK(type.kind() == TypeKind::kRow);
  return std::make_unique<RowEncoder>(type, settings);
}

}  // namespace millrace
