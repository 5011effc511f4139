// SPDX-License-Identifier: Apache-2.0
// IS [NOT] NULL, TRUE, FALSE, UNKNOWN, and NOT.
#include <algorithm>

#include "functions/comparison/register.h"
#include "functions/kernel_support.h"

namespace millrace {
namespace {

/// Sets every row of a BOOLEAN column from `value_at(row)`.
template <typename ValueAt>
Result<arrow::Datum> FillBooleans(KernelContext& ctx, const Arguments& args, int64_t length,
                                  ValueAt&& value_at) {
  return RunKernel(ctx, args, length, [&](int64_t rows) {
    auto bits = internal::FillColumn<bool>(rows, value_at);
    return arrow::ArrayData::Make(ctx.result_type.ToArrow(), rows, {nullptr, std::move(bits)}, 0);
  });
}

ScalarKernel NullTest(bool wanted) {
  return [wanted](KernelContext& ctx, const Arguments& args, int64_t length) {
    const ValidityReader in(args[0]);
    if (!in.may_have_nulls() || in.all_null()) {
      const bool answer = in.all_null() == wanted;
      return FillBooleans(ctx, args, length, [answer](int64_t) { return answer; });
    }
    return FillBooleans(ctx, args, length,
                        [&in, wanted](int64_t i) { return in.IsNull(i) == wanted; });
  };
}

/// TRUE for rows where the argument is not NULL and equals `value`; `negated` turns that round.
ScalarKernel TruthTest(bool value, bool negated) {
  return [value, negated](KernelContext& ctx, const Arguments& args, int64_t length) {
    const BoolReader in(args[0]);
    return FillBooleans(ctx, args, length, [&in, value, negated](int64_t i) {
      return (!in.IsNull(i) && in[i] == value) != negated;
    });
  };
}

ScalarKernel Negation() {
  return RowKernel<bool, bool>([](auto& out, bool value) { out.Set(!value); });
}

struct Predicate {
  const char* name;
  const char* example;
  const char* result;
  const char* summary;
  ScalarKernel kernel;
  bool any_type = false;  // otherwise BOOLEAN only
  bool null_in = false;   // NULL gives NULL
};

void RegisterPredicate(FunctionRegistry* registry, Predicate spec) {
  ScalarFunction function;
  function.name = spec.name;
  const std::string prefix = spec.null_in ? "NOT boolean" : "value " + function.name;
  function.doc = {"comparison", prefix, spec.summary, spec.example, spec.result};
  function.resolve = [name = function.name, accepted = prefix, any_type = spec.any_type,
                      null_in = spec.null_in,
                      kernel = spec.kernel](const CallSite& site) -> Result<ResolvedCall> {
    if (site.args.size() != 1) return WrongArgumentCount(name, site, accepted);
    const DataType& type = site.args[0].type;
    if (!any_type && type.kind() != TypeKind::kBoolean && type.kind() != TypeKind::kNull) {
      return NoSignature(name, site, accepted);
    }
    const DataType arg = type.kind() == TypeKind::kNull && !any_type ? DataType::Boolean() : type;
    return ResolvedCall{DataType::Boolean().Nullable(null_in && arg.nullable()), {arg}, kernel};
  };
  registry->Register(std::move(function));
}

}  // namespace

void RegisterPredicates(FunctionRegistry* registry) {
  RegisterPredicate(registry, {"IS NULL", "CAST(NULL AS INT) IS NULL", "true",
                               "TRUE if the value is NULL.", NullTest(true), true});
  RegisterPredicate(registry, {"IS NOT NULL", "1 IS NOT NULL", "true",
                               "TRUE if the value is not NULL.", NullTest(false), true});
  RegisterPredicate(registry,
                    {"IS TRUE", "(1 = 1) IS TRUE", "true",
                     "TRUE if the value is TRUE, otherwise FALSE.", TruthTest(true, false)});
  RegisterPredicate(registry, {"IS NOT TRUE", "(1 = 2) IS NOT TRUE", "true",
                               "TRUE if the value is FALSE or NULL.", TruthTest(true, true)});
  RegisterPredicate(registry,
                    {"IS FALSE", "(1 = 2) IS FALSE", "true",
                     "TRUE if the value is FALSE, otherwise FALSE.", TruthTest(false, false)});
  RegisterPredicate(registry, {"IS NOT FALSE", "(1 = 1) IS NOT FALSE", "true",
                               "TRUE if the value is TRUE or NULL.", TruthTest(false, true)});
  RegisterPredicate(registry, {"IS UNKNOWN", "CAST(NULL AS BOOLEAN) IS UNKNOWN", "true",
                               "TRUE if the boolean is NULL.", NullTest(true)});
  RegisterPredicate(registry, {"IS NOT UNKNOWN", "(1 = 1) IS NOT UNKNOWN", "true",
                               "TRUE if the boolean is not NULL.", NullTest(false)});
  RegisterPredicate(registry, {"NOT", "NOT (1 = 2)", "true", "The opposite; NULL of NULL.",
                               Negation(), false, true});
}

}  // namespace millrace
