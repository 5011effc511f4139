// SPDX-License-Identifier: Apache-2.0
// Comparisons of single values. Numbers are tight loops; NaN compares as IEEE 754 says; text and
// bytes compare byte by byte as unsigned, which for UTF-8 is the order of code points.
#include "base/check.h"
#include "data/exact/wide_decimal.h"
#include "functions/comparison/kernels.h"
#include "functions/kernel_support.h"

namespace millrace {
namespace {

template <typename T, CompareOp op>
struct Compare {
  bool operator()(T a, T b) const {
    if constexpr (op == CompareOp::kEqual)
      return a == b;
    else if constexpr (op == CompareOp::kNotEqual)
      return a != b;
    else if constexpr (op == CompareOp::kLess)
      return a < b;
    else if constexpr (op == CompareOp::kLessOrEqual)
      return a <= b;
    else if constexpr (op == CompareOp::kGreater)
      return a > b;
    else
      return a >= b;
  }
};

/// Calls `make.operator()<op>()` for the operator at hand.
template <typename Make>
ScalarKernel WithOp(CompareOp op, Make&& make) {
  switch (op) {
    case CompareOp::kEqual: return make.template operator()<CompareOp::kEqual>();
    case CompareOp::kNotEqual: return make.template operator()<CompareOp::kNotEqual>();
    case CompareOp::kLess: return make.template operator()<CompareOp::kLess>();
    case CompareOp::kLessOrEqual: return make.template operator()<CompareOp::kLessOrEqual>();
    case CompareOp::kGreater: return make.template operator()<CompareOp::kGreater>();
    default: return make.template operator()<CompareOp::kGreaterOrEqual>();
  }
}

template <typename T>
ScalarKernel CompareNumbers(CompareOp op) {
  return WithOp(op, []<CompareOp kOp>() -> ScalarKernel {
    return VectorBinaryKernel<bool, T, T>(Compare<T, kOp>());
  });
}

ScalarKernel CompareText(CompareOp op) {
  return WithOp(op, []<CompareOp kOp>() -> ScalarKernel {
    return RowKernel<bool, std::string_view, std::string_view>(
        [](auto& out, std::string_view a, std::string_view b) {
          out.Set(Compare<std::string_view, kOp>()(a, b));
        });
  });
}

ScalarKernel CompareBooleans(CompareOp op) {
  return WithOp(op, []<CompareOp kOp>() -> ScalarKernel {
    return RowKernel<bool, bool, bool>(
        [](auto& out, bool a, bool b) { out.Set(Compare<int, kOp>()(a ? 1 : 0, b ? 1 : 0)); });
  });
}

ScalarKernel CompareExact(CompareOp op, int left_scale, int right_scale) {
  if (left_scale == right_scale) {
    return WithOp(op, []<CompareOp kOp>() -> ScalarKernel {
      return RowKernel<bool, Int128, Int128>(
          [](auto& out, Int128 a, Int128 b) { out.Set(Compare<Int128, kOp>()(a, b)); });
    });
  }
  return RowKernel<bool, Int128, Int128>(
      [op, left_scale, right_scale](auto& out, Int128 a, Int128 b) {
        out.Set(Satisfies(op, CompareDecimals({a, left_scale}, {b, right_scale})));
      });
}

}  // namespace

ScalarKernel Comparison(CompareOp op, const DataType& left, const DataType& right) {
  switch (left.kind()) {
    case TypeKind::kBoolean: return CompareBooleans(op);
    case TypeKind::kTinyInt: return CompareNumbers<int8_t>(op);
    case TypeKind::kSmallInt: return CompareNumbers<int16_t>(op);
    case TypeKind::kInt:
    case TypeKind::kDate:
    case TypeKind::kTime:
    case TypeKind::kIntervalYearMonth: return CompareNumbers<int32_t>(op);
    case TypeKind::kBigInt:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
    case TypeKind::kIntervalDayTime: return CompareNumbers<int64_t>(op);
    case TypeKind::kFloat: return CompareNumbers<float>(op);
    case TypeKind::kDouble: return CompareNumbers<double>(op);
    case TypeKind::kDecimal: return CompareExact(op, left.scale(), right.scale());
    case TypeKind::kChar:
    case TypeKind::kVarchar:
    case TypeKind::kBinary:
    case TypeKind::kVarbinary: return CompareText(op);
    default: return NestedComparison(op, left);
  }
}

}  // namespace millrace
