// SPDX-License-Identifier: Apache-2.0
// CONCAT, CONCAT_WS and ||.
#include <algorithm>

#include "functions/kernel_support.h"
#include "functions/simple_function.h"
#include "functions/string/text.h"

namespace millrace {
namespace {

/// Joins all arguments; NULL if one is NULL.
Result<arrow::Datum> Concat(KernelContext& ctx, const Arguments& args, int64_t length) {
  return RunKernel(ctx, args, length, [&](int64_t rows) {
    std::vector<StringReader> readers(args.begin(), args.end());
    StringWriter out(&ctx, rows);
    for (int64_t i = 0; i < rows; ++i) {
      const bool null = std::any_of(readers.begin(), readers.end(),
                                    [i](const StringReader& reader) { return reader.IsNull(i); });
      if (null) {
        out.Null();
      } else {
        for (const StringReader& reader : readers) out.Append(reader[i]);
      }
      out.EndRow();
    }
    return out.Finish(ctx.result_type.ToArrow());
  });
}

/// The first argument stands between the others; NULLs among these are left out.
Result<arrow::Datum> ConcatWithSeparator(KernelContext& ctx, const Arguments& args,
                                         int64_t length) {
  return RunKernel(ctx, args, length, [&](int64_t rows) {
    std::vector<StringReader> readers(args.begin(), args.end());
    StringWriter out(&ctx, rows);
    for (int64_t i = 0; i < rows; ++i) {
      if (readers[0].IsNull(i)) {
        out.Null();
        out.EndRow();
        continue;
      }
      bool first = true;
      for (size_t j = 1; j < readers.size(); ++j) {
        if (readers[j].IsNull(i)) continue;
        if (!first) out.Append(readers[0][i]);
        out.Append(readers[j][i]);
        first = false;
      }
      out.EndRow();
    }
    return out.Finish(ctx.result_type.ToArrow());
  });
}

DataType JoinedType(const CallSite& site) {
  int64_t length = 0;
  bool fixed = true;
  for (const Argument& arg : site.args) {
    if (arg.bare_null) return DataType::String();
    length += arg.type.length();
    fixed = fixed && arg.type.kind() == TypeKind::kChar;
  }
  const auto capped = static_cast<int>(std::min<int64_t>(length, DataType::kMaxLength));
  return fixed ? DataType::Char(capped) : DataType::Varchar(capped);
}

}  // namespace

void RegisterConcatFunctions(FunctionRegistry* registry) {
  registry->Register(
      MakeSimple({.name = "CONCAT",
                  .parameters = {Parameter::kText},
                  .max = kAnyNumber,
                  .result = Always(DataType::String()),
                  .kernel = Concat,
                  .doc = {.group = "string",
                          .signature = "CONCAT(string, ...)",
                          .summary = "The strings joined; NULL if one of them is NULL.",
                          .example = "CONCAT('a', 'b', 'c')",
                          .result = "abc"}}));
  registry->Register(MakeSimple(
      {.name = "CONCAT_WS",
       .parameters = {Parameter::kText},
       .max = kAnyNumber,
       .result = Always(DataType::String()),
       .kernel = ConcatWithSeparator,
       .doc = {.group = "string",
               .signature = "CONCAT_WS(separator, string, ...)",
               .summary = "The strings joined with a separator; NULLs are left out. NULL "
                          "if the separator is NULL.",
               .example = "CONCAT_WS('-', 'a', CAST(NULL AS STRING), 'b')",
               .result = "a-b"}}));
  registry->Register(MakeSimple({.name = "||",
                                 .parameters = {Parameter::kText},
                                 .min = 2,
                                 .max = 2,
                                 .result = JoinedType,
                                 .kernel = Concat,
                                 .doc = {.group = "string",
                                         .signature = "string || string",
                                         .summary = "Both strings joined.",
                                         .example = "'a' || 'b'",
                                         .result = "ab"}}));
}

}  // namespace millrace
