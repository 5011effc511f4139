// SPDX-License-Identifier: Apache-2.0
// SPLIT into an array and SPLIT_INDEX (counted from 0). SPLIT of the empty string is an empty
// array; an empty delimiter of SPLIT takes single characters, one of SPLIT_INDEX white space.
#include "functions/kernel_support.h"
#include "functions/simple_function.h"
#include "functions/string/text.h"
#include "functions/text_list.h"

namespace millrace {
namespace {

void SplitInto(TextListWriter& out, Text text, Text delimiter) {
  if (text.empty()) return;
  if (delimiter.empty()) {
    while (!text.empty()) {
      const size_t length = LengthOfCodePoint(text, 0);
      out.Append(text.substr(0, length));
      text.remove_prefix(length);
    }
    return;
  }
  while (true) {
    const size_t found = text.find(delimiter);
    out.Append(text.substr(0, found));
    if (found == Text::npos) return;
    text.remove_prefix(found + delimiter.size());
  }
}

Result<arrow::Datum> SplitKernel(KernelContext& ctx, const Arguments& args, int64_t length) {
  return RunKernel(ctx, args, length, [&](int64_t rows) {
    const StringReader text(args[0]);
    const StringReader delimiter(args[1]);
    TextListWriter out(rows);
    for (int64_t i = 0; i < rows; ++i) {
      if (text.IsNull(i) || delimiter.IsNull(i)) {
        out.Null();
      } else {
        SplitInto(out, text[i], delimiter[i]);
      }
      out.EndRow();
    }
    return out.Finish(ctx.result_type);
  });
}

bool IsJavaSpace(char c) { return (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x20); }

void SplitIndex(StringWriter& out, Text text, Text separator, int32_t index) {
  if (index < 0 || text.empty()) return out.Null();
  for (size_t start = 0;; --index) {
    size_t found;
    size_t width = separator.size();
    if (separator.empty()) {
      found = start;
      while (found < text.size() && !IsJavaSpace(text[found])) ++found;
      if (found == text.size()) found = Text::npos;
      width = 1;
    } else {
      found = text.find(separator, start);
    }
    if (index == 0) return out.Set(text.substr(start, found == Text::npos ? found : found - start));
    if (found == Text::npos) return out.Null();
    start = found + width;
  }
}

void SplitIndexByCode(StringWriter& out, Text text, int32_t code, int32_t index) {
  if (code < 1 || code > 255) return out.Null();
  std::string separator;
  if (code < 0x80) {
    separator = static_cast<char>(code);
  } else {
    separator = {static_cast<char>(0xC0 | (code >> 6)), static_cast<char>(0x80 | (code & 0x3F))};
  }
  SplitIndex(out, text, separator, index);
}

Result<ResolvedCall> ResolveSplitIndex(const CallSite& site) {
  constexpr Text kSignature = "SPLIT_INDEX(string, separator or its code, index)";
  const bool by_code =
      site.args.size() == 3 && !site.args[1].bare_null && site.args[1].type.is_integer();
  const Parameter separator = by_code ? Parameter::kInt : Parameter::kText;
  TRY_ASSIGN(auto types,
             MatchParameters("SPLIT_INDEX", site, {Parameter::kText, separator, Parameter::kInt}, 3,
                             3, kSignature));
  return ResolvedCall{.result = DataType::String(),
                      .arg_types = std::move(types),
                      .kernel = by_code ? RowKernel<Text, Text, int32_t, int32_t>(SplitIndexByCode)
                                        : RowKernel<Text, Text, Text, int32_t>(SplitIndex)};
}

}  // namespace

void RegisterSplitFunctions(FunctionRegistry* registry) {
  registry->Register(MakeSimple(
      {.name = "SPLIT",
       .parameters = {Parameter::kText},
       .min = 2,
       .max = 2,
       .result = Always(DataType::Array(DataType::String())),
       .kernel = SplitKernel,
       .doc = {.group = "string",
               .signature = "SPLIT(string, delimiter)",
               .summary = "The parts between the delimiters as an array; an empty delimiter gives "
                          "the single characters.",
               .example = "SPLIT('a,b,c', ',')",
               .result = "[a, b, c]"}}));
  registry->Register(
      {.name = "SPLIT_INDEX",
       .aliases = {},
       .doc = {.group = "string",
               .signature = "SPLIT_INDEX(string, separator, index)",
               .summary = "One part between separators, counted from 0; NULL if there is none. The "
                          "separator may also be the code of a character.",
               .example = "SPLIT_INDEX('a,b,c', ',', 1)",
               .result = "b"},
       .resolve = ResolveSplitIndex});
}

}  // namespace millrace
