// SPDX-License-Identifier: Apache-2.0
#include "functions/string/text.h"

#include <algorithm>
#include <cstring>

#include "base/utf8.h"

namespace millrace {

size_t OffsetOfCodePoint(Text text, int64_t index) {
  size_t offset = 0;
  while (index > 0 && offset < text.size()) {
    offset += LengthOfCodePoint(text, offset);
    --index;
  }
  return offset;
}

int64_t CountChars(Text text) {
  int64_t count = 0;
  for (size_t offset = 0; offset < text.size(); offset += LengthOfCodePoint(text, offset)) ++count;
  return count;
}

bool IsAscii(Text text) {
  uint64_t seen = 0;
  size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    uint64_t eight;
    std::memcpy(&eight, text.data() + i, sizeof(eight));
    seen |= eight;
  }
  for (; i < text.size(); ++i) seen |= static_cast<uint8_t>(text[i]);
  return (seen & 0x8080808080808080ULL) == 0;
}

std::u16string ToUtf16(Text text) {
  std::u16string units;
  units.reserve(text.size());
  while (!text.empty()) {
    const CodePoint point = DecodeCodePoint(text);
    if (point.value >= 0x10000) {
      units.push_back(static_cast<char16_t>(0xD800 + ((point.value - 0x10000) >> 10)));
      units.push_back(static_cast<char16_t>(0xDC00 + ((point.value - 0x10000) & 0x3FF)));
    } else {
      units.push_back(static_cast<char16_t>(point.value));
    }
    text.remove_prefix(point.bytes);
  }
  return units;
}

void AppendUtf16(std::u16string_view units, std::string* out) {
  for (size_t i = 0; i < units.size(); ++i) {
    const char32_t unit = units[i];
    if (unit < 0xD800 || unit > 0xDFFF) {
      AppendCodePoint(unit, out);
    } else if (unit < 0xDC00 && i + 1 < units.size() && units[i + 1] >= 0xDC00 &&
               units[i + 1] <= 0xDFFF) {
      AppendCodePoint(0x10000 + ((unit - 0xD800) << 10) + (units[i + 1] - 0xDC00), out);
      ++i;
    } else {
      out->push_back('?');
    }
  }
}

int64_t CountUtf16(Text text) {
  int64_t count = 0;
  for (size_t offset = 0; offset < text.size();) {
    const size_t length = LengthOfCodePoint(text, offset);
    count += length == 4 ? 2 : 1;
    offset += length;
  }
  return count;
}

void AppendRepaired(Text bytes, std::string* out) {
  while (!bytes.empty()) {
    const CodePoint point = DecodeCodePoint(bytes);
    if (point.valid) {
      out->append(bytes.substr(0, point.bytes));
      bytes.remove_prefix(point.bytes);
      continue;
    }
    // The longest start of a well-formed sequence, at least one byte.
    const auto lead = static_cast<uint8_t>(bytes[0]);
    size_t wanted = lead >= 0xF0 && lead <= 0xF4  ? 4
                    : lead >= 0xE0 && lead < 0xF0 ? 3
                    : lead >= 0xC2 && lead < 0xE0 ? 2
                                                  : 1;
    size_t length = 1;
    while (length < wanted && length < bytes.size()) {
      const auto next = static_cast<uint8_t>(bytes[length]);
      if (next < 0x80 || next > 0xBF) break;
      const bool overlong =
          length == 1 && ((lead == 0xE0 && next < 0xA0) || (lead == 0xF0 && next < 0x90));
      if (overlong || (length == 1 && lead == 0xF4 && next > 0x8F)) break;
      ++length;
    }
    AppendCodePoint(kReplacementCharacter, out);
    bytes.remove_prefix(length);
  }
}

int64_t IndexOf(Text text, Text needle, int64_t from) {
  if (needle.empty()) return 0;
  const size_t found = text.find(needle, OffsetOfCodePoint(text, from));
  return found == Text::npos ? -1 : CountChars(text.substr(0, found));
}

std::string Reversed(Text text) {
  std::string reversed;
  reversed.reserve(text.size());
  for (size_t end = text.size(); end > 0;) {
    size_t start = end - 1;
    while (start > 0 && (static_cast<uint8_t>(text[start]) & 0xC0) == 0x80) --start;
    reversed.append(text.substr(start, end - start));
    end = start;
  }
  return reversed;
}

}  // namespace millrace
