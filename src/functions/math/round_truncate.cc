// SPDX-License-Identifier: Apache-2.0
// ROUND (half away from zero) and TRUNCATE (towards zero) to a number of digits behind the point,
// or before it when negative. FLOAT and DOUBLE are rounded on their shortest decimal text, as
// Java's BigDecimal: ROUND(1.005e0, 2) is 1.01. Integers wrap if the result does not fit.
#include <charconv>
#include <cmath>
#include <string>

#include "functions/kernel_support.h"
#include "functions/math/register.h"
#include "functions/math/visit_number.h"

namespace millrace {
namespace {

/// A value / 10^scale cut or rounded at `digits` behind the point; the scale stays. Unlimited
/// downwards.
Int128 RoundUnscaled(Int128 value, int scale, int64_t digits, bool truncate) {
  if (digits >= scale) return value;
  const int64_t drop = scale - digits;
  if (drop > kMaxDecimalPrecision) return 0;
  const Int128 unit = PowerOfTen(static_cast<int>(drop));
  const Int128 kept = truncate ? value / unit : DivideHalfUp(value, unit);
  Int128 result;
  return __builtin_mul_overflow(kept, unit, &result) ? 0 : result;
}

/// Rounds decimal text d.ddd * 10^exponent at `digits`; the digits are changed in place.
void RoundText(std::string* text, int exponent, int64_t digits, bool truncate, bool* carried) {
  *carried = false;
  const int64_t keep = exponent + 1 + digits;  // how many leading digits stay
  if (keep >= static_cast<int64_t>(text->size())) return;
  if (keep < 0) return void(text->assign("0"));
  const bool up = !truncate && (*text)[static_cast<size_t>(keep)] >= '5';
  text->resize(static_cast<size_t>(keep));
  if (!up) {
    if (text->empty()) text->assign("0");
    return;
  }
  size_t i = text->size();
  while (i > 0 && (*text)[i - 1] == '9') (*text)[--i] = '0';
  if (i > 0) {
    ++(*text)[i - 1];
  } else {
    text->insert(text->begin(), '1');
    *carried = true;
  }
}

double RoundDouble(double value, int64_t digits, bool truncate) {
  char buffer[64];
  const auto end =
      std::to_chars(buffer, buffer + sizeof(buffer), std::abs(value), std::chars_format::scientific)
          .ptr;
  const std::string_view shortest(buffer, static_cast<size_t>(end - buffer));
  const size_t mark = shortest.find('e');
  std::string text;
  for (const char c : shortest.substr(0, mark)) {
    if (c != '.') text.push_back(c);
  }
  std::string_view exponent_text = shortest.substr(mark + 1);
  if (exponent_text[0] == '+') exponent_text.remove_prefix(1);
  int exponent = 0;
  std::from_chars(exponent_text.data(), exponent_text.data() + exponent_text.size(), exponent);
  bool carried = false;
  RoundText(&text, exponent, digits, truncate, &carried);
  // The first digit keeps its place, or stands one higher after a carry.
  const int place = carried ? exponent + 1 : exponent;
  text += "e" + std::to_string(place - static_cast<int>(text.size()) + 1);
  double rounded = 0;
  std::from_chars(text.data(), text.data() + text.size(), rounded);
  // BigDecimal has no -0.0.
  return value < 0 && rounded != 0 ? -rounded : rounded;
}

template <typename T, typename Out>
void RoundOne(Out& out, T value, int64_t digits, bool truncate) {
  if constexpr (std::is_floating_point_v<T>) {
    if (!std::isfinite(value)) {
      return out.Fail(kInvalidArgument, "NaN and Infinity cannot be rounded");
    }
    out.Set(static_cast<T>(RoundDouble(static_cast<double>(value), digits, truncate)));
  } else {
    out.Set(static_cast<T>(RoundUnscaled(value, 0, digits, truncate)));
  }
}

ScalarKernel NumberKernel(const DataType& type, bool truncate) {
  return VisitNumber(type, [truncate]<typename T>() -> ScalarKernel {
    return RowKernel<T, T, int32_t>([truncate](auto& out, T value, int32_t digits) {
      RoundOne<T>(out, value, digits, truncate);
    });
  });
}

ScalarKernel DecimalKernel(const DataType& from, const DataType& to, bool truncate) {
  return RowKernel<Int128, Int128, int32_t>(
      [=, scale = from.scale(), precision = to.precision(), to_scale = to.scale()](
          auto& out, Int128 value, int32_t digits) {
        const Int128 rounded = RoundUnscaled(value, scale, digits, truncate);
        const auto result = RescaleDecimal(rounded, scale, precision, to_scale);
        result ? out.Set(*result) : out.Null();
      });
}

/// DECIMAL(p, s) rounded to `digits`, a literal; without one the type stays.
DataType RoundedType(const DataType& type, std::optional<int64_t> digits) {
  if (!type.is_decimal() || !digits || *digits >= type.scale()) return type;
  const int integer_digits = type.precision() - type.scale();
  const int kept = *digits < 0 ? 0 : static_cast<int>(*digits);
  const int precision = std::min(kMaxDecimalPrecision, 1 + integer_digits + kept);
  return DataType::Decimal(precision, kept).Nullable(type.nullable());
}

std::optional<int64_t> LiteralDigits(const Argument& arg) {
  if (arg.literal == nullptr || !arg.literal->is_valid) return std::nullopt;
  switch (arg.literal->type->id()) {
    case arrow::Type::INT8: return static_cast<const arrow::Int8Scalar&>(*arg.literal).value;
    case arrow::Type::INT16: return static_cast<const arrow::Int16Scalar&>(*arg.literal).value;
    case arrow::Type::INT32: return static_cast<const arrow::Int32Scalar&>(*arg.literal).value;
    default: return std::nullopt;
  }
}

/// The kernel of one argument: digits are 0.
ScalarKernel WithZeroDigits(ScalarKernel kernel) {
  return [kernel = std::move(kernel)](KernelContext& ctx, const Arguments& args, int64_t length) {
    return kernel(ctx, {args[0], arrow::Datum(int32_t{0})}, length);
  };
}

void RegisterRounding(FunctionRegistry* registry, bool truncate) {
  ScalarFunction function;
  function.name = truncate ? "TRUNCATE" : "ROUND";
  function.can_fail = true;
  function.doc = {"math", function.name + "(number [, digits])",
                  truncate ? "The number cut to that many digits behind the point; default 0."
                           : "The number rounded half away from zero to that many digits behind "
                             "the point; default 0.",
                  truncate ? "TRUNCATE(42.345, 2)" : "ROUND(42.345, 2)",
                  truncate ? "42.34" : "42.35"};
  function.resolve = [truncate, name = function.name, accepted = function.doc.signature](
                         const CallSite& site) -> Result<ResolvedCall> {
    if (site.args.empty() || site.args.size() > 2) return WrongArgumentCount(name, site, accepted);
    const DataType& type = site.args[0].type;
    const bool two = site.args.size() == 2;
    const bool int_digits =
        !two || (site.args[1].type.is_integer() && site.args[1].type.kind() != TypeKind::kBigInt);
    if (!type.is_numeric() || !int_digits) return NoSignature(name, site, accepted);
    const auto digits = two ? LiteralDigits(site.args[1]) : std::optional<int64_t>(0);
    const DataType result = RoundedType(type, digits).Nullable(AnyNullable(site));
    ScalarKernel kernel =
        type.is_decimal() ? DecimalKernel(type, result, truncate) : NumberKernel(type, truncate);
    if (!two) {
      return ResolvedCall{result, {type}, WithZeroDigits(std::move(kernel)), type.is_approximate()};
    }
    return ResolvedCall{result,
                        {type, DataType::Int().Nullable(site.args[1].type.nullable())},
                        std::move(kernel),
                        type.is_approximate()};
  };
  registry->Register(std::move(function));
}

}  // namespace

void RegisterRoundTruncate(FunctionRegistry* registry) {
  RegisterRounding(registry, false);
  RegisterRounding(registry, true);
}

}  // namespace millrace
