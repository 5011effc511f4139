// SPDX-License-Identifier: Apache-2.0
// ELT: the argument with that number. All are text, or all are bytes; the result is as long as the
// longest.
#include <algorithm>

#include "functions/kernel_support.h"
#include "functions/simple_function.h"
#include "functions/string/text.h"

namespace millrace {
namespace {

constexpr Text kSignature = "ELT(index, string, ...)";

Result<arrow::Datum> EltKernel(KernelContext& ctx, const Arguments& args, int64_t length) {
  return RunKernel(ctx, args, length, [&](int64_t rows) {
    const ColumnReader<int64_t> index(args[0]);
    const std::vector<StringReader> values(args.begin() + 1, args.end());
    StringWriter out(&ctx, rows);
    for (int64_t i = 0; i < rows; ++i) {
      const int64_t wanted = index.IsNull(i) ? 0 : index[i];
      const bool found = wanted >= 1 && wanted <= static_cast<int64_t>(values.size());
      if (!found || values[static_cast<size_t>(wanted - 1)].IsNull(i)) {
        out.Null();
      } else {
        out.Set(values[static_cast<size_t>(wanted - 1)][i]);
      }
      out.EndRow();
    }
    return out.Finish(ctx.result_type.ToArrow());
  });
}

/// CHAR if all have one length, else the VARCHAR (or VARBINARY) that holds them all.
DataType LongestType(const CallSite& site) {
  int length = 0;
  bool fixed = true;
  bool binary = false;
  for (size_t i = 1; i < site.args.size(); ++i) {
    const Argument& arg = site.args[i];
    const int own = arg.bare_null ? DataType::kMaxLength : arg.type.length();
    fixed = fixed && !arg.bare_null && (i == 1 || own == length) &&
            (arg.type.kind() == TypeKind::kChar || arg.type.kind() == TypeKind::kBinary);
    binary = binary || (!arg.bare_null && arg.type.is_binary());
    length = std::max(length, own);
  }
  if (binary) return fixed ? DataType::Binary(length) : DataType::Varbinary(length);
  return fixed ? DataType::Char(length) : DataType::Varchar(length);
}

Result<ResolvedCall> Resolve(const CallSite& site) {
  TRY_ASSIGN(auto types, MatchParameters("ELT", site, {Parameter::kBigInt, Parameter::kTextOrBytes},
                                         2, kAnyNumber, kSignature));
  bool text = false;
  bool bytes = false;
  for (size_t i = 1; i < site.args.size(); ++i) {
    if (site.args[i].bare_null) continue;
    (site.args[i].type.is_binary() ? bytes : text) = true;
  }
  if (text && bytes) return NoSignature("ELT", site, kSignature);
  const std::shared_ptr<arrow::Scalar>& literal = site.args[0].literal;
  if (literal != nullptr && literal->is_valid && literal->type->id() == arrow::Type::INT32 &&
      static_cast<const arrow::Int32Scalar&>(*literal).value < 0) {
    return UserError("MR0301", "the index of ELT cannot be negative",
                     "accepted: " + std::string(kSignature));
  }
  return ResolvedCall{
      .result = LongestType(site), .arg_types = std::move(types), .kernel = EltKernel};
}

}  // namespace

void RegisterEltFunction(FunctionRegistry* registry) {
  registry->Register({.name = "ELT",
                      .aliases = {},
                      .doc = {.group = "string",
                              .signature = std::string(kSignature),
                              .summary = "The string with that number, the first being 1; NULL if "
                                         "there is none.",
                              .example = "ELT(2, 'a', 'b')",
                              .result = "b"},
                      .resolve = Resolve});
}

}  // namespace millrace
