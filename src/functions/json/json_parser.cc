// SPDX-License-Identifier: Apache-2.0
// The reader of JsonNode: strict JSON (RFC 8259) with Jackson's two liberties: text behind the
// first value is not looked at, except behind a bare number, and names may repeat.
#include "base/utf8.h"
#include "functions/json/json_node.h"
#include "functions/json/json_string.h"

namespace millrace {
namespace {

class JsonTextParser {
 public:
  JsonTextParser(std::string_view text, JsonReading reading) : rest_(text), reading_(reading) {}

  bool Value(int depth, JsonNode* out) {
    SkipSpace();
    if (rest_.empty() || depth > kMaxJsonDepth) return false;
    switch (rest_.front()) {
      case '{': return Object(depth, out);
      case '[': return Array(depth, out);
      case '"': {
        std::string text;
        if (!String(&text)) return false;
        *out = JsonNode::String(std::move(text));
        return true;
      }
      case 't': *out = JsonNode::Boolean(true); return Word("true");
      case 'f': *out = JsonNode::Boolean(false); return Word("false");
      case 'n': *out = JsonNode(); return Word("null");
      default: return Number(out);
    }
  }

  /// A number at the root ends at white space or the end.
  bool AtRootEnd() const {
    return rest_.empty() || rest_[0] == ' ' || rest_[0] == '\t' || rest_[0] == '\n' ||
           rest_[0] == '\r';
  }

 private:
  void SkipSpace() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\n\r"), rest_.size()));
  }
  bool Take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool Word(std::string_view word) {
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    if (rest_.empty()) return true;
    const char next = rest_.front();
    const bool continues = (next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z') ||
                           (next >= '0' && next <= '9') || next == '_' || next == '$' ||
                           static_cast<signed char>(next) < 0;
    return !continues;
  }

  size_t Digits() {
    const size_t count = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
    rest_.remove_prefix(count);
    return count;
  }

  bool Number(JsonNode* out) {
    const std::string_view start = rest_;
    Take('-');
    const bool zero = rest_.starts_with('0');
    const size_t whole = Digits();
    if (whole == 0 || (zero && whole > 1)) return false;
    bool integer = true;
    if (Take('.')) {
      integer = false;
      if (Digits() == 0) return false;
    }
    if (Take('e') || Take('E')) {
      integer = false;
      if (!Take('+')) Take('-');
      if (Digits() == 0) return false;
    }
    std::string_view text = start.substr(0, start.size() - rest_.size());
    if (reading_.keeps_numbers) {
      *out = JsonNode::Integer(std::string(text));
      return true;
    }
    if (integer) {
      *out = JsonNode::Integer(text == "-0" ? "0" : std::string(text));
      return true;
    }
    const auto decimal = BigDecimalText(text);
    if (!decimal.has_value()) return false;
    *out = JsonNode::Decimal(text);
    return true;
  }

  bool String(std::string* out) {
    Take('"');
    size_t end = 0;
    while (end < rest_.size() && rest_[end] != '"') {
      if (static_cast<uint8_t>(rest_[end]) < 0x20) return false;
      end += rest_[end] == '\\' ? 2 : 1;
    }
    if (end >= rest_.size()) return false;
    const bool fine = UnescapeJson(rest_.substr(0, end), out);
    rest_.remove_prefix(end + 1);
    return fine;
  }

  bool Array(int depth, JsonNode* out) {
    *out = JsonNode();
    out->kind = JsonNode::Kind::kArray;
    Take('[');
    SkipSpace();
    if (Take(']')) return true;
    while (true) {
      if (!Value(depth + 1, &out->items.emplace_back())) return false;
      SkipSpace();
      if (Take(']')) return true;
      if (!Take(',')) return false;
    }
  }

  bool Object(int depth, JsonNode* out) {
    *out = JsonNode();
    out->kind = JsonNode::Kind::kObject;
    Take('{');
    SkipSpace();
    if (Take('}')) return true;
    while (true) {
      SkipSpace();
      std::string name;
      if (!rest_.starts_with('"') || !String(&name)) return false;
      SkipSpace();
      JsonNode value;
      if (!Take(':') || !Value(depth + 1, &value)) return false;
      if (reading_.unique_names && out->Member(name) != nullptr) return false;
      out->Put(std::move(name), std::move(value));
      SkipSpace();
      if (Take('}')) return true;
      if (!Take(',')) return false;
    }
  }

  std::string_view rest_;
  JsonReading reading_;
};

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Reads the four digits behind \u.
bool ReadUnit(std::string_view* text, char32_t* unit) {
  if (text->size() < 4) return false;
  *unit = 0;
  for (int i = 0; i < 4; ++i) {
    const int digit = HexDigit((*text)[static_cast<size_t>(i)]);
    if (digit < 0) return false;
    *unit = *unit << 4 | static_cast<char32_t>(digit);
  }
  text->remove_prefix(4);
  return true;
}

}  // namespace

bool UnescapeJson(std::string_view text, std::string* out) {
  while (!text.empty()) {
    const size_t plain = std::min(text.find('\\'), text.size());
    out->append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) return true;
    if (text.size() < 2) return false;
    const char c = text[1];
    text.remove_prefix(2);
    constexpr std::string_view kEscapes = "\"\\/bfnrt";
    constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    const size_t known = kEscapes.find(c);
    if (known != std::string_view::npos) {
      out->push_back(kMeanings[known]);
      continue;
    }
    char32_t unit = 0;
    if (c != 'u' || !ReadUnit(&text, &unit)) return false;
    if (unit >= 0xD800 && unit < 0xDC00 && text.starts_with("\\u")) {
      std::string_view ahead = text.substr(2);
      char32_t low = 0;
      if (ReadUnit(&ahead, &low) && low >= 0xDC00 && low < 0xE000) {
        unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
        text = ahead;
      }
    }
    if (unit >= 0xD800 && unit < 0xE000) {
      out->push_back('?');  // half a surrogate pair
    } else {
      AppendCodePoint(unit, out);
    }
  }
  return true;
}

std::optional<JsonNode> ParseJson(std::string_view text, JsonReading reading) {
  JsonTextParser parser(text, reading);
  JsonNode node;
  if (!parser.Value(0, &node)) return std::nullopt;
  const bool number =
      node.kind == JsonNode::Kind::kInteger || node.kind == JsonNode::Kind::kDecimal;
  if (number && !parser.AtRootEnd()) return std::nullopt;
  return node;
}

}  // namespace millrace
