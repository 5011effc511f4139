// SPDX-License-Identifier: Apache-2.0
// The operators + - * / % and MOD: typing as in Flink, then a kernel by family.
#include <array>

#include "functions/arithmetic/kernels.h"
#include "functions/builtin.h"
#include "functions/coercion.h"
#include "functions/decimal_type.h"
#include "functions/kernel_support.h"
#include "functions/time/datetime_difference.h"

namespace millrace {
namespace {

bool IsPoint(const DataType& type) {
  return type.kind() == TypeKind::kDate || type.kind() == TypeKind::kTime || type.is_timestamp();
}

DataType DecimalResult(ArithmeticOp op, const DataType& left, const DataType& right) {
  switch (op) {
    case ArithmeticOp::kMultiply: return DecimalProductType(left, right);
    case ArithmeticOp::kDivide: return DecimalQuotientType(left, right);
    case ArithmeticOp::kRemainder: return DecimalRemainderType(left, right);
    default: return DecimalSumType(left, right);
  }
}

ResolvedCall ResolveNumbers(ArithmeticOp op, const DataType& left, const DataType& right) {
  const bool nullable = left.nullable() || right.nullable();
  const bool approximate = left.is_approximate() || right.is_approximate();
  if (!approximate && (left.is_decimal() || right.is_decimal())) {
    const DataType a = DecimalOf(left);
    const DataType b = DecimalOf(right);
    const bool whole = op == ArithmeticOp::kRemainder && a.scale() == 0 && b.scale() == 0;
    const DataType result = whole ? right : DecimalResult(op, a, b);
    return {
        result.Nullable(nullable),
        {a.Nullable(left.nullable()), b.Nullable(right.nullable())},
        result.is_decimal() ? DecimalArithmetic(op, a, b, result) : WholeDecimalRemainder(result)};
  }
  const DataType common = *CommonType(std::array{left, right});
  const DataType result = op == ArithmeticOp::kRemainder ? right : common;
  return {result.Nullable(nullable),
          {common.Nullable(left.nullable()), common.Nullable(right.nullable())},
          NumericArithmetic(op, common, result)};
}

/// interval op interval, and interval times integer.
std::optional<ResolvedCall> ResolveIntervals(ArithmeticOp op, const DataType& left,
                                             const DataType& right) {
  const bool nullable = left.nullable() || right.nullable();
  const bool additive = op == ArithmeticOp::kAdd || op == ArithmeticOp::kSubtract;
  if (left.is_interval() && left.kind() == right.kind() && additive) {
    return ResolvedCall{left.Nullable(nullable), {left, right}, NumericArithmetic(op, left, left)};
  }
  if (op != ArithmeticOp::kMultiply) return std::nullopt;
  const bool interval_first = left.is_interval() && right.is_integer();
  if (!interval_first && !(right.is_interval() && left.is_integer())) return std::nullopt;
  const DataType& interval = interval_first ? left : right;
  const DataType& number = interval_first ? right : left;
  const DataType factor =
      interval.kind() == TypeKind::kIntervalYearMonth ? DataType::Int() : DataType::BigInt();
  const DataType cast = factor.Nullable(number.nullable());
  return ResolvedCall{interval.Nullable(nullable),
                      interval_first ? std::vector{left, cast} : std::vector{cast, right},
                      NumericArithmetic(op, interval, interval)};
}

std::optional<ResolvedCall> ResolvePoints(ArithmeticOp op, const DataType& left,
                                          const DataType& right) {
  const bool interval_first = left.is_interval();
  const DataType& point = interval_first ? right : left;
  const DataType& interval = interval_first ? left : right;
  if (!IsPoint(point) || !interval.is_interval()) return std::nullopt;
  if (op != ArithmeticOp::kAdd && (op != ArithmeticOp::kSubtract || interval_first)) {
    return std::nullopt;
  }
  const DataType result =
      point.WithTimeAttribute(TimeAttribute::kNone).Nullable(left.nullable() || right.nullable());
  return ResolvedCall{
      result, {left, right}, PointPlusInterval(op, point, interval, interval_first)};
}

Result<arrow::Datum> ReturnArgument(KernelContext&, const Arguments& args, int64_t) {
  return args[0];
}

std::optional<ResolvedCall> ResolveSign(ArithmeticOp op, const DataType& type) {
  if (!type.is_numeric() && !type.is_interval()) return std::nullopt;
  if (op == ArithmeticOp::kAdd) return ResolvedCall{type, {type}, ReturnArgument};
  if (op == ArithmeticOp::kSubtract) return ResolvedCall{type, {type}, NumericNegation(type)};
  return std::nullopt;
}

std::optional<ResolvedCall> ResolveTwo(ArithmeticOp op, const DataType& left,
                                       const DataType& right) {
  if (left.is_numeric() && right.is_numeric()) {
    const bool approximate = left.is_approximate() || right.is_approximate();
    if (op == ArithmeticOp::kRemainder && approximate) return std::nullopt;
    return ResolveNumbers(op, left, right);
  }
  if (auto call = ResolveIntervals(op, left, right)) return call;
  return ResolvePoints(op, left, right);
}

/// Division by an exact zero, and nanoseconds beyond 2262.
bool CanFail(ArithmeticOp op, const DataType& result) {
  if (op == ArithmeticOp::kDivide || op == ArithmeticOp::kRemainder) {
    return !result.is_approximate();
  }
  return result.is_timestamp() && result.precision() > 6;
}

struct Operator {
  ArithmeticOp op;
  const char* name;
  const char* accepted;
  FunctionDoc doc;
  std::vector<std::string> aliases = {};
};

void RegisterOperator(FunctionRegistry* registry, Operator spec) {
  ScalarFunction function;
  function.name = spec.name;
  function.aliases = spec.aliases;
  function.can_fail = true;
  function.doc = std::move(spec.doc);
  function.resolve =
      [op = spec.op, name = std::string(spec.name),
       accepted = std::string(spec.accepted)](const CallSite& site) -> Result<ResolvedCall> {
    if (op == ArithmeticOp::kSubtract && !site.options.empty()) {
      return ResolveDatetimeDifference(site);
    }
    if (site.args.empty() || site.args.size() > 2) return WrongArgumentCount(name, site, accepted);
    auto call = site.args.size() == 1 ? ResolveSign(op, site.args[0].type)
                                      : ResolveTwo(op, site.args[0].type, site.args[1].type);
    if (!call) return NoSignature(name, site, accepted);
    call->can_fail = CanFail(op, call->result);
    return *std::move(call);
  };
  registry->Register(std::move(function));
}

}  // namespace

void RegisterArithmeticFunctions(FunctionRegistry* registry) {
  RegisterOperator(registry,
                   {ArithmeticOp::kAdd,
                    "+",
                    "number + number, time + interval, interval + interval",
                    {"arithmetic", "a + b",
                     "Sum. Integers wrap on overflow; a DECIMAL that does not fit is NULL. A date, "
                     "time or timestamp moves by an interval.",
                     "TIMESTAMP '2024-01-31 00:00:00' + INTERVAL '1' MONTH", "2024-02-29T00:00"}});
  RegisterOperator(registry,
                   {ArithmeticOp::kSubtract,
                    "-",
                    "number - number, -number, time - interval, interval - interval",
                    {"arithmetic", "a - b",
                     "Difference, or with one argument the negative. See also TIMESTAMPDIFF.",
                     "1.5 - 2", "-0.5"}});
  RegisterOperator(registry, {ArithmeticOp::kMultiply,
                              "*",
                              "number * number, interval * integer",
                              {"arithmetic", "a * b",
                               "Product. DECIMAL(p1, s1) * DECIMAL(p2, s2) is DECIMAL(p1 + p2 + 1, "
                               "s1 + s2).",
                               "1.5 * 1.5", "2.25"}});
  RegisterOperator(
      registry, {ArithmeticOp::kDivide,
                 "/",
                 "number / number",
                 {"arithmetic", "a / b",
                  "Quotient. Of integers it is an integer, cut towards zero. Division of an exact "
                  "number by zero fails the row; of FLOAT and DOUBLE it is Infinity or NaN.",
                  "7 / 2", "3"}});
  RegisterOperator(registry, {ArithmeticOp::kRemainder,
                              "%",
                              "exact number % exact number",
                              {"arithmetic", "a % b",
                               "Remainder, with the sign of a and the type of b.", "-5 % 3", "-2"},
                              {"MOD"}});
}

}  // namespace millrace
