// SPDX-License-Identifier: Apache-2.0
// JsonWriter: writes one JSON document piece by piece, for machine-readable output of ours
// (commands, diagnostics). Commas, quotes and escapes are its business; bytes that are not UTF-8
// become U+FFFD, so the output is always valid JSON. Not for rows of data: formats have encoders.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

/// Appends `text` as a JSON string with its quotes.
void AppendJsonString(std::string_view text, std::string* out);

/// Call order is that of the document; a value inside an object follows its Key. Begin and End must
/// match (checked). Not thread-safe.
class JsonWriter {
 public:
  /// `indent` spaces per level; 0 writes one line.
  explicit JsonWriter(uint32_t indent = 0) : indent_(indent) {}

  JsonWriter& BeginObject();
  JsonWriter& EndObject();
  JsonWriter& BeginArray();
  JsonWriter& EndArray();
  JsonWriter& Key(std::string_view name);

  JsonWriter& String(std::string_view value);
  JsonWriter& Int(int64_t value);
  /// Shortest text that reads back as `value`; NaN and infinities, which JSON lacks, become null.
  JsonWriter& Double(double value);
  JsonWriter& Bool(bool value);
  JsonWriter& Null();
  /// A value that is JSON already.
  JsonWriter& Raw(std::string_view json);

  /// Key and value in one step.
  JsonWriter& Field(std::string_view name, std::string_view value) {
    return Key(name).String(value);
  }
  JsonWriter& Field(std::string_view name, const char* value) { return Key(name).String(value); }
  JsonWriter& Field(std::string_view name, const std::string& value) {
    return Key(name).String(value);
  }
  JsonWriter& Field(std::string_view name, bool value) { return Key(name).Bool(value); }
  JsonWriter& Field(std::string_view name, double value) { return Key(name).Double(value); }
  template <std::integral Integer>
  JsonWriter& Field(std::string_view name, Integer value) {
    return Key(name).Int(static_cast<int64_t>(value));
  }

  /// The finished document. REQUIRES: everything that was begun has ended.
  std::string Finish() &&;

 private:
  struct Level {
    bool is_object;
    bool has_items = false;
  };
  void BeforeValue();
  JsonWriter& Begin(char open, bool is_object);
  JsonWriter& End(char close, bool is_object);
  void NewLine();

  uint32_t indent_;
  std::string out_;
  std::vector<Level> levels_;
  bool after_key_ = false;
};

}  // namespace millrace
