// SPDX-License-Identifier: Apache-2.0
// TYPEOF: the type of an expression as text, known before any row is seen.
#include <arrow/scalar.h>

#include "functions/conditional/register.h"
#include "functions/kernel_support.h"

namespace millrace {
namespace {

constexpr std::string_view kSignature = "TYPEOF(value [, TRUE or FALSE])";

/// The type with STRING and BYTES by their full names.
std::string FullName(const DataType& type) {
  std::string name = type.ToString();
  const bool text = type.is_string_type();
  const bool bytes = type.kind() == TypeKind::kVarbinary && type.length() == DataType::kMaxLength;
  if (text) name.replace(0, 6, "VARCHAR(2147483647)");
  if (bytes) name.replace(0, 5, "VARBINARY(2147483647)");
  return name;
}

Result<ResolvedCall> Resolve(const CallSite& site) {
  if (site.args.empty() || site.args.size() > 2) {
    return WrongArgumentCount("TYPEOF", site, kSignature);
  }
  bool full = false;
  if (site.args.size() == 2) {
    const std::shared_ptr<arrow::Scalar>& literal = site.args[1].literal;
    if (site.args[1].type.kind() != TypeKind::kBoolean || literal == nullptr ||
        !literal->is_valid) {
      return NoSignature("TYPEOF", site, kSignature);
    }
    full = static_cast<const arrow::BooleanScalar&>(*literal).value;
  }
  const std::string name = site.args[0].bare_null ? "NULL"
                           : full                 ? FullName(site.args[0].type)
                                                  : site.args[0].type.ToString();
  ResolvedCall resolved{.result = DataType::String(), .arg_types = {}, .kernel = {}};
  for (const Argument& arg : site.args) {
    resolved.arg_types.push_back(arg.bare_null ? DataType::String() : arg.type);
  }
  resolved.kernel = [name](KernelContext& ctx, const Arguments& args, int64_t length) {
    return RunKernel(ctx, args, length, [&](int64_t rows) {
      StringWriter out(&ctx, rows);
      for (int64_t i = 0; i < rows; ++i, out.EndRow()) out.Set(name);
      return out.Finish(ctx.result_type.ToArrow());
    });
  };
  return resolved;
}

}  // namespace

void RegisterTypeOf(FunctionRegistry* registry) {
  registry->Register(
      {.name = "TYPEOF",
       .aliases = {},
       .doc = {.group = "conditional",
               .signature = std::string(kSignature),
               .summary = "The type of a value as text; TRUE asks for the full names "
                          "of STRING and BYTES.",
               .example = "TYPEOF(CAST(1 AS DECIMAL(10, 2)))",
               .result = "DECIMAL(10, 2) NOT NULL"},
       .resolve = Resolve});
}

}  // namespace millrace
