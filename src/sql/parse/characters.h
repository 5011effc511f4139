// SPDX-License-Identifier: Apache-2.0
// Characters as the lexer sees them: classes, UTF-8, and the ones that are mistaken for ASCII.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace millrace::sql {

inline bool IsDigit(char c) { return c >= '0' && c <= '9'; }
inline bool IsAsciiLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
inline bool IsHex(char c) { return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
inline char Upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

/// A decoded character; length 0 for a byte that is no UTF-8.
struct CodePoint {
  uint32_t value = 0;
  uint32_t length = 0;
};
CodePoint Decode(std::string_view text, size_t at);
void AppendUtf8(uint32_t code_point, std::string* out);

/// Reads `digits` hex digits at `at`; false unless they are there and name a character.
bool ReadHex(std::string_view text, size_t at, size_t digits, uint32_t* value);

/// Characters that look like an ASCII one but are not; `plain` is what was meant.
struct LookAlike {
  uint32_t code_point;
  std::string_view name;
  std::string_view plain;
};
const LookAlike* FindLookAlike(uint32_t code_point);
/// Spaces and invisible characters other than those of ASCII.
bool IsOddSpace(uint32_t code_point);

}  // namespace millrace::sql
