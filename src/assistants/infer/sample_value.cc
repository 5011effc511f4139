// SPDX-License-Identifier: Apache-2.0
#include "assistants/infer/sample_value.h"

#include <charconv>
#include <cstdint>

#include "base/utf8.h"

namespace millrace {
namespace {

constexpr int kDepthMax = 64;
constexpr uint32_t kHighSurrogate = 0xD800;
constexpr uint32_t kLowSurrogate = 0xDC00;
constexpr uint32_t kSurrogatesEnd = 0xE000;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

class Reader {
 public:
  Reader(std::string_view text, size_t at) : text_(text), at_(at) {}

  size_t at() const { return at_; }

  std::optional<SampleValue> Value(int depth) {
    SkipSpace();
    if (at_ >= text_.size() || depth > kDepthMax) return std::nullopt;
    switch (text_[at_]) {
      case '{': return Object(depth);
      case '[': return Array(depth);
      case '"': {
        auto text = String();
        if (!text) return std::nullopt;
        return SampleValue::Text(*std::move(text));
      }
      case 't': return Word("true", SampleValue::Kind::kBoolean);
      case 'f': return Word("false", SampleValue::Kind::kBoolean);
      case 'n': return Word("null", SampleValue::Kind::kNull);
      default: return Number();
    }
  }

 private:
  void SkipSpace() {
    while (at_ < text_.size() && std::string_view(" \n\r\t").contains(text_[at_])) ++at_;
  }
  bool Accept(char c) {
    SkipSpace();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  std::optional<SampleValue> Word(std::string_view word, SampleValue::Kind kind) {
    if (!text_.substr(at_).starts_with(word)) return std::nullopt;
    at_ += word.size();
    SampleValue value;
    value.kind = kind;
    if (kind == SampleValue::Kind::kBoolean) value.text = word;
    return value;
  }

  std::optional<SampleValue> Number() {
    const size_t begin = at_;
    if (at_ < text_.size() && text_[at_] == '-') ++at_;
    const size_t digits = at_;
    while (at_ < text_.size() && IsDigit(text_[at_])) ++at_;
    if (at_ == digits) return std::nullopt;
    if (at_ < text_.size() && text_[at_] == '.') {
      const size_t point = at_++;
      while (at_ < text_.size() && IsDigit(text_[at_])) ++at_;
      if (at_ == point + 1) return std::nullopt;
    }
    if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
      ++at_;
      if (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-')) ++at_;
      const size_t exponent = at_;
      while (at_ < text_.size() && IsDigit(text_[at_])) ++at_;
      if (at_ == exponent) return std::nullopt;
    }
    SampleValue value;
    value.kind = SampleValue::Kind::kNumber;
    value.text = text_.substr(begin, at_ - begin);
    return value;
  }

  std::optional<SampleValue> Array(int depth) {
    SampleValue value;
    value.kind = SampleValue::Kind::kArray;
    ++at_;
    if (Accept(']')) return value;
    do {
      auto item = Value(depth + 1);
      if (!item) return std::nullopt;
      value.items.push_back(*std::move(item));
    } while (Accept(','));
    if (!Accept(']')) return std::nullopt;
    return value;
  }

  std::optional<SampleValue> Object(int depth) {
    SampleValue value;
    value.kind = SampleValue::Kind::kObject;
    ++at_;
    if (Accept('}')) return value;
    do {
      SkipSpace();
      if (at_ >= text_.size() || text_[at_] != '"') return std::nullopt;
      auto name = String();
      if (!name || !Accept(':')) return std::nullopt;
      auto member = Value(depth + 1);
      if (!member) return std::nullopt;
      value.members.push_back({*std::move(name), *std::move(member)});
    } while (Accept(','));
    if (!Accept('}')) return std::nullopt;
    return value;
  }

  std::optional<std::string> String() {
    std::string out;
    ++at_;
    while (at_ < text_.size() && text_[at_] != '"') {
      if (text_[at_] != '\\') {
        out += text_[at_++];
      } else if (!Escape(&out)) {
        return std::nullopt;
      }
    }
    if (at_ >= text_.size()) return std::nullopt;
    ++at_;
    if (!IsValidUtf8(out)) return std::nullopt;  // nor do decoders take it
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
    auto code = Hex();
    if (!code) return false;
    if (*code >= kHighSurrogate && *code < kLowSurrogate && text_.substr(at_).starts_with("\\u")) {
      at_ += 2;
      const auto low = Hex();
      if (!low || *low < kLowSurrogate || *low >= kSurrogatesEnd) return false;
      code = 0x10000 + ((*code - kHighSurrogate) << 10) + (*low - kLowSurrogate);
    }
    const bool alone = *code >= kHighSurrogate && *code < kSurrogatesEnd;
    AppendCodePoint(alone ? kReplacementCharacter : static_cast<char32_t>(*code), out);
    return true;
  }

  std::optional<uint32_t> Hex() {
    uint32_t code = 0;
    if (text_.size() - at_ < 4) return std::nullopt;
    const char* begin = text_.data() + at_;
    const auto [end, error] = std::from_chars(begin, begin + 4, code, 16);
    if (error != std::errc() || end != begin + 4) return std::nullopt;
    at_ += 4;
    return code;
  }

  std::string_view text_;
  size_t at_;
};

}  // namespace

SampleValue SampleValue::Text(std::string text) {
  SampleValue value;
  value.kind = Kind::kText;
  value.text = std::move(text);
  return value;
}

std::optional<SampleValue> ReadSampleValue(std::string_view text, size_t* at) {
  Reader reader(text, *at);
  auto value = reader.Value(0);
  *at = reader.at();
  return value;
}

}  // namespace millrace
