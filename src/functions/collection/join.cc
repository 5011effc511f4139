// SPDX-License-Identifier: Apache-2.0
// ARRAY_JOIN: the elements of an array of text in one text; NULLs are left out or replaced.
#include <algorithm>

#include "functions/collection/lists.h"

namespace millrace {
namespace {

constexpr std::string_view kSignature = "ARRAY_JOIN(array of string, delimiter [, null text])";

Result<arrow::Datum> JoinKernel(KernelContext& ctx, const Arguments& args, int64_t length) {
  return RunKernel(ctx, args, length, [&](int64_t rows) {
    const ListArgument list(args[0]);
    const arrow::Datum elements(list.elements());
    const StringReader text(elements);
    const std::vector<StringReader> words(args.begin() + 1, args.end());
    StringWriter out(&ctx, rows);
    for (int64_t i = 0; i < rows; ++i, out.EndRow()) {
      if (list.IsNull(i) || std::any_of(words.begin(), words.end(),
                                        [i](const StringReader& word) { return word.IsNull(i); })) {
        out.Null();
        continue;
      }
      bool first = true;
      for (int32_t j = list.begin(i); j < list.end(i); ++j) {
        if (text.IsNull(j) && words.size() == 1) continue;
        if (!first) out.Append(words[0][i]);
        out.Append(text.IsNull(j) ? words[1][i] : text[j]);
        first = false;
      }
    }
    return out.Finish(ctx.result_type.ToArrow());
  });
}

Result<ResolvedCall> Resolve(const CallSite& site) {
  TRY(CheckCount("ARRAY_JOIN", site, 2, 3, kSignature));
  TRY(CheckArray("ARRAY_JOIN", site, 0, kSignature));
  bool fits = site.args[0].type.element().is_character();
  ResolvedCall resolved{.result = DataType::String().Nullable(AnyNullable(site)),
                        .arg_types = {site.args[0].type},
                        .kernel = JoinKernel};
  for (size_t i = 1; i < site.args.size(); ++i) {
    fits = fits && (site.args[i].bare_null || site.args[i].type.is_character());
    resolved.arg_types.push_back(site.args[i].bare_null ? DataType::String() : site.args[i].type);
  }
  if (!fits) return NoSignature("ARRAY_JOIN", site, kSignature);
  return resolved;
}

}  // namespace

void RegisterArrayJoin(FunctionRegistry* registry) {
  registry->Register({.name = "ARRAY_JOIN",
                      .aliases = {},
                      .doc = {.group = "collection",
                              .signature = std::string(kSignature),
                              .summary = "The strings of an array with a delimiter between them; "
                                         "NULLs are left out unless a text for them is given.",
                              .example = "ARRAY_JOIN(ARRAY['a', 'b'], '-')",
                              .result = "a-b"},
                      .resolve = Resolve});
}

}  // namespace millrace
