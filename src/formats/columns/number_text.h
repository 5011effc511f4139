// SPDX-License-Identifier: Apache-2.0
// Texts of numbers, booleans and bytes as Java reads them, for decoders.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "data/decimal.h"

namespace millrace {

/// Java's String.trim: cuts characters up to and including the blank.
std::string_view TrimJava(std::string_view text);

/// Integer.parseInt and its kin: an optional sign and decimal digits, within T's range.
template <typename T>
std::optional<T> ParseJavaInteger(std::string_view text) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return std::nullopt;
  }
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Double.parseDouble: blanks around, sign, NaN, Infinity, hexadecimal floats, an f or d behind;
/// too large is Infinity.
std::optional<double> ParseJavaDouble(std::string_view text);
std::optional<float> ParseJavaFloat(std::string_view text);

/// A plain decimal number [begin, end) without sign of NaN, Infinity or hex; exact.
double ParseDecimalDouble(const char* begin, const char* end);

/// Boolean.parseBoolean of the trimmed text: "true" in any case, all else is false.
bool ParseJavaBoolean(std::string_view text);

/// A DECIMAL without trailing zeros, as Java's BigDecimal.stripTrailingZeros().toString(): `1.5`,
/// `1E+2`.
void AppendStrippedDecimal(Int128 value, int scale, std::string* out);

/// Strict base64 with padding (MIME alphabet without line breaks).
std::optional<size_t> DecodeBase64Text(std::string_view text, char* out);
void AppendBase64Text(std::string_view bytes, std::string* out);

}  // namespace millrace
