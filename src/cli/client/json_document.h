// SPDX-License-Identifier: Apache-2.0
// JsonDocument: a JSON text that was read, for looking things up in. Numbers are doubles; members
// keep the text they were written as, so that a row can be passed on unchanged.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace {

class JsonDocument {
 public:
  /// nullopt: not one JSON value.
  static std::optional<JsonDocument> Parse(std::string_view text);

  bool is_null() const { return kind_ == Kind::kNull; }
  /// The member of that name; a null value if there is none or this is no object.
  const JsonDocument& operator[](std::string_view name) const;
  /// Elements of an array; none if this is no array.
  const std::vector<JsonDocument>& items() const { return items_; }
  const std::string& text() const { return text_; }  // of a string
  double number() const { return number_; }          // 0 if this is no number
  const std::string& raw() const { return raw_; }    // as written

 private:
  enum class Kind { kNull, kBoolean, kNumber, kText, kArray, kObject };
  friend class JsonDocumentReader;

  Kind kind_ = Kind::kNull;
  double number_ = 0;
  std::string text_;
  std::string raw_;
  std::vector<std::string> names_;   // of members, one per item
  std::vector<JsonDocument> items_;  // elements or members
};

}  // namespace millrace
