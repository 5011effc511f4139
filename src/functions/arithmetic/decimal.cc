// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/check.h"
#include "data/exact/wide_decimal.h"
#include "functions/arithmetic/kernels.h"
#include "functions/kernel_support.h"

namespace millrace {
namespace {

/// A row kernel of an exact operation (a, b, shape) -> optional.
template <typename Op>
ScalarKernel ExactKernel(int left_scale, int right_scale, DecimalShape shape, Op op) {
  return RowKernel<Int128, Int128, Int128>([=](auto& out, Int128 a, Int128 b) {
    const std::optional<Int128> result = op({a, left_scale}, {b, right_scale}, shape);
    result ? out.Set(*result) : out.Null();
  });
}

template <typename Op>
ScalarKernel DividingKernel(int left_scale, int right_scale, DecimalShape shape, Op op) {
  return RowKernel<Int128, Int128, Int128>([=](auto& out, Int128 a, Int128 b) {
    if (b == 0) return out.Fail(kDivisionByZero, "division by zero");
    const std::optional<Int128> result = op({a, left_scale}, {b, right_scale}, shape);
    result ? out.Set(*result) : out.Null();
  });
}

/// Operands whose sum, product or quotient cannot leave 128 bits nor the result's precision: then
/// plain integer arithmetic does. That is so whenever the result's type was not cut to 38 digits.
bool SumIsNarrow(const DataType& left, const DataType& right, const DataType& result) {
  const int scale = std::max(left.scale(), right.scale());
  return result.scale() == scale && left.precision() + scale - left.scale() < result.precision() &&
         right.precision() + scale - right.scale() < result.precision();
}

bool ProductIsNarrow(const DataType& left, const DataType& right, const DataType& result) {
  return result.scale() == left.scale() + right.scale() &&
         left.precision() + right.precision() <= result.precision();
}

bool QuotientIsNarrow(const DataType& left, const DataType& right, const DataType& result) {
  const int shift = result.scale() + right.scale() - left.scale();
  return shift >= 0 && left.precision() + shift <= kMaxDecimalPrecision &&
         left.precision() + shift <= result.precision();
}

ScalarKernel NarrowSum(const DataType& left, const DataType& right, int sign) {
  const int scale = std::max(left.scale(), right.scale());
  if (left.scale() == right.scale()) {
    return RowKernel<Int128, Int128, Int128>(
        [sign](auto& out, Int128 a, Int128 b) { out.Set(sign > 0 ? a + b : a - b); });
  }
  return RowKernel<Int128, Int128, Int128>(
      [by_left = PowerOfTen(scale - left.scale()),
       by_right = PowerOfTen(scale - right.scale()) * sign](auto& out, Int128 a, Int128 b) {
        out.Set(a * by_left + b * by_right);
      });
}

ScalarKernel NarrowQuotient(int shift) {
  return RowKernel<Int128, Int128, Int128>(
      [factor = PowerOfTen(shift)](auto& out, Int128 a, Int128 b) {
        if (b == 0) return out.Fail(kDivisionByZero, "division by zero");
        const Int128 dividend = a * factor;
        out.Set(b < 0 ? DivideHalfUp(-dividend, -b) : DivideHalfUp(dividend, b));
      });
}

template <typename T>
ScalarKernel WholeRemainder() {
  return RowKernel<T, Int128, Int128>([](auto& out, Int128 a, Int128 b) {
    if (b == 0) return out.Fail(kDivisionByZero, "division by zero");
    out.Set(static_cast<T>(a % b));
  });
}

/// The kernel for narrow operands; empty if they are not.
ScalarKernel NarrowArithmetic(ArithmeticOp op, const DataType& left, const DataType& right,
                              const DataType& result) {
  switch (op) {
    case ArithmeticOp::kAdd:
    case ArithmeticOp::kSubtract:
      if (!SumIsNarrow(left, right, result)) return nullptr;
      return NarrowSum(left, right, op == ArithmeticOp::kAdd ? 1 : -1);
    case ArithmeticOp::kMultiply:
      if (!ProductIsNarrow(left, right, result)) return nullptr;
      return RowKernel<Int128, Int128, Int128>(
          [](auto& out, Int128 a, Int128 b) { out.Set(a * b); });
    case ArithmeticOp::kDivide:
      if (!QuotientIsNarrow(left, right, result)) return nullptr;
      return NarrowQuotient(result.scale() + right.scale() - left.scale());
    default: return nullptr;
  }
}

}  // namespace

ScalarKernel DecimalArithmetic(ArithmeticOp op, const DataType& left, const DataType& right,
                               const DataType& result) {
  if (ScalarKernel narrow = NarrowArithmetic(op, left, right, result)) return narrow;
  const DecimalShape shape{result.precision(), result.scale()};
  const int a = left.scale();
  const int b = right.scale();
  switch (op) {
    case ArithmeticOp::kAdd:
      return ExactKernel(a, b, shape, [](ScaledDecimal x, ScaledDecimal y, DecimalShape wanted) {
        return AddDecimals(x, y, wanted);
      });
    case ArithmeticOp::kSubtract:
      return ExactKernel(a, b, shape, [](ScaledDecimal x, ScaledDecimal y, DecimalShape wanted) {
        return AddDecimals(x, {-y.value, y.scale}, wanted);
      });
    case ArithmeticOp::kMultiply:
      return ExactKernel(a, b, shape, [](ScaledDecimal x, ScaledDecimal y, DecimalShape wanted) {
        return MultiplyDecimals(x, y, wanted);
      });
    case ArithmeticOp::kDivide:
      return DividingKernel(a, b, shape, [](ScaledDecimal x, ScaledDecimal y, DecimalShape wanted) {
        return DivideDecimals(x, y, wanted);
      });
    case ArithmeticOp::kRemainder:
      return DividingKernel(a, b, shape, [](ScaledDecimal x, ScaledDecimal y, DecimalShape wanted) {
        return DecimalRemainder(x, y, wanted);
      });
  }
  CHECK(false);
}

ScalarKernel WholeDecimalRemainder(const DataType& result) {
  switch (result.kind()) {
    case TypeKind::kTinyInt: return WholeRemainder<int8_t>();
    case TypeKind::kSmallInt: return WholeRemainder<int16_t>();
    case TypeKind::kInt: return WholeRemainder<int32_t>();
    default: return WholeRemainder<int64_t>();
  }
}

}  // namespace millrace
