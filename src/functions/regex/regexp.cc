// SPDX-License-Identifier: Apache-2.0
// REGEXP, REGEXP_EXTRACT, REGEXP_EXTRACT_ALL, REGEXP_COUNT, REGEXP_INSTR, REGEXP_SUBSTR with Java's
// regular expressions. A pattern that is not valid gives NULL (REGEXP: FALSE), as in Flink.
#include "functions/kernel_support.h"
#include "functions/regex/java_regex.h"
#include "functions/regex/register.h"
#include "functions/simple_function.h"
#include "functions/text_list.h"

namespace millrace {
namespace {

using Text = std::string_view;

RegexCache& CacheOf(KernelContext& ctx) {
  return StateOf<RegexCache>(ctx, [] { return std::make_unique<RegexCache>(); });
}

void SetGroup(StringWriter& out, const JavaRegex& regex, Text text, int64_t group) {
  if (group < 0 || group > regex.group_count()) return out.Null();
  const RegexGroup& found = regex.groups()[static_cast<size_t>(group)];
  if (!found.present) return out.Null();
  out.Set(text.substr(found.begin, found.end - found.begin));
}

Result<arrow::Datum> Regexp(KernelContext& ctx, const Arguments& args, int64_t length) {
  RegexCache& cache = CacheOf(ctx);
  return MapRows<bool, Text, Text>(ctx, args, length,
                                   [&](BoolWriter& out, Text text, Text pattern) {
                                     if (pattern.empty()) return out.Set(false);
                                     JavaRegex* regex = cache.Find(pattern);
                                     if (regex == nullptr) return out.Set(false);
                                     regex->SetText(text);
                                     const RegexOutcome outcome = regex->Contains();
                                     if (outcome == RegexOutcome::kGaveUp)
                                       return out.Fail(kInvalidArgument, kRegexGaveUp);
                                     out.Set(outcome == RegexOutcome::kFound);
                                   });
}

Result<arrow::Datum> Extract(KernelContext& ctx, const Arguments& args, int64_t length) {
  RegexCache& cache = CacheOf(ctx);
  const auto extract = [&](StringWriter& out, Text text, Text pattern, int64_t group) {
    JavaRegex* regex = cache.Find(pattern);
    if (regex == nullptr) return out.Null();
    regex->SetText(text);
    const RegexOutcome outcome = regex->FindNext();
    if (outcome == RegexOutcome::kGaveUp) return out.Fail(kInvalidArgument, kRegexGaveUp);
    if (outcome == RegexOutcome::kNotFound) return out.Null();
    SetGroup(out, *regex, text, group);
  };
  if (args.size() == 3) return MapRows<Text, Text, Text, int64_t>(ctx, args, length, extract);
  return MapRows<Text, Text, Text>(
      ctx, args, length,
      [&](StringWriter& out, Text text, Text pattern) { extract(out, text, pattern, 0); });
}

Result<arrow::Datum> Instr(KernelContext& ctx, const Arguments& args, int64_t length) {
  RegexCache& cache = CacheOf(ctx);
  return MapRows<int32_t, Text, Text>(
      ctx, args, length, [&](FixedWriter<int32_t>& out, Text text, Text pattern) {
        JavaRegex* regex = cache.Find(pattern);
        if (regex == nullptr) return out.Null();
        regex->SetText(text);
        const RegexOutcome outcome = regex->FindNext();
        if (outcome == RegexOutcome::kGaveUp) return out.Fail(kInvalidArgument, kRegexGaveUp);
        if (outcome == RegexOutcome::kNotFound) return out.Set(0);
        int32_t units = 1;
        for (const char c : text.substr(0, regex->groups()[0].begin)) {
          const auto byte = static_cast<uint8_t>(c);
          if ((byte & 0xC0) != 0x80) units += byte >= 0xF0 ? 2 : 1;
        }
        out.Set(units);
      });
}

Result<arrow::Datum> Count(KernelContext& ctx, const Arguments& args, int64_t length) {
  RegexCache& cache = CacheOf(ctx);
  return MapRows<int32_t, Text, Text>(
      ctx, args, length, [&](FixedWriter<int32_t>& out, Text text, Text pattern) {
        JavaRegex* regex = cache.Find(pattern);
        if (regex == nullptr) return out.Null();
        regex->SetText(text);
        int32_t count = 0;
        RegexOutcome outcome;
        while ((outcome = regex->FindNext()) == RegexOutcome::kFound) ++count;
        if (outcome == RegexOutcome::kGaveUp) return out.Fail(kInvalidArgument, kRegexGaveUp);
        out.Set(count);
      });
}

/// Appends the group of every match; false if the search gave up.
bool AppendAll(TextListWriter& out, JavaRegex& regex, Text text, int64_t group) {
  regex.SetText(text);
  RegexOutcome outcome;
  while ((outcome = regex.FindNext()) == RegexOutcome::kFound) {
    const RegexGroup& found = regex.groups()[static_cast<size_t>(group)];
    if (found.present) {
      out.Append(text.substr(found.begin, found.end - found.begin));
    } else {
      out.AppendNull();
    }
  }
  return outcome == RegexOutcome::kNotFound;
}

Result<arrow::Datum> ExtractAll(KernelContext& ctx, const Arguments& args, int64_t length) {
  RegexCache& cache = CacheOf(ctx);
  return RunKernel(ctx, args, length, [&](int64_t rows) {
    const StringReader text(args[0]);
    const StringReader pattern(args[1]);
    const arrow::Datum group_number =
        args.size() == 3 ? args[2] : arrow::Datum(std::make_shared<arrow::Int64Scalar>(1));
    const ColumnReader<int64_t> group(group_number);
    TextListWriter out(rows);
    for (int64_t i = 0; i < rows; ++i) {
      const bool null = text.IsNull(i) || pattern.IsNull(i) || group.IsNull(i);
      JavaRegex* regex = null ? nullptr : cache.Find(pattern[i]);
      if (regex == nullptr || group[i] < 0 || group[i] > regex->group_count()) {
        out.Null();
      } else if (!AppendAll(out, *regex, text[i], group[i])) {
        ctx.errors->Add(i, kInvalidArgument, kRegexGaveUp);
        out.Null();
      }
      out.EndRow();
    }
    return out.Finish(ctx.result_type);
  });
}

void Register(FunctionRegistry* registry, std::string name, ScalarKernel kernel, DataType result,
              bool group, FunctionDoc doc) {
  doc.group = "string";
  registry->Register(
      MakeSimple({.name = name,
                  .parameters = {Parameter::kText, Parameter::kText, Parameter::kBigInt},
                  .min = 2,
                  .max = group ? size_t{3} : size_t{2},
                  .result = Always(result),
                  .nullable = name == "REGEXP" ? SimpleFunction::Nullable::kFromArguments
                                               : SimpleFunction::Nullable::kAlways,
                  .can_fail = true,
                  .kernel = std::move(kernel),
                  .doc = std::move(doc)}));
}

}  // namespace

void RegisterRegexpFunctions(FunctionRegistry* registry) {
  Register(registry, "REGEXP", Regexp, DataType::Boolean(), false,
           {.signature = "REGEXP(string, pattern)",
            .summary = "Whether a Java regular expression occurs in the string. FALSE for an empty "
                       "or wrong pattern.",
            .example = "REGEXP('foobar', 'o+b')",
            .result = "true"});
  Register(registry, "REGEXP_EXTRACT", Extract, DataType::String(), true,
           {.signature = "REGEXP_EXTRACT(string, pattern [, group])",
            .summary = "A group of the first match, by default the whole match; NULL if there is "
                       "none.",
            .example = "REGEXP_EXTRACT('foothebar', 'foo(.*?)(bar)', 2)",
            .result = "bar"});
  Register(registry, "REGEXP_EXTRACT_ALL", ExtractAll, DataType::Array(DataType::String()), true,
           {.signature = "REGEXP_EXTRACT_ALL(string, pattern [, group])",
            .summary = "A group of every match, by default the first group.",
            .example = "REGEXP_EXTRACT_ALL('1-2,3-4', '([0-9])-([0-9])', 2)",
            .result = "[2, 4]"});
  Register(registry, "REGEXP_COUNT", Count, DataType::Int(), false,
           {.signature = "REGEXP_COUNT(string, pattern)",
            .summary = "The number of matches.",
            .example = "REGEXP_COUNT('banana', 'an')",
            .result = "2"});
  Register(registry, "REGEXP_INSTR", Instr, DataType::Int(), false,
           {.signature = "REGEXP_INSTR(string, pattern)",
            .summary = "Where the first match begins, the first character being 1; 0 if there is "
                       "none.",
            .example = "REGEXP_INSTR('hello', 'l+')",
            .result = "3"});
  Register(registry, "REGEXP_SUBSTR", Extract, DataType::String(), false,
           {.signature = "REGEXP_SUBSTR(string, pattern)",
            .summary = "The first match; NULL if there is none.",
            .example = "REGEXP_SUBSTR('abc123', '[0-9]+')",
            .result = "123"});
}

}  // namespace millrace
