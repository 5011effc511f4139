// SPDX-License-Identifier: Apache-2.0
#include "formats/json/json_text.h"

#include <array>

#include "base/utf8.h"
#include "data/value_text.h"
#include "formats/columns/number_text.h"

namespace millrace {
namespace {

/// 0: as it is; 'u': \u00XX; 'U': two surrogates; else the letter behind the backslash.
constexpr std::array<char, 256> kEscapes = [] {
  std::array<char, 256> escapes{};
  for (size_t c = 0; c < 0x20; ++c) escapes[c] = 'u';
  escapes['\b'] = 'b';
  escapes['\t'] = 't';
  escapes['\n'] = 'n';
  escapes['\f'] = 'f';
  escapes['\r'] = 'r';
  for (size_t c = 0xF0; c < 0x100; ++c) escapes[c] = 'U';
  escapes['"'] = '"';
  escapes['\\'] = '\\';
  return escapes;
}();

constexpr char kHex[] = "0123456789ABCDEF";

void AppendUnit(uint32_t unit, std::string* out) {
  const char text[] = {
      '\\', 'u', kHex[unit >> 12], kHex[unit >> 8 & 15], kHex[unit >> 4 & 15], kHex[unit & 15]};
  out->append(text, sizeof text);
}

/// The four bytes of a character beyond the basic plane as two escapes, as Jackson writes it.
size_t AppendSurrogates(std::string_view text, std::string* out) {
  const CodePoint point = DecodeCodePoint(text);
  if (!point.valid) {
    out->push_back('?');
  } else {
    AppendUnit(0xD800 + ((point.value - 0x10000) >> 10), out);
    AppendUnit(0xDC00 + ((point.value - 0x10000) & 0x3FF), out);
  }
  return point.bytes;
}

bool AppendCompactString(JsonCursor& in, std::string* out) {
  std::string scratch;
  std::string_view text;
  if (!in.Text(&scratch, &text)) return false;
  AppendJacksonString(text, out);
  in.Advance();
  return true;
}

bool AppendCompactNumber(JsonCursor& in, std::string* out) {
  JsonNumber number;
  if (!in.Number(&number)) return false;
  if (!number.integer) {
    AppendDouble(ParseDecimalDouble(number.text.data(), number.text.data() + number.text.size()),
                 out);
  } else {
    out->append(number.text == "-0" ? "0" : number.text);
  }
  in.Advance();
  return true;
}

bool AppendCompactContainer(JsonCursor& in, char closer, std::string* out) {
  if (!in.Enter()) return false;
  out->push_back(in.Peek());
  in.Advance();
  bool more = in.Peek() != closer;
  if (!more) in.Advance();
  while (more) {
    if (closer == '}') {
      if (in.Peek() != '"') return in.FailSyntax("a field name in double quotes");
      if (!AppendCompactString(in, out)) return false;
      if (in.Peek() != ':') return in.FailSyntax("':'");
      in.Advance();
      out->push_back(':');
    }
    if (!AppendCompactJson(in, out) || !in.NextMember(closer, &more)) return false;
    if (more) out->push_back(',');
  }
  out->push_back(closer);
  in.Leave();
  return true;
}

}  // namespace

void AppendJacksonString(std::string_view text, std::string* out) {
  out->push_back('"');
  size_t plain = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char escape = kEscapes[static_cast<unsigned char>(text[i])];
    if (escape == 0) [[likely]]
      continue;
    out->append(text, plain, i - plain);
    if (escape == 'U') {
      i += AppendSurrogates(text.substr(i), out) - 1;
    } else if (escape == 'u') {
      AppendUnit(static_cast<unsigned char>(text[i]), out);
    } else {
      out->push_back('\\');
      out->push_back(escape);
    }
    plain = i + 1;
  }
  out->append(text, plain);
  out->push_back('"');
}

bool AppendCompactJson(JsonCursor& in, std::string* out) {
  const char first = in.Peek();
  if (first == '{') return AppendCompactContainer(in, '}', out);
  if (first == '[') return AppendCompactContainer(in, ']', out);
  if (first == '"') return AppendCompactString(in, out);
  if (first == '-' || static_cast<unsigned char>(first - '0') < 10) {
    return AppendCompactNumber(in, out);
  }
  const std::string_view text = in.TokenText();
  if (!in.SkipValue()) return false;
  out->append(text);
  return true;
}

}  // namespace millrace
