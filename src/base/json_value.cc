// SPDX-License-Identifier: Apache-2.0
#include "base/json_value.h"

#include <charconv>
#include <optional>

namespace millrace {
namespace {

constexpr int kDepthMax = 32;

class JsonParser {
 public:
  explicit JsonParser(std::string_view text) : text_(text) {}

  std::optional<JsonValue> Document() {
    auto value = Value(0);
    SkipSpace();
    return at_ == text_.size() ? value : std::nullopt;
  }
  size_t position() const { return at_; }

 private:
  void SkipSpace() {
    while (at_ < text_.size() && std::string_view(" \n\r\t").contains(text_[at_])) ++at_;
  }
  bool Accept(std::string_view word) {
    SkipSpace();
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  std::optional<JsonValue> Value(int depth) {
    if (depth > kDepthMax) return std::nullopt;
    if (Accept("{")) return Members(depth);
    if (Accept("[")) return Elements(depth);
    if (Accept("\"")) {
      if (auto text = String()) return JsonValue(*std::move(text));
      return std::nullopt;
    }
    if (Accept("true")) return JsonValue(true);
    if (Accept("false")) return JsonValue(false);
    uint64_t number = 0;
    const char* begin = text_.data() + at_;
    const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), number);
    if (error != std::errc()) return std::nullopt;
    at_ += static_cast<size_t>(end - begin);
    return JsonValue(number);
  }

  std::optional<JsonValue> Members(int depth) {
    JsonValue::Object object;
    if (Accept("}")) return JsonValue(std::move(object));
    do {
      if (!Accept("\"")) return std::nullopt;
      auto key = String();
      if (!key || !Accept(":")) return std::nullopt;
      auto value = Value(depth + 1);
      if (!value) return std::nullopt;
      object.insert_or_assign(*std::move(key), *std::move(value));
    } while (Accept(","));
    if (!Accept("}")) return std::nullopt;
    return JsonValue(std::move(object));
  }

  std::optional<JsonValue> Elements(int depth) {
    JsonValue::Array array;
    if (Accept("]")) return JsonValue(std::move(array));
    do {
      auto value = Value(depth + 1);
      if (!value) return std::nullopt;
      array.push_back(*std::move(value));
    } while (Accept(","));
    if (!Accept("]")) return std::nullopt;
    return JsonValue(std::move(array));
  }

  /// Behind the opening quote.
  std::optional<std::string> String() {
    std::string out;
    while (at_ < text_.size() && text_[at_] != '"') {
      if (text_[at_] != '\\') {
        out += text_[at_++];
      } else if (!Escape(&out)) {
        return std::nullopt;
      }
    }
    if (at_ == text_.size()) return std::nullopt;
    ++at_;
    return out;
  }

  bool Escape(std::string* out) {
    if (at_ + 1 >= text_.size()) return false;
    const char kind = text_[at_ + 1];
    at_ += 2;
    switch (kind) {
      case 'n': *out += '\n'; return true;
      case 'r': *out += '\r'; return true;
      case 't': *out += '\t'; return true;
      case 'b': *out += '\b'; return true;
      case 'f': *out += '\f'; return true;
      case '"':
      case '\\':
      case '/': *out += kind; return true;
      case 'u': break;
      default: return false;
    }
    unsigned code = 0;
    const char* begin = text_.data() + at_;
    if (text_.size() - at_ < 4) return false;
    const auto [end, error] = std::from_chars(begin, begin + 4, code, 16);
    if (error != std::errc() || end != begin + 4 || code > 0x7F) return false;  // only controls
    at_ += 4;
    *out += static_cast<char>(code);
    return true;
  }

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace

Result<JsonValue> JsonValue::Parse(std::string_view text) {
  JsonParser parser(text);
  if (auto value = parser.Document()) return *std::move(value);
  return UserError("MR0722", "not JSON", "at byte " + std::to_string(parser.position()));
}

const JsonValue& JsonValue::operator[](std::string_view key) const {
  static const JsonValue kNothing;
  const auto found = object().find(key);
  return found == object().end() ? kNothing : found->second;
}

const JsonValue::Object& JsonValue::object() const {
  static const Object kEmpty;
  const auto* value = std::get_if<Object>(&value_);
  return value == nullptr ? kEmpty : *value;
}

const JsonValue::Array& JsonValue::array() const {
  static const Array kEmpty;
  const auto* value = std::get_if<Array>(&value_);
  return value == nullptr ? kEmpty : *value;
}

const std::string& JsonValue::string() const {
  static const std::string kEmpty;
  const auto* value = std::get_if<std::string>(&value_);
  return value == nullptr ? kEmpty : *value;
}

uint64_t JsonValue::number() const {
  const auto* value = std::get_if<uint64_t>(&value_);
  return value == nullptr ? 0 : *value;
}

bool JsonValue::boolean() const {
  const auto* value = std::get_if<bool>(&value_);
  return value != nullptr && *value;
}

}  // namespace millrace
