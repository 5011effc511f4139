// SPDX-License-Identifier: Apache-2.0
// ARRAY, MAP, MULTISET and ROW.
#include <arrow/type.h>

#include <unordered_map>

#include "base/check.h"
#include "formats/json/value_decoder.h"

namespace millrace {
namespace {

class ArrayDecoder final : public ValueDecoder {
 public:
  ArrayDecoder(const DataType& type, const JsonDecodeSettings& settings)
      : ValueDecoder(type.Nullable().ToString()),
        element_(MakeValueDecoder(type.element(), settings)),
        builder_(type.ToArrow(), {element_->column()}) {
    column_ = &builder_;
  }

  bool Decode(JsonCursor& in) override {
    if (in.Peek() != '[') return Refuse(in);
    if (!in.Enter()) return false;
    in.Advance();
    bool more = in.Peek() != ']';
    if (!more) in.Advance();
    for (int64_t i = 1; more; ++i) {
      if (!element_->DecodeEntry(in)) {
        in.AddPath("[" + std::to_string(i) + "]");
        builder_.DropOpenEntry();
        return false;
      }
      if (!in.NextMember(']', &more)) return false;
    }
    in.Leave();
    builder_.EndEntry();
    return true;
  }

 private:
  std::unique_ptr<ValueDecoder> element_;
  ListBuilder builder_;
};

/// Of a repeated key the last value counts, as in the map that Flink fills.
class MapDecoder final : public ValueDecoder {
 public:
  MapDecoder(const DataType& type, const DataType& key, const DataType& value,
             const JsonDecodeSettings& settings)
      : ValueDecoder(type.Nullable().ToString()),
        keys_(key.ToArrow()),
        value_(MakeValueDecoder(value, settings)),
        builder_(type.ToArrow(), {&keys_, value_->column()}) {
    column_ = &builder_;
  }

  bool Decode(JsonCursor& in) override {
    if (in.Peek() != '{') return Refuse(in);
    const uint32_t* behind = nullptr;
    if (!CollectEntries(in, &behind)) return false;
    const int depth = in.depth();
    for (const auto& [key, token] : entries_) {
      in.Rewind(token, depth);
      keys_.Append(key);
      if (value_->DecodeEntry(in)) continue;
      in.AddPath("['" + key + "']");
      builder_.DropOpenEntry();
      return false;
    }
    in.Rewind(behind, depth - 1);
    builder_.EndEntry();
    return true;
  }

 private:
  bool CollectEntries(JsonCursor& in, const uint32_t** behind) {
    entries_.clear();
    places_.clear();
    if (!in.Enter()) return false;
    in.Advance();
    bool more = in.Peek() != '}';
    if (!more) in.Advance();
    while (more) {
      std::string_view raw;
      if (!in.FieldName(&raw)) return false;
      std::string key(raw.size(), '\0');
      const size_t length = UnescapeJson(raw, key.data());
      if (length == SIZE_MAX) return in.FailSyntax("a field name with valid escapes before");
      key.resize(length);
      const auto [place, fresh] = places_.try_emplace(key, entries_.size());
      if (fresh) {
        entries_.emplace_back(std::move(key), in.token());
      } else {
        entries_[place->second].second = in.token();
      }
      if (!in.SkipValue() || !in.NextMember('}', &more)) return false;
    }
    *behind = in.token();
    return true;
  }

  TextBuilder keys_;
  std::unique_ptr<ValueDecoder> value_;
  ListBuilder builder_;
  std::vector<std::pair<std::string, const uint32_t*>> entries_;
  std::unordered_map<std::string, size_t> places_;
};

class RowDecoder final : public ValueDecoder {
 public:
  RowDecoder(const DataType& type, std::unique_ptr<ObjectDecoder> object)
      : ValueDecoder(type.Nullable().ToString()),
        object_(std::move(object)),
        builder_(type.ToArrow(), Columns(*object_)) {
    column_ = &builder_;
  }

  bool Decode(JsonCursor& in) override {
    if (in.Peek() != '{') return Refuse(in);
    if (!object_->Decode(in, builder_.length())) return false;
    builder_.EndRow();
    return true;
  }

 private:
  static std::vector<ColumnBuilder*> Columns(const ObjectDecoder& object) {
    std::vector<ColumnBuilder*> columns;
    for (const auto& field : object.fields()) columns.push_back(field->column());
    return columns;
  }

  std::unique_ptr<ObjectDecoder> object_;
  RowBuilder builder_;
};

std::unique_ptr<ObjectDecoder> MakeRowObject(const DataType& type,
                                             const JsonDecodeSettings& settings) {
  std::vector<std::string> names;
  std::vector<std::unique_ptr<ValueDecoder>> fields;
  for (const DataType::Field& field : type.fields()) {
    names.push_back(field.name);
    fields.push_back(MakeValueDecoder(field.type, settings));
  }
  return std::make_unique<ObjectDecoder>(std::move(names), std::move(fields), settings);
}

}  // namespace

std::unique_ptr<ValueDecoder> MakeNestedDecoder(const DataType& type,
                                                const JsonDecodeSettings& settings) {
  switch (type.kind()) {
    case TypeKind::kArray: return std::make_unique<ArrayDecoder>(type, settings);
    case TypeKind::kMap:
      return std::make_unique<MapDecoder>(type, type.key(), type.value(), settings);
    case TypeKind::kMultiset:
      return std::make_unique<MapDecoder>(type, type.element(), DataType::Int(), settings);
    default: break;
  }
  CHECK(type.kind() == TypeKind::kRow);
  return std::make_unique<RowDecoder>(type, MakeRowObject(type, settings));
}

}  // namespace millrace
