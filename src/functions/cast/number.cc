// SPDX-License-Identifier: Apache-2.0
// Casts between numbers as Java narrows: integers wrap; FLOAT and DOUBLE saturate at INT or BIGINT,
// then wrap to the smaller; DECIMAL is cut and wraps; what does not fit a DECIMAL is NULL.
#include <cmath>
#include <limits>

#include "base/check.h"
#include "data/decimal.h"
#include "functions/cast/cast.h"
#include "functions/cast/parse_number.h"
#include "functions/decimal_type.h"
#include "functions/kernel_support.h"

namespace millrace {
namespace {

/// Java's (int) or (long) of a floating value.
template <typename To, typename From>
To Saturate(From value) {
  if (std::isnan(value)) return 0;
  // Both bounds as floating values: the upper one is exactly 2^31 or 2^63.
  constexpr From kLow = static_cast<From>(std::numeric_limits<To>::min());
  if (value < kLow) return std::numeric_limits<To>::min();
  if (value >= -kLow) return std::numeric_limits<To>::max();
  return static_cast<To>(value);
}

template <typename From, typename To>
To NarrowNumber(From value) {
  if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    if constexpr (sizeof(To) == 8) return Saturate<int64_t>(value);
    return static_cast<To>(Saturate<int32_t>(value));
  } else {
    return static_cast<To>(value);
  }
}

template <typename To>
To DecimalToNumber(Int128 value, int scale) {
  if constexpr (std::is_floating_point_v<To>) {
    return static_cast<To>(DecimalToDouble(value, scale));
  } else {
    return static_cast<To>(static_cast<int64_t>(value / PowerOfTen(scale)));
  }
}

/// Calls `visit.operator()<T>()` with the C++ type of a number that is no DECIMAL.
template <typename Visit>
ScalarKernel VisitNumber(const DataType& type, Visit&& visit) {
  switch (type.kind()) {
    case TypeKind::kTinyInt: return visit.template operator()<int8_t>();
    case TypeKind::kSmallInt: return visit.template operator()<int16_t>();
    case TypeKind::kInt: return visit.template operator()<int32_t>();
    case TypeKind::kBigInt: return visit.template operator()<int64_t>();
    case TypeKind::kFloat: return visit.template operator()<float>();
    default: CHECK(type.kind() == TypeKind::kDouble); return visit.template operator()<double>();
  }
}

template <typename From>
ScalarKernel FixedToDecimal(const DataType& to, CastFailure failure) {
  return RowKernel<Int128, From>([to, failure](auto& out, From value) {
    std::optional<Int128> result;
    if constexpr (std::is_floating_point_v<From>) {
      if (!std::isfinite(value)) {
        return FailCast(out, failure, std::isnan(value) ? "NaN" : "Infinity", to);
      }
      result = DecimalFromDouble(static_cast<double>(value), to.precision(), to.scale());
    } else {
      result = RescaleDecimal(value, 0, to.precision(), to.scale());
    }
    result ? out.Set(*result) : out.Null();
  });
}

ScalarKernel DecimalToDecimal(const DataType& from, const DataType& to) {
  return RowKernel<Int128, Int128>([scale = from.scale(), precision = to.precision(),
                                    to_scale = to.scale()](auto& out, Int128 value) {
    const auto result = RescaleDecimal(value, scale, precision, to_scale);
    result ? out.Set(*result) : out.Null();
  });
}

template <typename To>
ScalarKernel TextToInteger(const DataType& to, CastFailure failure) {
  return RowKernel<To, std::string_view>([to, failure](auto& out, std::string_view text) {
    const auto value =
        ParseInteger(text, std::numeric_limits<To>::min(), std::numeric_limits<To>::max());
    value ? out.Set(static_cast<To>(*value)) : FailCast(out, failure, text, to);
  });
}

ScalarKernel TextToDecimal(const DataType& to, CastFailure failure) {
  return RowKernel<Int128, std::string_view>([to, failure](auto& out, std::string_view text) {
    // Flink takes Java's suffixes for what fits a long, as it goes through double there.
    const std::string_view number = to.precision() <= 18 ? TrimNumber(text) : TrimWhitespace(text);
    const auto value = ParseDecimal(number, to.precision(), to.scale());
    value ? out.Set(*value) : FailCast(out, failure, text, to);
  });
}

}  // namespace

ScalarKernel NumberToNumber(const DataType& from, const DataType& to, CastFailure failure) {
  if (from.is_decimal() && to.is_decimal()) return DecimalToDecimal(from, to);
  if (from.is_decimal()) {
    return VisitNumber(to, [&]<typename To>() -> ScalarKernel {
      return RowKernel<To, Int128>([scale = from.scale()](auto& out, Int128 value) {
        out.Set(DecimalToNumber<To>(value, scale));
      });
    });
  }
  if (to.is_decimal()) {
    return VisitNumber(from, [&]<typename From>() { return FixedToDecimal<From>(to, failure); });
  }
  return VisitNumber(from, [&]<typename From>() {
    return VisitNumber(to, []<typename To>() -> ScalarKernel {
      return VectorUnaryKernel<To, From>([](From value) { return NarrowNumber<From, To>(value); });
    });
  });
}

ScalarKernel BooleanToNumber(const DataType& to) {
  if (to.is_decimal()) {
    return RowKernel<Int128, bool>(
        [precision = to.precision(), scale = to.scale()](auto& out, bool value) {
          const auto result = RescaleDecimal(value ? 1 : 0, 0, precision, scale);
          result ? out.Set(*result) : out.Null();
        });
  }
  return VisitNumber(to, []<typename To>() -> ScalarKernel {
    return RowKernel<To, bool>([](auto& out, bool value) { out.Set(value ? 1 : 0); });
  });
}

ScalarKernel NumberToBoolean(const DataType& from) {
  if (from.is_decimal()) {
    return RowKernel<bool, Int128>([](auto& out, Int128 value) { out.Set(value != 0); });
  }
  return VisitNumber(from, []<typename From>() -> ScalarKernel {
    return VectorUnaryKernel<bool, From>([](From value) { return value != 0; });
  });
}

ScalarKernel TextToNumber(const DataType& to, CastFailure failure) {
  switch (to.kind()) {
    case TypeKind::kTinyInt: return TextToInteger<int8_t>(to, failure);
    case TypeKind::kSmallInt: return TextToInteger<int16_t>(to, failure);
    case TypeKind::kInt: return TextToInteger<int32_t>(to, failure);
    case TypeKind::kBigInt: return TextToInteger<int64_t>(to, failure);
    case TypeKind::kDecimal: return TextToDecimal(to, failure);
    case TypeKind::kFloat:
      return RowKernel<float, std::string_view>([to, failure](auto& out, std::string_view text) {
        const auto value = ParseFloat(text);
        value ? out.Set(*value) : FailCast(out, failure, text, to);
      });
    default:
      return RowKernel<double, std::string_view>([to, failure](auto& out, std::string_view text) {
        const auto value = ParseDouble(text);
        value ? out.Set(*value) : FailCast(out, failure, text, to);
      });
  }
}

ScalarKernel TextToBoolean(CastFailure failure) {
  return RowKernel<bool, std::string_view>([failure](auto& out, std::string_view text) {
    const auto value = ParseBoolean(text);
    value ? out.Set(*value) : FailCast(out, failure, text, DataType::Boolean());
  });
}

}  // namespace millrace
