// SPDX-License-Identifier: Apache-2.0
// UTF-8 by code point and by terminal column. Bytes that are not valid UTF-8 count as one code
// point U+FFFD of one byte each, so a walk over any bytes ends and never reads past them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace millrace {

constexpr char32_t kReplacementCharacter = 0xFFFD;

/// The code point at the front of `text`, and how many bytes it takes.
struct CodePoint {
  char32_t value = 0;
  uint32_t bytes = 0;
  bool valid = true;
};

/// Decodes the first code point. REQUIRES: `text` is not empty.
CodePoint DecodeCodePoint(std::string_view text);
/// Appends the UTF-8 form of `value`.
void AppendCodePoint(char32_t value, std::string* out);
/// Counts code points.
uint32_t CountCodePoints(std::string_view text);
bool IsValidUtf8(std::string_view text);

/// Columns one code point takes on a terminal: 0 (combining), 1, or 2 (East Asian wide, emoji).
uint32_t DisplayWidth(char32_t value);
/// Columns a text takes; control characters count as one, as they are shown replaced.
uint32_t DisplayWidth(std::string_view text);

}  // namespace millrace
