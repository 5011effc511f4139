// SPDX-License-Identifier: Apache-2.0
#include "base/json_writer.h"

#include <charconv>
#include <cmath>

#include "base/check.h"
#include "base/utf8.h"

namespace millrace {

void AppendJsonString(std::string_view text, std::string* out) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out->push_back('"');
  while (!text.empty()) {
    const CodePoint point = DecodeCodePoint(text);
    switch (point.value) {
      case '"': *out += "\\\""; break;
      case '\\': *out += "\\\\"; break;
      case '\n': *out += "\\n"; break;
      case '\r': *out += "\\r"; break;
      case '\t': *out += "\\t"; break;
      default:
        if (point.value < 0x20 || point.value == 0x7F) {
          *out += "\\u00";
          out->push_back(kHex[point.value >> 4]);
          out->push_back(kHex[point.value & 0xF]);
        } else {
          AppendCodePoint(point.value, out);
        }
    }
    text.remove_prefix(point.bytes);
  }
  out->push_back('"');
}

void JsonWriter::NewLine() {
  if (indent_ == 0) return;
  out_.push_back('\n');
  out_.append(levels_.size() * indent_, ' ');
}

void JsonWriter::BeforeValue() {
  if (levels_.empty()) {
    CHECK(out_.empty());
    return;
  }
  Level& level = levels_.back();
  if (level.is_object) {
    CHECK(after_key_);
    after_key_ = false;
    return;
  }
  if (level.has_items) out_.push_back(',');
  level.has_items = true;
  NewLine();
}

JsonWriter& JsonWriter::Key(std::string_view name) {
  CHECK(!levels_.empty() && levels_.back().is_object && !after_key_);
  if (levels_.back().has_items) out_.push_back(',');
  levels_.back().has_items = true;
  NewLine();
  AppendJsonString(name, &out_);
  out_ += indent_ == 0 ? ":" : ": ";
  after_key_ = true;
  return *this;
}

JsonWriter& JsonWriter::Begin(char open, bool is_object) {
  BeforeValue();
  out_.push_back(open);
  levels_.push_back({is_object});
  return *this;
}

JsonWriter& JsonWriter::End(char close, bool is_object) {
  CHECK(!levels_.empty() && levels_.back().is_object == is_object && !after_key_);
  const bool had_items = levels_.back().has_items;
  levels_.pop_back();
  if (had_items) NewLine();
  out_.push_back(close);
  return *this;
}

JsonWriter& JsonWriter::BeginObject() { return Begin('{', true); }
JsonWriter& JsonWriter::EndObject() { return End('}', true); }
JsonWriter& JsonWriter::BeginArray() { return Begin('[', false); }
JsonWriter& JsonWriter::EndArray() { return End(']', false); }

JsonWriter& JsonWriter::String(std::string_view value) {
  BeforeValue();
  AppendJsonString(value, &out_);
  return *this;
}

JsonWriter& JsonWriter::Int(int64_t value) { return Raw(std::to_string(value)); }

JsonWriter& JsonWriter::Double(double value) {
  if (!std::isfinite(value)) return Null();
  char text[32];
  const auto end = std::to_chars(text, text + sizeof(text), value).ptr;
  return Raw({text, static_cast<size_t>(end - text)});
}

JsonWriter& JsonWriter::Bool(bool value) { return Raw(value ? "true" : "false"); }
JsonWriter& JsonWriter::Null() { return Raw("null"); }

JsonWriter& JsonWriter::Raw(std::string_view json) {
  BeforeValue();
  out_ += json;
  return *this;
}

std::string JsonWriter::Finish() && {
  CHECK(levels_.empty());
  return std::move(out_);
}

}  // namespace millrace
