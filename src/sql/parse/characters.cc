// SPDX-License-Identifier: Apache-2.0
// UTF-8 by hand, as the lexer needs no more than this, and the table of look-alikes.
#include "sql/parse/characters.h"

#include <array>

namespace millrace::sql {
namespace {

constexpr std::array kLookAlikes = {
    LookAlike{0x2018, "a curly quote", "'"},
    LookAlike{0x2019, "a curly quote", "'"},
    LookAlike{0x201A, "a curly quote", "'"},
    LookAlike{0x201C, "a curly quote", "'"},
    LookAlike{0x201D, "a curly quote", "'"},
    LookAlike{0x00B4, "an acute accent", "'"},
    LookAlike{0x2013, "an en dash", "-"},
    LookAlike{0x2014, "an em dash", "-"},
    LookAlike{0x2212, "a minus sign", "-"},
    LookAlike{0x2026, "an ellipsis", ""},
    LookAlike{0xFF0C, "a full-width comma", ","},
    LookAlike{0xFF1B, "a full-width semicolon", ";"},
    LookAlike{0xFF08, "a full-width parenthesis", "("},
    LookAlike{0xFF09, "a full-width parenthesis", ")"},
    LookAlike{0x3001, "an ideographic comma", ","},
    LookAlike{0x2264, "a less-or-equal sign", "<="},
    LookAlike{0x2265, "a greater-or-equal sign", ">="},
    LookAlike{0x2260, "a not-equal sign", "<>"},
    LookAlike{0x00D7, "a multiplication sign", "*"},
};

}  // namespace

CodePoint Decode(std::string_view text, size_t at) {
  auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  unsigned char first = byte(at);
  uint32_t length = first < 0x80    ? 1
                    : first >= 0xF0 ? 4
                    : first >= 0xE0 ? 3
                    : first >= 0xC2 ? 2
                                    : 0;
  if (length == 0 || first > 0xF4 || at + length > text.size()) return {first, 0};
  if (length == 1) return {first, 1};
  uint32_t value = first & (0xFFu >> (length + 1));
  for (uint32_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xC0) != 0x80) return {first, 0};
    value = (value << 6) | (byte(at + i) & 0x3Fu);
  }
  return {value, length};
}

bool IsOddSpace(uint32_t c) {
  return c == 0xA0 || (c >= 0x2000 && c <= 0x200F) || c == 0x2028 || c == 0x2029 || c == 0x202F ||
         c == 0x3000 || c == 0xFEFF;
}
const LookAlike* FindLookAlike(uint32_t c) {
  for (const LookAlike& entry : kLookAlikes) {
    if (entry.code_point == c) return &entry;
  }
  return nullptr;
}

void AppendUtf8(uint32_t c, std::string* out) {
  auto push = [&](uint32_t byte) { out->push_back(static_cast<char>(byte)); };
  if (c < 0x80) return push(c);
  if (c < 0x800) {
    push(0xC0 | (c >> 6));
  } else if (c < 0x10000) {
    push(0xE0 | (c >> 12));
    push(0x80 | ((c >> 6) & 0x3F));
  } else {
    push(0xF0 | (c >> 18));
    push(0x80 | ((c >> 12) & 0x3F));
    push(0x80 | ((c >> 6) & 0x3F));
  }
  push(0x80 | (c & 0x3F));
}

bool ReadHex(std::string_view text, size_t at, size_t digits, uint32_t* value) {
  if (at + digits > text.size()) return false;
  *value = 0;
  for (size_t i = 0; i < digits; ++i) {
    char c = text[at + i];
    if (!IsHex(c)) return false;
    *value = *value * 16 + static_cast<uint32_t>(IsDigit(c) ? c - '0' : Upper(c) - 'A' + 10);
  }
  return *value <= 0x10FFFF && (*value < 0xD800 || *value > 0xDFFF);
}

}  // namespace millrace::sql
