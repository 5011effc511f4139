// SPDX-License-Identifier: Apache-2.0
#include "formats/json/value_decoder.h"

#include <bit>
#include <cstring>

#include "base/check.h"

namespace millrace {
namespace {

/// The first 8 bytes of a name as an integer. Reads 8 bytes whatever the length is.
uint64_t HeadOf(std::string_view text) {
  uint64_t head = 0;
  std::memcpy(&head, text.data(), sizeof head);
  if (text.size() >= 8) return head;
  return text.empty() ? 0 : head & (~uint64_t{0} >> (64 - 8 * text.size()));
}

uint64_t HashName(uint64_t head, size_t length) {
  return ((head ^ length * 0x9e3779b97f4a7c15ull) * 0xff51afd7ed558ccdull) >> 40;
}

}  // namespace

bool ValueDecoder::DecodeNull(JsonCursor& in) {
  column_->AppendNull();
  in.Advance();
  return true;
}

bool ValueDecoder::Recover(JsonCursor& in, const uint32_t* start, int depth, int64_t length) {
  if (in.failure() == JsonFailure::kSyntax || !in.ignore_value_errors()) return false;
  column_->Truncate(length);
  in.Rewind(start, depth);
  if (!in.SkipValue()) return false;
  column_->AppendNull();
  return true;
}

ObjectDecoder::ObjectDecoder(std::vector<std::string> names,
                             std::vector<std::unique_ptr<ValueDecoder>> fields,
                             const JsonDecodeSettings& settings)
    : fields_(std::move(fields)), settings_(settings) {
  CHECK_EQ(names.size(), fields_.size());
  table_.assign(std::bit_ceil(names.size() * 2 + 2), -1);
  mask_ = table_.size() - 1;
  for (std::string& text : names) {
    Name name;
    for (const char c : text) {
      if (c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20) name.literal = false;
    }
    std::string padded = text + std::string(8, '\0');
    name.head = HeadOf(std::string_view(padded).substr(0, text.size()));
    uint64_t slot = HashName(name.head, text.size()) & mask_;
    while (table_[slot] >= 0) slot = (slot + 1) & mask_;
    table_[slot] = static_cast<int16_t>(names_.size());
    name.text = std::move(text);
    names_.push_back(std::move(name));
  }
}

int ObjectDecoder::Lookup(std::string_view raw) {
  const uint64_t head = HeadOf(raw);
  for (uint64_t slot = HashName(head, raw.size()) & mask_; table_[slot] >= 0;
       slot = (slot + 1) & mask_) {
    const Name& name = names_[static_cast<size_t>(table_[slot])];
    if (name.head == head && name.text == raw && name.literal) return table_[slot];
  }
  if (raw.find('\\') == std::string_view::npos) return -1;
  scratch_.resize(raw.size());
  const size_t length = UnescapeJson(raw, scratch_.data());
  if (length == SIZE_MAX) return -2;
  const std::string_view text = std::string_view(scratch_).substr(0, length);
  for (size_t i = 0; i < names_.size(); ++i) {
    if (names_[i].text == text) return static_cast<int>(i);
  }
  return -1;
}

inline bool ObjectDecoder::IsExpected(std::string_view raw, size_t expected) const {
  if (expected >= fields_.size()) return false;
  const Name& name = names_[expected];
  return name.head == HeadOf(raw) && name.text.size() == raw.size() && name.literal &&
         (raw.size() <= 8 ||
          std::memcmp(name.text.data() + 8, raw.data() + 8, raw.size() - 8) == 0);
}

inline bool ObjectDecoder::DecodeField(JsonCursor& in, int field, int64_t row) {
  ValueDecoder& decoder = *fields_[static_cast<size_t>(field)];
  if (decoder.column()->length() == row) [[likely]] {
    ++found_;
  } else {
    decoder.column()->Truncate(row);
  }
  if (decoder.DecodeEntry(in)) [[likely]]
    return true;
  in.AddPath(names_[static_cast<size_t>(field)].text);
  return false;
}

bool ObjectDecoder::Decode(JsonCursor& in, int64_t row) {
  if (!in.Enter()) return false;
  in.Advance();
  bool more = in.Peek() != '}';
  if (!more) in.Advance();
  size_t expected = 0;
  found_ = 0;
  while (more) {
    std::string_view raw;
    if (!in.FieldName(&raw)) return false;
    const int field = IsExpected(raw, expected) ? static_cast<int>(expected) : Lookup(raw);
    if (field >= 0) {
      expected = static_cast<size_t>(field) + 1;
      if (!DecodeField(in, field, row)) return false;
    } else if (field == -2) {
      return in.FailSyntax("a field name with valid escapes before");
    } else if (!in.SkipValue()) {
      return false;
    }
    if (!in.NextMember('}', &more)) return false;
  }
  in.Leave();
  return found_ == fields_.size() || FillMissing(in, row);
}

bool ObjectDecoder::FillMissing(JsonCursor& in, int64_t row) {
  for (size_t i = 0; i < fields_.size(); ++i) {
    ColumnBuilder* column = fields_[i]->column();
    if (column->length() > row) [[likely]]
      continue;
    if (settings_.fail_on_missing_field && !settings_.ignore_parse_errors) {
      return in.FailWith("field '" + names_[i].text + "' is missing");
    }
    column->AppendNull();
  }
  return true;
}

void ObjectDecoder::Truncate(int64_t rows) {
  for (const auto& field : fields_) {
    if (field->column()->length() >= rows) field->column()->Truncate(rows);
  }
}

std::unique_ptr<ValueDecoder> MakeValueDecoder(const DataType& type,
                                               const JsonDecodeSettings& settings) {
  switch (type.kind()) {
    case TypeKind::kChar:
    case TypeKind::kVarchar:
    case TypeKind::kBinary:
    case TypeKind::kVarbinary:
    case TypeKind::kBoolean: return MakeTextDecoder(type);
    case TypeKind::kDate:
    case TypeKind::kTime:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz: return MakeTimeDecoder(type);
    case TypeKind::kArray:
    case TypeKind::kMap:
    case TypeKind::kMultiset:
    case TypeKind::kRow: return MakeNestedDecoder(type, settings);
    default: return MakeNumberDecoder(type);
  }
}

std::unique_ptr<ObjectDecoder> MakeObjectDecoder(const Schema& schema,
                                                 const JsonDecodeSettings& settings) {
  std::vector<std::unique_ptr<ValueDecoder>> fields;
  for (const Column& column : schema) fields.push_back(MakeValueDecoder(column.type, settings));
  return std::make_unique<ObjectDecoder>(schema.names(), std::move(fields), settings);
}

}  // namespace millrace
