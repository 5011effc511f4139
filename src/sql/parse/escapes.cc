// SPDX-License-Identifier: Apache-2.0
#include "sql/parse/escapes.h"

#include <cstdint>

#include "sql/parse/characters.h"

namespace millrace::sql {
namespace {

constexpr uint32_t kHighSurrogate = 0xD800, kLowSurrogate = 0xDC00, kSurrogates = 0x400;

/// A number of `digits` hex digits at `at`, whatever it names.
std::optional<uint32_t> HexNumber(std::string_view text, size_t at, size_t digits) {
  if (at + digits > text.size()) return std::nullopt;
  uint32_t value = 0;
  for (const char c : text.substr(at, digits)) {
    if (!IsHex(c)) return std::nullopt;
    value = value * 16 + static_cast<uint32_t>(IsDigit(c) ? c - '0' : Upper(c) - 'A' + 10);
  }
  return value;
}

/// Appends the character of four hex digits at `at`, or of two such numbers, with `between` between
/// them, that are surrogates. Returns the place behind them; npos if they name no character.
size_t AppendUtf16(std::string_view text, size_t at, std::string_view between, std::string* out) {
  const auto first = HexNumber(text, at, 4);
  if (!first) return std::string_view::npos;
  size_t end = at + 4;
  uint32_t code = *first;
  if (code >= kHighSurrogate && code < kHighSurrogate + 2 * kSurrogates) {
    if (code >= kLowSurrogate || text.substr(end, between.size()) != between) {
      return std::string_view::npos;
    }
    const auto second = HexNumber(text, end + between.size(), 4);
    if (!second || *second < kLowSurrogate || *second >= kLowSurrogate + kSurrogates) {
      return std::string_view::npos;
    }
    code = 0x10000 + (code - kHighSurrogate) * kSurrogates + (*second - kLowSurrogate);
    end += between.size() + 4;
  }
  AppendUtf8(code, out);
  return end;
}

/// An octal number of up to three digits from 0 to 377 at `at`; returns the place behind it.
size_t AppendOctal(std::string_view text, size_t at, std::string* out) {
  uint32_t code = 0;
  size_t end = at;
  for (; end < text.size() && end < at + 3 && text[end] >= '0' && text[end] <= '7'; ++end) {
    code = code * 8 + static_cast<uint32_t>(text[end] - '0');
  }
  AppendUtf8(code, out);
  return end;
}

size_t AppendHex(std::string_view text, size_t at, std::string* out) {
  for (const size_t digits : {2, 1}) {
    if (const auto code = HexNumber(text, at, digits)) {
      AppendUtf8(*code, out);
      return at + digits;
    }
  }
  out->push_back('x');
  return at;
}

}  // namespace

size_t AppendEscape(std::string_view text, size_t at, std::string* out) {
  static constexpr std::string_view kFrom = "bfnrt\\'", kTo = "\b\f\n\r\t\\'";
  const char c = at + 1 < text.size() ? text[at + 1] : '\0';
  const size_t behind = at + 2;
  if (const size_t known = kFrom.find(c); known != std::string_view::npos) {
    out->push_back(kTo[known]);
    return behind;
  }
  if (c >= '0' && c <= '3') return AppendOctal(text, at + 1, out);
  if (c == 'x') return AppendHex(text, behind, out);
  if (c == 'u') return AppendUtf16(text, behind, "\\u", out);
  if (c == 'U') {
    uint32_t code = 0;
    if (!ReadHex(text, behind, 8, &code)) return std::string_view::npos;
    AppendUtf8(code, out);
    return behind + 8;
  }
  out->push_back('\\');
  return at + 1;
}

std::optional<std::string> DecodeUnicodeText(std::string_view raw, char escape) {
  std::string value;
  const std::string between(1, escape);
  for (size_t at = 0; at < raw.size();) {
    if (raw[at] != escape) {
      value.push_back(raw[at++]);
    } else if (at + 1 < raw.size() && raw[at + 1] == escape) {
      value.push_back(escape);
      at += 2;
    } else {
      at = AppendUtf16(raw, at + 1, between, &value);
      if (at == std::string_view::npos) return std::nullopt;
    }
  }
  return value;
}

}  // namespace millrace::sql
