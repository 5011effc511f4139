// SPDX-License-Identifier: Apache-2.0
#include "cli/client/json_document.h"

#include <charconv>

#include "assistants/infer/sample_value.h"

namespace millrace {

/// Gives the parts of a value that SampleValue has no place for their text.
class JsonDocumentReader {
 public:
  explicit JsonDocumentReader(std::string_view text) : text_(text) {}

  std::optional<JsonDocument> Whole() {
    auto document = Value(0);
    SkipSpace();
    if (!document || at_ != text_.size()) return std::nullopt;
    return document;
  }

 private:
  static constexpr int kDepthMax = 64;
  using Kind = JsonDocument::Kind;

  void SkipSpace() {
    while (at_ < text_.size() && std::string_view(" \n\r\t").contains(text_[at_])) ++at_;
  }
  bool Accept(char c) {
    SkipSpace();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  std::optional<JsonDocument> Value(int depth) {
    SkipSpace();
    if (at_ >= text_.size() || depth > kDepthMax) return std::nullopt;
    const size_t begin = at_;
    JsonDocument document;
    const bool nested = text_[at_] == '{' || text_[at_] == '[';
    if (!(nested ? Nested(depth, &document) : Scalar(&document))) return std::nullopt;
    document.raw_ = text_.substr(begin, at_ - begin);
    return document;
  }

  bool Scalar(JsonDocument* document) {
    const auto value = ReadSampleValue(text_, &at_);
    if (!value) return false;
    switch (value->kind) {
      case SampleValue::Kind::kNull: return true;
      case SampleValue::Kind::kBoolean: document->kind_ = Kind::kBoolean; return true;
      case SampleValue::Kind::kText:
        document->kind_ = Kind::kText;
        document->text_ = value->text;
        return true;
      case SampleValue::Kind::kNumber: {
        document->kind_ = Kind::kNumber;
        const std::string& digits = value->text;
        std::from_chars(digits.data(), digits.data() + digits.size(), document->number_);
        return true;
      }
      case SampleValue::Kind::kArray:
      case SampleValue::Kind::kObject: break;
    }
    return false;
  }

  bool Nested(int depth, JsonDocument* document) {
    const bool object = text_[at_++] == '{';
    document->kind_ = object ? Kind::kObject : Kind::kArray;
    const char close = object ? '}' : ']';
    if (Accept(close)) return true;
    do {
      if (object) {
        SkipSpace();
        JsonDocument name;
        if (at_ >= text_.size() || text_[at_] != '"' || !Scalar(&name) || !Accept(':')) {
          return false;
        }
        document->names_.push_back(name.text_);
      }
      auto item = Value(depth + 1);
      if (!item) return false;
      document->items_.push_back(*std::move(item));
    } while (Accept(','));
    return Accept(close);
  }

  std::string_view text_;
  size_t at_ = 0;
};

std::optional<JsonDocument> JsonDocument::Parse(std::string_view text) {
  return JsonDocumentReader(text).Whole();
}

const JsonDocument& JsonDocument::operator[](std::string_view name) const {
  static const JsonDocument kNothing;
  for (size_t i = 0; i < names_.size(); ++i) {
    if (names_[i] == name) return items_[i];
  }
  return kNothing;
}

}  // namespace millrace
