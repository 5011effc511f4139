// SPDX-License-Identifier: Apache-2.0
#include "formats/json/json_cursor.h"

#include <cstring>

namespace millrace {
namespace {

constexpr size_t kFoundMax = 40;

bool IsDigit(char c) { return static_cast<unsigned char>(c - '0') < 10; }

int HexValue(char c) {
  if (IsDigit(c)) return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// Four hexadecimal digits at `p`, or -1.
int ReadHex4(const char* p, const char* end) {
  if (end - p < 4) return -1;
  int value = 0;
  for (int i = 0; i < 4; ++i) {
    const int digit = HexValue(p[i]);
    if (digit < 0) return -1;
    value = value << 4 | digit;
  }
  return value;
}

char* PutUtf8(uint32_t code, char* out) {
  if (code < 0x80) {
    *out++ = static_cast<char>(code);
  } else if (code < 0x800) {
    *out++ = static_cast<char>(0xC0 | code >> 6);
    *out++ = static_cast<char>(0x80 | (code & 63));
  } else if (code < 0x10000) {
    *out++ = static_cast<char>(0xE0 | code >> 12);
    *out++ = static_cast<char>(0x80 | (code >> 6 & 63));
    *out++ = static_cast<char>(0x80 | (code & 63));
  } else {
    *out++ = static_cast<char>(0xF0 | code >> 18);
    *out++ = static_cast<char>(0x80 | (code >> 12 & 63));
    *out++ = static_cast<char>(0x80 | (code >> 6 & 63));
    *out++ = static_cast<char>(0x80 | (code & 63));
  }
  return out;
}

/// The escape behind `\u`; moves `p` behind it. nullptr for bad digits.
char* PutUnicodeEscape(const char** p, const char* end, char* out) {
  const int unit = ReadHex4(*p, end);
  if (unit < 0) return nullptr;
  *p += 4;
  if (unit < 0xD800 || unit > 0xDFFF) return PutUtf8(static_cast<uint32_t>(unit), out);
  if (unit < 0xDC00 && end - *p >= 6 && (*p)[0] == '\\' && (*p)[1] == 'u') {
    const int low = ReadHex4(*p + 2, end);
    if (low >= 0xDC00 && low <= 0xDFFF) {
      *p += 6;
      return PutUtf8(static_cast<uint32_t>(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00)),
                     out);
    }
  }
  *out++ = '?';
  return out;
}

char SimpleEscape(char c) {
  switch (c) {
    case '"': return '"';
    case '\\': return '\\';
    case '/': return '/';
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return '\0';
  }
}

}  // namespace

size_t UnescapeJson(std::string_view raw, char* out) {
  const char* p = raw.data();
  const char* end = p + raw.size();
  char* const start = out;
  while (p < end) {
    const void* found = std::memchr(p, '\\', static_cast<size_t>(end - p));
    const char* stop = found == nullptr ? end : static_cast<const char*>(found);
    std::memmove(out, p, static_cast<size_t>(stop - p));
    out += stop - p;
    p = stop;
    if (p == end) break;
    if (end - p < 2) return SIZE_MAX;
    if (p[1] == 'u') {
      p += 2;
      out = PutUnicodeEscape(&p, end, out);
      if (out == nullptr) return SIZE_MAX;
      continue;
    }
    const char c = SimpleEscape(p[1]);
    if (c == '\0') return SIZE_MAX;
    *out++ = c;
    p += 2;
  }
  return static_cast<size_t>(out - start);
}

std::string_view JsonCursor::TokenText() const {
  if (*token_ >= limit_) return {};
  uint32_t end = token_[1] < limit_ ? token_[1] : limit_;
  while (end > *token_ && IsSpace(base_[end - 1])) --end;
  return {base_ + *token_, end - *token_};
}

bool JsonCursor::SpacedStringToken(std::string_view* raw) {
  const std::string_view text = TokenText();
  if (text.size() < 2 || text.back() != '"') return FailSyntax("a closed string");
  *raw = text.substr(1, text.size() - 2);
  return true;
}

bool JsonCursor::Text(std::string* scratch, std::string_view* text) {
  std::string_view raw;
  if (!StringToken(&raw)) return false;
  if (raw.find('\\') == std::string_view::npos) {
    *text = raw;
    return true;
  }
  scratch->resize(raw.size());
  const size_t length = UnescapeJson(raw, scratch->data());
  if (length == SIZE_MAX) return FailSyntax("a string with valid escapes");
  *text = std::string_view(*scratch).substr(0, length);
  return true;
}

bool JsonCursor::Number(JsonNumber* number) {
  const char* begin = here();
  const char* p = begin;
  const char* end = base_ + limit_;
  if (p < end && *p == '-') ++p;
  const char* digits = p;
  while (p < end && IsDigit(*p)) ++p;
  if (p == digits || (*digits == '0' && p - digits > 1)) return FailSyntax("a number");
  number->integer = true;
  if (p < end && *p == '.') {
    number->integer = false;
    const char* fraction = ++p;
    while (p < end && IsDigit(*p)) ++p;
    if (p == fraction) return FailSyntax("a number");
  }
  if (p < end && (*p | 0x20) == 'e') {
    number->integer = false;
    ++p;
    if (p < end && (*p == '+' || *p == '-')) ++p;
    const char* exponent = p;
    while (p < end && IsDigit(*p)) ++p;
    if (p == exponent) return FailSyntax("a number");
  }
  if (!EndsAt(p)) return FailSyntax("a number");
  number->text = {begin, static_cast<size_t>(p - begin)};
  return true;
}

bool JsonCursor::Literal(std::string_view word) const {
  return *token_ + word.size() <= limit_ && std::memcmp(here(), word.data(), word.size()) == 0 &&
         EndsAt(here() + word.size());
}

bool JsonCursor::SkipValue() {
  const char c = Peek();
  switch (c) {
    case '{': return SkipContainer('}');
    case '[': return SkipContainer(']');
    case '"': {
      std::string_view raw;
      if (!StringToken(&raw)) return false;
      if (raw.find('\\') != std::string_view::npos) {
        std::string scratch;
        std::string_view text;
        if (!Text(&scratch, &text)) return false;
      }
      break;
    }
    case 't':
      if (!Literal("true")) return FailSyntax("a value");
      break;
    case 'f':
      if (!Literal("false")) return FailSyntax("a value");
      break;
    case 'n':
      if (!Literal("null")) return FailSyntax("a value");
      break;
    default: {
      if (c != '-' && !IsDigit(c)) return FailSyntax("a value");
      JsonNumber number;
      if (!Number(&number)) return false;
    }
  }
  Advance();
  return true;
}

bool JsonCursor::SkipContainer(char closer) {
  if (!Enter()) return false;
  Advance();
  bool more = Peek() != closer;
  if (!more) Advance();
  while (more) {
    std::string_view name;
    if (closer == '}' && !FieldName(&name)) return false;
    if (!SkipValue() || !NextMember(closer, &more)) return false;
  }
  Leave();
  return true;
}

bool JsonCursor::SpacedFieldName(std::string_view* raw) {
  if (Peek() != '"') return FailSyntax("a field name in double quotes");
  if (!StringToken(raw)) return false;
  Advance();
  if (Peek() != ':') return FailSyntax("':'");
  Advance();
  return true;
}

bool JsonCursor::Enter() {
  if (++depth_ <= kMaxJsonDepth) return true;
  failure_ = JsonFailure::kSyntax;
  reason_ = "nested deeper than " + std::to_string(kMaxJsonDepth) + " levels at byte " +
            std::to_string(position());
  return false;
}

bool JsonCursor::FailSyntax(std::string_view expected) {
  failure_ = JsonFailure::kSyntax;
  std::string found(TokenText().substr(0, kFoundMax));
  reason_ = "not JSON: expected " + std::string(expected) + ", found " +
            (found.empty() ? std::string("the end of the record") : found) + " at byte " +
            std::to_string(position());
  return false;
}

bool JsonCursor::FailValue(std::string_view expected) {
  failure_ = JsonFailure::kValue;
  const std::string_view token = TokenText();
  std::string found(token.substr(0, kFoundMax));
  if (token.size() > kFoundMax) found += "...";
  if (token.starts_with('{')) found = "an object";
  if (token.starts_with('[')) found = "an array";
  reason_ = "expected " + std::string(expected) + ", found " + found + " at byte " +
            std::to_string(position());
  return false;
}

bool JsonCursor::FailWith(std::string reason) {
  failure_ = JsonFailure::kValue;
  reason_ = std::move(reason);
  return false;
}

void JsonCursor::AddPath(std::string_view name) {
  path_ = path_.empty() || path_[0] == '[' ? std::string(name) + path_
                                           : std::string(name) + "." + path_;
}

std::string JsonCursor::Reason() const {
  return path_.empty() || failure_ == JsonFailure::kSyntax ? reason_
                                                           : "field '" + path_ + "': " + reason_;
}

}  // namespace millrace
