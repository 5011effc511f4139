// SPDX-License-Identifier: Apache-2.0
// Decimal arithmetic: exact on 128 bits where that suffices, otherwise through 256. Results are
// rounded half away from zero to the wanted scale; nullopt when they have more digits than wanted.
#pragma once

#include <optional>

#include "data/decimal.h"

namespace millrace {

/// An operand: value / 10^scale.
struct ScaledDecimal {
  Int128 value = 0;
  int scale = 0;
};

/// The wanted precision and scale.
struct DecimalShape {
  int precision = 38;
  int scale = 0;
};

std::optional<Int128> AddDecimals(ScaledDecimal a, ScaledDecimal b, DecimalShape shape);
std::optional<Int128> MultiplyDecimals(ScaledDecimal a, ScaledDecimal b, DecimalShape shape);
/// REQUIRES: b is not zero.
std::optional<Int128> DivideDecimals(ScaledDecimal a, ScaledDecimal b, DecimalShape shape);
/// Takes the sign of a. REQUIRES: b is not zero.
std::optional<Int128> DecimalRemainder(ScaledDecimal a, ScaledDecimal b, DecimalShape shape);
/// -1, 0 or 1, exact whatever the scales.
int CompareDecimals(ScaledDecimal a, ScaledDecimal b);

}  // namespace millrace
