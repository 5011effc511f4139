// SPDX-License-Identifier: Apache-2.0
// Arithmetic on integers and approximate numbers: tight loops over the raw columns.
#include <cstdint>
#include <type_traits>

#include "base/check.h"
#include "functions/arithmetic/kernels.h"
#include "functions/kernel_support.h"

namespace millrace {
namespace {

/// An unsigned type in which T wraps without promotion to a signed one.
template <typename T>
using Wrapping = std::conditional_t<sizeof(T) < 4, uint32_t, std::make_unsigned_t<T>>;

struct Add {
  template <typename T>
  T operator()(T a, T b) const {
    if constexpr (std::is_floating_point_v<T>)
      return a + b;
    else
      return static_cast<T>(static_cast<Wrapping<T>>(a) + static_cast<Wrapping<T>>(b));
  }
};

struct Subtract {
  template <typename T>
  T operator()(T a, T b) const {
    if constexpr (std::is_floating_point_v<T>)
      return a - b;
    else
      return static_cast<T>(static_cast<Wrapping<T>>(a) - static_cast<Wrapping<T>>(b));
  }
};

struct Multiply {
  template <typename T>
  T operator()(T a, T b) const {
    if constexpr (std::is_floating_point_v<T>)
      return a * b;
    else
      return static_cast<T>(static_cast<Wrapping<T>>(a) * static_cast<Wrapping<T>>(b));
  }
};

/// Integer division with a divisor that is not zero; the minimum by -1 wraps.
struct Divide {
  template <typename T>
  T operator()(T a, T b) const {
    if constexpr (std::is_floating_point_v<T>)
      return a / b;
    else
      return b == -1 ? Subtract()(T{0}, a) : static_cast<T>(a / b);
  }
};

struct Remainder {
  template <typename T>
  T operator()(T a, T b) const {
    return b == -1 ? T{0} : static_cast<T>(a % b);
  }
};

template <typename T>
bool AnyZero(const ColumnReader<T>& divisor, int64_t length) {
  const T* values = divisor.values();
  const int64_t count = divisor.is_scalar() ? 1 : length;
  bool any = false;
  for (int64_t i = 0; i < count; ++i) any |= values[i] == 0;
  return any;
}

/// Integer division: without a zero in sight a plain loop, otherwise row by row.
template <typename Out, typename T, typename Op>
ScalarKernel Dividing(Op op) {
  return [op](KernelContext& ctx, const Arguments& args, int64_t length) {
    const ColumnReader<T> divisor(args[1]);
    if (divisor.all_null() || !AnyZero(divisor, length)) {
      return VectorBinary<Out, T, T>(ctx, args, length,
                                     [op](T a, T b) { return static_cast<Out>(op(a, b)); });
    }
    return MapRows<Out, T, T>(ctx, args, length, [op](auto& out, T a, T b) {
      if (b == 0) return out.Fail(kDivisionByZero, "division by zero");
      out.Set(static_cast<Out>(op(a, b)));
    });
  };
}

template <typename T>
ScalarKernel SameType(ArithmeticOp op) {
  switch (op) {
    case ArithmeticOp::kAdd: return VectorBinaryKernel<T, T, T>(Add());
    case ArithmeticOp::kSubtract: return VectorBinaryKernel<T, T, T>(Subtract());
    case ArithmeticOp::kMultiply: return VectorBinaryKernel<T, T, T>(Multiply());
    default:
      CHECK(op == ArithmeticOp::kDivide);
      if constexpr (std::is_floating_point_v<T>) {
        return VectorBinaryKernel<T, T, T>(Divide());
      } else {
        return Dividing<T, T>(Divide());
      }
  }
}

template <typename T>
ScalarKernel RemainderOf(const DataType& result) {
  switch (result.kind()) {
    case TypeKind::kTinyInt: return Dividing<int8_t, T>(Remainder());
    case TypeKind::kSmallInt: return Dividing<int16_t, T>(Remainder());
    case TypeKind::kInt: return Dividing<int32_t, T>(Remainder());
    default: return Dividing<int64_t, T>(Remainder());
  }
}

template <typename T>
ScalarKernel IntegerArithmetic(ArithmeticOp op, const DataType& result) {
  return op == ArithmeticOp::kRemainder ? RemainderOf<T>(result) : SameType<T>(op);
}

template <typename T>
ScalarKernel Negation() {
  return VectorUnaryKernel<T, T>([](T value) {
    if constexpr (std::is_floating_point_v<T>)
      return -value;
    else
      return Subtract()(T{0}, value);
  });
}

}  // namespace

ScalarKernel NumericArithmetic(ArithmeticOp op, const DataType& args, const DataType& result) {
  switch (args.kind()) {
    case TypeKind::kTinyInt: return IntegerArithmetic<int8_t>(op, result);
    case TypeKind::kSmallInt: return IntegerArithmetic<int16_t>(op, result);
    case TypeKind::kInt:
    case TypeKind::kIntervalYearMonth: return IntegerArithmetic<int32_t>(op, result);
    case TypeKind::kBigInt:
    case TypeKind::kIntervalDayTime: return IntegerArithmetic<int64_t>(op, result);
    case TypeKind::kFloat: return SameType<float>(op);
    default: CHECK(args.kind() == TypeKind::kDouble); return SameType<double>(op);
  }
}

ScalarKernel NumericNegation(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::kTinyInt: return Negation<int8_t>();
    case TypeKind::kSmallInt: return Negation<int16_t>();
    case TypeKind::kInt:
    case TypeKind::kIntervalYearMonth: return Negation<int32_t>();
    case TypeKind::kBigInt:
    case TypeKind::kIntervalDayTime: return Negation<int64_t>();
    case TypeKind::kFloat: return Negation<float>();
    case TypeKind::kDouble: return Negation<double>();
    default:
      CHECK(type.is_decimal());
      return RowKernel<Int128, Int128>([](auto& out, Int128 value) { out.Set(-value); });
  }
}

}  // namespace millrace
