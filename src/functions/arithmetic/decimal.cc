// SPDX-License-Identifier: Apache-2.0
#include "base/check.h"
#include "data/wide_decimal.h"
#include "functions/arithmetic/kernels.h"
#include "functions/kernel_support.h"

namespace millrace {
namespace {

/// A row kernel of an exact operation (a, b, shape) -> optional.
template <typename Op>
ScalarKernel ExactKernel(int left_scale, int right_scale, DecimalShape shape, Op op) {
  return RowKernel<Int128, Int128, Int128>(
      [=](auto& out, Int128 a, Int128 b) {
        const std::optional<Int128> result = op({a, left_scale}, {b, right_scale}, shape);
        result ? out.Set(*result) : out.Null();
      });
}

template <typename Op>
ScalarKernel DividingKernel(int left_scale, int right_scale, DecimalShape shape, Op op) {
  return RowKernel<Int128, Int128, Int128>(
      [=](auto& out, Int128 a, Int128 b) {
        if (b == 0) return out.Fail(kDivisionByZero, "division by zero");
        const std::optional<Int128> result = op({a, left_scale}, {b, right_scale}, shape);
        result ? out.Set(*result) : out.Null();
      });
}

}  // namespace

ScalarKernel DecimalArithmetic(ArithmeticOp op, const DataType& left, const DataType& right,
                               const DataType& result) {
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
      return DividingKernel(a, b, shape,
                            [](ScaledDecimal x, ScaledDecimal y, DecimalShape wanted) {
                              return DivideDecimals(x, y, wanted);
                            });
    case ArithmeticOp::kRemainder:
      return DividingKernel(a, b, shape,
                            [](ScaledDecimal x, ScaledDecimal y, DecimalShape wanted) {
                              return DecimalRemainder(x, y, wanted);
                            });
  }
  CHECK(false);
}

}  // namespace millrace
