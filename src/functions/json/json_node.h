// SPDX-License-Identifier: Apache-2.0
// JsonNode: a parsed JSON value, read and written as Flink's Jackson does. Only the first value of
// a text is read, what follows is ignored; a repeated name keeps the last value; numbers keep their
// digits (those with point or exponent print as java.math.BigDecimal); names are written in UTF-16
// order. Depth is bounded.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace {

struct JsonNode {
  enum class Kind { kNull, kBoolean, kInteger, kDecimal, kString, kArray, kObject };
  Kind kind = Kind::kNull;
  bool boolean = false;
  std::string text;                // of a string or number
  std::vector<std::string> names;  // of an object, parallel to items
  std::vector<JsonNode> items;

  bool is_container() const { return kind == Kind::kArray || kind == Kind::kObject; }
  /// The member of that name, or null.
  const JsonNode* Member(std::string_view name) const;
  /// Adds a member or replaces the one of that name.
  void Put(std::string name, JsonNode value);

  static JsonNode Boolean(bool value);
  static JsonNode String(std::string value);
  /// An integer's digits.
  static JsonNode Integer(std::string digits);
  /// A number that prints as BigDecimal would print `text`, which may have an exponent.
  static JsonNode Decimal(std::string_view text);
};

constexpr int kMaxJsonDepth = 1000;

/// Order of java.lang.String: by UTF-16 units, where U+E000 and above follow the surrogates.
bool LessUtf16(std::string_view a, std::string_view b);

struct JsonReading {
  bool keeps_numbers = false;  // as they are written
  bool unique_names = false;   // a repeated name is an error
};
/// nullopt if the text does not begin with a JSON value.
std::optional<JsonNode> ParseJson(std::string_view text, JsonReading reading = {});

/// Appends the value as compact JSON.
void AppendJson(const JsonNode& node, std::string* out);
/// Appends a JSON string with its quotes.
void AppendJsonText(std::string_view text, std::string* out);
/// A scalar without quotes, as String.valueOf shows it.
std::string ScalarText(const JsonNode& node);

/// Java's BigDecimal.toString of a number's text; nullopt if its exponent is out of range.
std::optional<std::string> BigDecimalText(std::string_view number);

}  // namespace millrace
