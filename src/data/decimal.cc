// SPDX-License-Identifier: Apache-2.0
#include "data/decimal.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>

namespace millrace {
namespace {

constexpr std::array<Int128, 39> kPowersOfTen = [] {
  std::array<Int128, 39> powers{};
  powers[0] = 1;
  for (size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}();

/// Writes the digits of a magnitude behind `end` backwards; returns where they start.
char* WriteDigits(UInt128 magnitude, char* end) {
  do {
    *--end = static_cast<char>('0' + static_cast<int>(magnitude % 10));
    magnitude /= 10;
  } while (magnitude != 0);
  return end;
}

/// Digits and exponent of a number's text: value = digits * 10^exponent.
struct DecimalText {
  bool negative = false;
  std::string digits;  // without leading zeros
  int64_t exponent = 0;
};

bool ParseExponent(std::string_view text, int64_t* exponent) {
  if (!text.empty() && text[0] == '+') text.remove_prefix(1);
  if (text.empty()) return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *exponent);
  return error == std::errc() && end == text.data() + text.size();
}

std::optional<DecimalText> SplitNumber(std::string_view text) {
  DecimalText number;
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) {
    number.negative = text[0] == '-';
    text.remove_prefix(1);
  }
  bool seen_digit = false;
  bool seen_point = false;
  size_t i = 0;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '.' && !seen_point) {
      seen_point = true;
    } else if (c >= '0' && c <= '9') {
      seen_digit = true;
      if (c != '0' || !number.digits.empty()) number.digits.push_back(c);
      if (seen_point) --number.exponent;
    } else {
      break;
    }
  }
  if (!seen_digit) return std::nullopt;
  if (i < text.size()) {
    if (text[i] != 'e' && text[i] != 'E') return std::nullopt;
    int64_t exponent = 0;
    if (!ParseExponent(text.substr(i + 1), &exponent)) return std::nullopt;
    if (exponent > 1'000'000'000 || exponent < -1'000'000'000) return std::nullopt;
    number.exponent += exponent;
  }
  return number;
}

}  // namespace

Int128 PowerOfTen(int exponent) { return kPowersOfTen[static_cast<size_t>(exponent)]; }

Int128 DivideHalfUp(Int128 dividend, Int128 divisor) {
  if (FitsInt64(dividend) && FitsInt64(divisor)) {
    const auto small = static_cast<int64_t>(dividend);
    const auto by = static_cast<int64_t>(divisor);
    const int64_t quotient = small / by;
    const int64_t rest = small % by < 0 ? -(small % by) : small % by;
    return rest >= by - rest ? quotient + (small < 0 ? -1 : 1) : quotient;
  }
  const Int128 quotient = dividend / divisor;
  const UInt128 rest = Magnitude(dividend % divisor);
  if (rest >= static_cast<UInt128>(divisor) - rest) return quotient + (dividend < 0 ? -1 : 1);
  return quotient;
}

std::optional<Int128> RescaleDecimal(Int128 value, int from_scale, int precision, int to_scale) {
  Int128 result = value;
  if (to_scale < from_scale) {
    const int drop = from_scale - to_scale;
    result = drop > kMaxDecimalPrecision ? 0 : DivideHalfUp(value, PowerOfTen(drop));
  } else if (to_scale > from_scale) {
    const int add = to_scale - from_scale;
    if (value == 0) return 0;
    if (add > kMaxDecimalPrecision) return std::nullopt;
    if (__builtin_mul_overflow(value, PowerOfTen(add), &result)) return std::nullopt;
  }
  if (!FitsPrecision(result, precision)) return std::nullopt;
  return result;
}

double DecimalToDouble(Int128 value, int scale) {
  // Exact while both fit a double; otherwise through the text, which is correctly rounded.
  constexpr Int128 kExact = Int128{1} << 53;
  if (value <= kExact && value >= -kExact && scale <= 22) {
    return static_cast<double>(static_cast<int64_t>(value)) /
           static_cast<double>(kPowersOfTen[static_cast<size_t>(scale)]);
  }
  char text[64];
  char* end = text + 44;
  char* begin = WriteDigits(Magnitude(value), end);
  if (value < 0) *--begin = '-';
  *end++ = 'e';
  end = std::to_chars(end, text + sizeof(text), -scale).ptr;
  double result = 0;
  std::from_chars(begin, end, result);
  return result;
}

std::optional<Int128> DecimalFromDouble(double value, int precision, int scale) {
  if (!std::isfinite(value)) return std::nullopt;
  char text[64];
  const auto end = std::to_chars(text, text + sizeof(text), value).ptr;
  return ParseDecimal({text, static_cast<size_t>(end - text)}, precision, scale);
}

std::optional<Int128> ParseDecimal(std::string_view text, int precision, int scale, bool* valid) {
  auto number = SplitNumber(text);
  if (valid != nullptr) *valid = number.has_value();
  if (!number) return std::nullopt;
  if (number->digits.empty()) return 0;
  // The value times 10^scale is digits * 10^shift, to be rounded half away from zero.
  int64_t shift = number->exponent + scale;
  bool round_up = false;
  if (shift < 0) {
    const int64_t keep = static_cast<int64_t>(number->digits.size()) + shift;
    if (keep < 0) return 0;
    round_up = number->digits[static_cast<size_t>(keep)] >= '5';
    number->digits.resize(static_cast<size_t>(keep));
    shift = 0;
  }
  if (static_cast<int64_t>(number->digits.size()) + shift > kMaxDecimalPrecision) {
    return std::nullopt;
  }
  Int128 value = 0;
  for (const char c : number->digits) value = value * 10 + (c - '0');
  value *= PowerOfTen(static_cast<int>(number->digits.empty() ? 0 : shift));
  if (round_up) ++value;
  if (!FitsPrecision(value, precision)) return std::nullopt;
  return number->negative ? -value : value;
}

void AppendDecimalPlain(Int128 value, int scale, std::string* out) {
  char digits[48];
  char* const end = digits + sizeof(digits);
  char* begin = WriteDigits(Magnitude(value), end);
  while (end - begin < scale + 1) *--begin = '0';
  if (value < 0) out->push_back('-');
  out->append(begin, static_cast<size_t>(end - begin - scale));
  if (scale > 0) {
    out->push_back('.');
    out->append(end - scale, static_cast<size_t>(scale));
  }
}

void AppendDecimal(Int128 value, int scale, std::string* out) {
  char digits[48];
  char* const end = digits + sizeof(digits);
  const char* begin = WriteDigits(Magnitude(value), end);
  const int adjusted = static_cast<int>(end - begin) - 1 - scale;
  if (scale == 0 || adjusted >= -6) return AppendDecimalPlain(value, scale, out);
  if (value < 0) out->push_back('-');
  out->push_back(*begin);
  if (end - begin > 1) {
    out->push_back('.');
    out->append(begin + 1, static_cast<size_t>(end - begin - 1));
  }
  out->push_back('E');
  out->append(std::to_string(adjusted));
}

}  // namespace millrace
