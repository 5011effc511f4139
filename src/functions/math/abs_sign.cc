// SPDX-License-Identifier: Apache-2.0
// ABS and SIGN: of the argument's type. ABS of the least integer stays negative, as in Java.
#include <cmath>

#include "functions/kernel_support.h"
#include "functions/math/register.h"
#include "functions/math/visit_number.h"

namespace millrace {
namespace {

ScalarKernel AbsKernel(const DataType& type) {
  return VisitNumber(type, []<typename T>() -> ScalarKernel {
    if constexpr (std::is_floating_point_v<T>) {
      return VectorUnaryKernel<T, T>([](T value) { return std::abs(value); });
    } else if constexpr (sizeof(T) == sizeof(Int128)) {
      return RowKernel<T, T>([](auto& out, T value) { out.Set(value < 0 ? -value : value); });
    } else {
      return VectorUnaryKernel<T, T>([](T value) {
        const auto negated = static_cast<T>(uint64_t{0} - static_cast<uint64_t>(value));
        return value < 0 ? negated : value;
      });
    }
  });
}

ScalarKernel SignKernel(const DataType& type) {
  return VisitNumber(type, [&]<typename T>() -> ScalarKernel {
    if constexpr (std::is_floating_point_v<T>) {
      return VectorUnaryKernel<T, T>([](T value) {
        return value > 0 ? T{1} : value < 0 ? T{-1} : value;
      });
    } else if constexpr (sizeof(T) == sizeof(Int128)) {
      // One, in the scale of the type; a DECIMAL(2, 2) has no one: NULL.
      const bool has_one = type.precision() > type.scale();
      return RowKernel<T, T>([one = PowerOfTen(type.scale()), has_one](auto& out, T value) {
        if (value != 0 && !has_one) return out.Null();
        out.Set(value > 0 ? one : value < 0 ? -one : 0);
      });
    } else {
      return VectorUnaryKernel<T, T>(
          [](T value) { return static_cast<T>((value > 0) - (value < 0)); });
    }
  });
}

ScalarFunction OfOneNumber(std::string name, ScalarKernel (*make)(const DataType&),
                           FunctionDoc doc) {
  ScalarFunction function;
  function.name = std::move(name);
  function.doc = std::move(doc);
  function.resolve = [make, name = function.name, accepted = function.doc.signature](
                         const CallSite& site) -> Result<ResolvedCall> {
    if (site.args.size() != 1) return WrongArgumentCount(name, site, accepted);
    const DataType& type = site.args[0].type;
    if (!type.is_numeric()) return NoSignature(name, site, accepted);
    return ResolvedCall{type, {type}, make(type)};
  };
  return function;
}

}  // namespace

void RegisterAbsSign(FunctionRegistry* registry) {
  registry->Register(OfOneNumber(
      "ABS", AbsKernel, {"math", "ABS(number)", "The absolute value.", "ABS(-1.5)", "1.5"}));
  registry->Register(
      OfOneNumber("SIGN", SignKernel,
                  {"math", "SIGN(number)", "-1, 0 or 1, in the number's type.", "SIGN(-5)", "-1"}));
}

}  // namespace millrace
