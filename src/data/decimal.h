// SPDX-License-Identifier: Apache-2.0
// DECIMAL as an unscaled 128-bit integer: powers of ten, checked scaling, text. Arithmetic between
// decimals lives in functions/arithmetic; it goes through 256 bits where it must.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace millrace {

/// The unscaled value of a DECIMAL; at most 38 digits.
__extension__ typedef __int128 Int128;
__extension__ typedef unsigned __int128 UInt128;

constexpr int kMaxDecimalPrecision = 38;

/// 10^exponent for 0 <= exponent <= 38.
Int128 PowerOfTen(int exponent);

constexpr UInt128 Magnitude(Int128 value) {
  return value < 0 ? UInt128{0} - static_cast<UInt128>(value) : static_cast<UInt128>(value);
}

constexpr bool FitsInt64(Int128 value) { return value == static_cast<int64_t>(value); }

/// True if the value has at most `precision` digits.
inline bool FitsPrecision(Int128 value, int precision) {
  return Magnitude(value) < static_cast<UInt128>(PowerOfTen(precision));
}

/// Quotient rounded half away from zero. `divisor` is positive.
Int128 DivideHalfUp(Int128 dividend, Int128 divisor);

/// Changes the scale, rounding half away from zero; nullopt if the result has over `precision`
/// digits.
std::optional<Int128> RescaleDecimal(Int128 value, int from_scale, int precision, int to_scale);

/// The nearest double of value / 10^scale.
double DecimalToDouble(Int128 value, int scale);
/// From the shortest decimal text of the double, as Java's BigDecimal.valueOf; nullopt if it does
/// not fit.
std::optional<Int128> DecimalFromDouble(double value, int precision, int scale);
/// Digits with optional sign, point and exponent; nullopt if it is no number or does not fit.
/// `valid`, if given, tells the two apart.
std::optional<Int128> ParseDecimal(std::string_view text, int precision, int scale,
                                   bool* valid = nullptr);

/// `-1.50`, never with an exponent.
void AppendDecimalPlain(Int128 value, int scale, std::string* out);
/// As java.math.BigDecimal.toString: an exponent below 10^-6 (`1.2E-8`, `0E-18`).
void AppendDecimal(Int128 value, int scale, std::string* out);

}  // namespace millrace
