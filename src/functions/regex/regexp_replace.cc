// SPDX-License-Identifier: Apache-2.0
// REGEXP_REPLACE: every match becomes the replacement, which is taken literally ($ and \ mean
// nothing).
#include "functions/kernel_support.h"
#include "functions/regex/java_regex.h"
#include "functions/regex/register.h"
#include "functions/simple_function.h"

namespace millrace {
namespace {

using Text = std::string_view;

constexpr size_t kMaxBytes = 16 * 1024 * 1024;

void Replace(RegexCache& cache, StringWriter& out, Text text, Text pattern, Text replacement) {
  JavaRegex* regex = cache.Find(pattern);
  if (regex == nullptr) return out.Null();
  regex->SetText(text);
  size_t copied = 0;
  RegexOutcome outcome;
  while ((outcome = regex->FindNext()) == RegexOutcome::kFound) {
    const RegexGroup& match = regex->groups()[0];
    out.Append(text.substr(copied, match.begin - copied));
    out.Append(replacement);
    if (out.bytes().size() - out.row_start() > kMaxBytes) {
      return out.Fail(kValueTooLarge, "REGEXP_REPLACE would make more than 16 MiB");
    }
    copied = match.end;
  }
  if (outcome == RegexOutcome::kGaveUp) return out.Fail(kInvalidArgument, kRegexGaveUp);
  out.Append(text.substr(copied));
}

Result<arrow::Datum> ReplaceKernel(KernelContext& ctx, const Arguments& args, int64_t length) {
  auto& cache = StateOf<RegexCache>(ctx, [] { return std::make_unique<RegexCache>(); });
  return MapRows<Text, Text, Text, Text>(
      ctx, args, length, [&](StringWriter& out, Text text, Text pattern, Text replacement) {
        Replace(cache, out, text, pattern, replacement);
      });
}

}  // namespace

void RegisterRegexpReplace(FunctionRegistry* registry) {
  registry->Register(
      MakeSimple({.name = "REGEXP_REPLACE",
                  .parameters = {Parameter::kText},
                  .min = 3,
                  .max = 3,
                  .result = Always(DataType::String()),
                  .can_fail = true,
                  .kernel = ReplaceKernel,
                  .doc = {.group = "string",
                          .signature = "REGEXP_REPLACE(string, pattern, replacement)",
                          .summary = "The string with every match of a Java regular expression "
                                     "replaced; NULL for a wrong pattern.",
                          .example = "REGEXP_REPLACE('foobar', 'oo|ar', '')",
                          .result = "fb"}}));
}

}  // namespace millrace
