// SPDX-License-Identifier: Apache-2.0
// The comparison operators and IS [NOT] DISTINCT FROM: typing, then a kernel by type.
#include "functions/builtin.h"
#include "functions/coercion.h"
#include "functions/comparison/kernels.h"
#include "functions/comparison/register.h"
#include "functions/decimal_type.h"
#include "functions/kernel_support.h"

namespace millrace {
namespace {

constexpr const char* kAccepted = "two values of one kind: numbers, texts, times of one kind, ...";

bool IsExact(const DataType& type) { return type.is_integer() || type.is_decimal(); }

/// The types both sides are cast to; nullopt if they do not compare.
std::optional<std::vector<DataType>> ComparedTypes(const CallSite& site, bool equality) {
  const DataType& left = site.args[0].type;
  const DataType& right = site.args[1].type;
  if (IsExact(left) && IsExact(right) && (left.is_decimal() || right.is_decimal())) {
    // Compared as they are: a common DECIMAL might not hold both.
    return std::vector{DecimalOf(left).Nullable(left.nullable()),
                       DecimalOf(right).Nullable(right.nullable())};
  }
  const auto common = ComparisonType(left, right, equality);
  if (!common || common->kind() == TypeKind::kNull) return std::nullopt;
  if (common->is_character() || common->is_binary()) return std::vector{left, right};
  return std::vector{common->Nullable(left.nullable()), common->Nullable(right.nullable())};
}

std::string HintFor(const CallSite& site) {
  const bool text = site.args[0].type.is_character() != site.args[1].type.is_character();
  return text ? "CAST one side to the type of the other" : "";
}

std::unexpected<Error> NotComparable(const std::string& name, const CallSite& site) {
  auto error = NoSignature(name, site, kAccepted);
  error.error().hint = HintFor(site);
  return error;
}

struct Operator {
  CompareOp op;
  const char* name;
  const char* summary;
  const char* example;
};

void RegisterComparison(FunctionRegistry* registry, const Operator& spec) {
  ScalarFunction function;
  function.name = spec.name;
  function.doc = {"comparison", std::string("a ") + spec.name + " b", spec.summary, spec.example,
                  "true"};
  function.resolve = [op = spec.op,
                      name = function.name](const CallSite& site) -> Result<ResolvedCall> {
    if (site.args.size() != 2) return WrongArgumentCount(name, site, kAccepted);
    const bool equality = op == CompareOp::kEqual || op == CompareOp::kNotEqual;
    auto types = ComparedTypes(site, equality);
    if (!types) return NotComparable(name, site);
    ScalarKernel kernel = Comparison(op, (*types)[0], (*types)[1]);
    return ResolvedCall{DataType::Boolean().Nullable(AnyNullable(site)), *std::move(types),
                        std::move(kernel)};
  };
  registry->Register(std::move(function));
}

void RegisterDistinct(FunctionRegistry* registry, bool negated) {
  ScalarFunction function;
  function.name = negated ? "IS NOT DISTINCT FROM" : "IS DISTINCT FROM";
  function.doc = {"comparison", "a " + function.name + " b",
                  negated ? "Equality for which NULL equals NULL; never NULL."
                          : "Inequality for which NULL equals NULL; never NULL.",
                  negated ? "CAST(NULL AS INT) IS NOT DISTINCT FROM CAST(NULL AS INT)"
                          : "CAST(NULL AS INT) IS DISTINCT FROM 1",
                  "true"};
  function.resolve = [negated, name = function.name](const CallSite& site) -> Result<ResolvedCall> {
    if (site.args.size() != 2) return WrongArgumentCount(name, site, kAccepted);
    auto types = ComparedTypes(site, /*equality=*/true);
    if (!types) return NotComparable(name, site);
    ScalarKernel kernel = DistinctFrom(negated, (*types)[0], (*types)[1]);
    return ResolvedCall{DataType::Boolean().NotNull(), *std::move(types), std::move(kernel)};
  };
  registry->Register(std::move(function));
}

}  // namespace

void RegisterComparisonFunctions(FunctionRegistry* registry) {
  const Operator operators[] = {
      {CompareOp::kEqual, "=", "TRUE if both are equal; NULL if one is NULL.", "1 = 1.0"},
      {CompareOp::kNotEqual, "<>", "TRUE if they differ; NULL if one is NULL.", "1 <> 2"},
      {CompareOp::kLess, "<", "TRUE if a comes before b; text by code point.", "'a' < 'b'"},
      {CompareOp::kLessOrEqual, "<=", "TRUE if a comes before b or equals it.", "1 <= 1"},
      {CompareOp::kGreater, ">", "TRUE if a comes after b.", "2.5 > 2"},
      {CompareOp::kGreaterOrEqual, ">=", "TRUE if a comes after b or equals it.", "2 >= 2"}};
  for (const Operator& spec : operators) RegisterComparison(registry, spec);
  RegisterDistinct(registry, false);
  RegisterDistinct(registry, true);
  RegisterPredicates(registry);
}

}  // namespace millrace
