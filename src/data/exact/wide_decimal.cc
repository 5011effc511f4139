// SPDX-License-Identifier: Apache-2.0
// Arrow's Decimal256 serves as a 256-bit integer here; its rounding and scaling are not used.
#include "data/exact/wide_decimal.h"

#include <arrow/util/decimal.h>

#include <algorithm>

#include "base/check.h"

namespace millrace {
namespace {

using Wide = arrow::BasicDecimal256;

constexpr int kMaxWideExponent = 76;

Wide WideOf(Int128 value) {
  return Wide(
      arrow::BasicDecimal128(static_cast<int64_t>(value >> 64), static_cast<uint64_t>(value)));
}

/// The value if it fits 128 bits.
std::optional<Int128> Narrow(const Wide& wide) {
  const auto& words = wide.little_endian_array();
  const Int128 low = static_cast<Int128>((static_cast<UInt128>(words[1]) << 64) | words[0]);
  const uint64_t fill = low < 0 ? ~uint64_t{0} : 0;
  if (words[2] != fill || words[3] != fill) return std::nullopt;
  return low;
}

Wide WidePower(int exponent) { return Wide::GetScaleMultiplier(exponent); }

std::optional<Int128> Fit(std::optional<Int128> value, int precision) {
  if (!value || !FitsPrecision(*value, precision)) return std::nullopt;
  return value;
}

Wide DivideHalfUpWide(const Wide& dividend, const Wide& divisor) {
  Wide quotient;
  Wide rest;
  dividend.Divide(divisor, &quotient, &rest);
  rest.Abs();
  Wide positive = divisor;
  positive.Abs();
  rest *= Wide(2);
  if (rest >= positive) {
    quotient += dividend.IsNegative() == divisor.IsNegative() ? Wide(1) : Wide(-1);
  }
  return quotient;
}

/// A wide value of `scale` brought to the shape.
std::optional<Int128> RescaleWide(const Wide& value, int scale, DecimalShape shape) {
  if (shape.scale == scale) return Fit(Narrow(value), shape.precision);
  CHECK_LT(shape.scale, scale);
  return Fit(Narrow(DivideHalfUpWide(value, WidePower(scale - shape.scale))), shape.precision);
}

/// value * 10^exponent if that fits 128 bits.
bool ScaleUp(Int128 value, int exponent, Int128* scaled) {
  if (exponent == 0) {
    *scaled = value;
    return true;
  }
  if (exponent <= 18 && FitsInt64(value)) {  // cannot overflow, and needs no library call
    *scaled = static_cast<Int128>(static_cast<int64_t>(value)) *
              static_cast<int64_t>(PowerOfTen(exponent));
    return true;
  }
  if (exponent > kMaxDecimalPrecision) return value == 0 ? (*scaled = 0, true) : false;
  return !__builtin_mul_overflow(value, PowerOfTen(exponent), scaled);
}

int DigitCount(Int128 value) {
  int digits = 1;
  while (digits <= kMaxDecimalPrecision && !FitsPrecision(value, digits)) ++digits;
  return digits;
}

}  // namespace

std::optional<Int128> AddDecimals(ScaledDecimal a, ScaledDecimal b, DecimalShape shape) {
  const int scale = std::max(a.scale, b.scale);
  Int128 left, right, sum;
  if (ScaleUp(a.value, scale - a.scale, &left) && ScaleUp(b.value, scale - b.scale, &right) &&
      !__builtin_add_overflow(left, right, &sum)) {
    if (shape.scale == scale) return Fit(sum, shape.precision);
    return RescaleDecimal(sum, scale, shape.precision, shape.scale);
  }
  const Wide wide =
      WideOf(a.value) * WidePower(scale - a.scale) + WideOf(b.value) * WidePower(scale - b.scale);
  return RescaleWide(wide, scale, shape);
}

std::optional<Int128> MultiplyDecimals(ScaledDecimal a, ScaledDecimal b, DecimalShape shape) {
  const int scale = a.scale + b.scale;
  Int128 product;
  const bool small = FitsInt64(a.value) && FitsInt64(b.value);
  if (small) {
    product = static_cast<Int128>(static_cast<int64_t>(a.value)) * static_cast<int64_t>(b.value);
  }
  if (small || !__builtin_mul_overflow(a.value, b.value, &product)) {
    if (shape.scale == scale) return Fit(product, shape.precision);
    return RescaleDecimal(product, scale, shape.precision, shape.scale);
  }
  return RescaleWide(WideOf(a.value) * WideOf(b.value), scale, shape);
}

std::optional<Int128> DivideDecimals(ScaledDecimal a, ScaledDecimal b, DecimalShape shape) {
  // The quotient is a * 10^shift / b; with a negative shift b grows instead.
  const int shift = shape.scale + b.scale - a.scale;
  if (shift >= 0) {
    Int128 dividend;
    if (ScaleUp(a.value, shift, &dividend)) {
      const Int128 divisor = b.value < 0 ? -b.value : b.value;
      return Fit(DivideHalfUp(b.value < 0 ? -dividend : dividend, divisor), shape.precision);
    }
    // Beyond 76 digits the quotient by at most 38 digits has over 38.
    if (shift > kMaxWideExponent || DigitCount(a.value) + shift > kMaxWideExponent) {
      return std::nullopt;
    }
    return Fit(Narrow(DivideHalfUpWide(WideOf(a.value) * WidePower(shift), WideOf(b.value))),
               shape.precision);
  }
  return Fit(Narrow(DivideHalfUpWide(WideOf(a.value), WideOf(b.value) * WidePower(-shift))),
             shape.precision);
}

std::optional<Int128> DecimalRemainder(ScaledDecimal a, ScaledDecimal b, DecimalShape shape) {
  const int scale = std::max(a.scale, b.scale);
  Int128 left, right;
  if (ScaleUp(a.value, scale - a.scale, &left) && ScaleUp(b.value, scale - b.scale, &right)) {
    return RescaleDecimal(left % right, scale, shape.precision, shape.scale);
  }
  const Wide rest = (WideOf(a.value) * WidePower(scale - a.scale)) %
                    (WideOf(b.value) * WidePower(scale - b.scale));
  return RescaleWide(rest, scale, shape);
}

int CompareDecimals(ScaledDecimal a, ScaledDecimal b) {
  const int scale = std::max(a.scale, b.scale);
  Int128 left, right;
  if (ScaleUp(a.value, scale - a.scale, &left) && ScaleUp(b.value, scale - b.scale, &right)) {
    return left < right ? -1 : left > right ? 1 : 0;
  }
  const Wide wide_left = WideOf(a.value) * WidePower(scale - a.scale);
  const Wide wide_right = WideOf(b.value) * WidePower(scale - b.scale);
  return wide_left < wide_right ? -1 : wide_left > wide_right ? 1 : 0;
}

}  // namespace millrace
