// SPDX-License-Identifier: Apache-2.0
// GREATEST and LEAST of any number of comparable values; NULL if one of them is. NaN is above all
// numbers and -0.0 below 0.0, as Java orders them.
#include <cmath>
#include <cstring>

#include "functions/coercion.h"
#include "functions/kernel_support.h"
#include "functions/math/register.h"

namespace millrace {
namespace {

template <typename T>
bool Before(const T& a, const T& b) {
  if constexpr (std::is_floating_point_v<T>) {
    if (a < b) return true;
    if (a > b || std::isnan(a)) return false;
    return std::isnan(b) || (std::signbit(a) && !std::signbit(b));
  } else {
    return a < b;
  }
}

template <typename T>
ScalarKernel ExtremeKernel(bool greatest) {
  return [greatest](KernelContext& ctx, const Arguments& args, int64_t length) {
    return RunKernel(ctx, args, length, [&](int64_t rows) {
      std::vector<ReaderFor<T>> readers;
      for (const arrow::Datum& arg : args) readers.emplace_back(arg);
      Writer<T> out(&ctx, rows);
      for (int64_t i = 0; i < rows; ++i) {
        bool null = false;
        for (const auto& reader : readers) null |= reader.IsNull(i);
        if (null) {
          out.Null();
        } else {
          T best = readers[0][i];
          for (size_t k = 1; k < readers.size(); ++k) {
            const T value = readers[k][i];
            if (greatest ? Before(best, value) : Before(value, best)) best = value;
          }
          out.Set(best);
        }
        out.EndRow();
      }
      return out.Finish(ctx.result_type.ToArrow());
    });
  };
}

std::optional<ScalarKernel> KernelOf(const DataType& type, bool greatest) {
  switch (type.kind()) {
    case TypeKind::kBoolean: return ExtremeKernel<bool>(greatest);
    case TypeKind::kTinyInt: return ExtremeKernel<int8_t>(greatest);
    case TypeKind::kSmallInt: return ExtremeKernel<int16_t>(greatest);
    case TypeKind::kInt:
    case TypeKind::kDate:
    case TypeKind::kTime:
    case TypeKind::kIntervalYearMonth: return ExtremeKernel<int32_t>(greatest);
    case TypeKind::kBigInt:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
    case TypeKind::kIntervalDayTime: return ExtremeKernel<int64_t>(greatest);
    case TypeKind::kFloat: return ExtremeKernel<float>(greatest);
    case TypeKind::kDouble: return ExtremeKernel<double>(greatest);
    case TypeKind::kDecimal: return ExtremeKernel<Int128>(greatest);
    case TypeKind::kChar:
    case TypeKind::kVarchar:
    case TypeKind::kBinary:
    case TypeKind::kVarbinary: return ExtremeKernel<std::string_view>(greatest);
    default: return std::nullopt;
  }
}

void RegisterExtreme(FunctionRegistry* registry, bool greatest) {
  ScalarFunction function;
  function.name = greatest ? "GREATEST" : "LEAST";
  function.doc = {"math", function.name + "(value, ...)",
                  std::string(greatest ? "The greatest" : "The least") +
                      " of the values, in their common type; NULL if one is NULL.",
                  function.name + "(3, 1, 2)", greatest ? "3" : "1"};
  function.resolve = [greatest, name = function.name, accepted = function.doc.signature](
                         const CallSite& site) -> Result<ResolvedCall> {
    if (site.args.empty()) return WrongArgumentCount(name, site, accepted);
    std::vector<DataType> types;
    for (const Argument& arg : site.args) types.push_back(arg.type);
    const auto common = CommonArgumentType(types);
    if (!common) return NoSignature(name, site, accepted + " of types that compare");
    auto kernel = KernelOf(*common, greatest);
    if (!kernel) return NoSignature(name, site, accepted + " of types that have an order");
    for (DataType& type : types) type = common->Nullable(type.nullable());
    return ResolvedCall{common->Nullable(AnyNullable(site)), std::move(types), *std::move(kernel)};
  };
  registry->Register(std::move(function));
}

}  // namespace

void RegisterGreatestLeast(FunctionRegistry* registry) {
  RegisterExtreme(registry, true);
  RegisterExtreme(registry, false);
}

}  // namespace millrace
