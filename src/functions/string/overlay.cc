// SPDX-License-Identifier: Apache-2.0
// OVERLAY, by UTF-16 units as in Flink. Two of its ways are kept because files may rely on them: a
// start outside the string changes nothing, and a length below one drops the rest of the string.
#include "functions/kernel_support.h"
#include "functions/simple_function.h"
#include "functions/string/text.h"

namespace millrace {
namespace {

void Overlay(StringWriter& out, Text text, Text replacement, int64_t start, int64_t length) {
  const std::u16string units = ToUtf16(text);
  const auto size = static_cast<int64_t>(units.size());
  if (start <= 0 || start > size) return out.Set(text);
  // The arithmetic of Flink is that of 32 bits.
  const auto wrapped = static_cast<int32_t>(length);
  const int64_t end =
      static_cast<int32_t>(static_cast<uint32_t>(start) + static_cast<uint32_t>(wrapped));
  std::u16string result = units.substr(0, static_cast<size_t>(start - 1));
  result += ToUtf16(replacement);
  if (wrapped > 0 && end <= size && end > 0) {
    result += units.substr(static_cast<size_t>(start - 1 + wrapped));
  }
  AppendUtf16(result, &out.bytes());
}

Result<arrow::Datum> OverlayKernel(KernelContext& ctx, const Arguments& args, int64_t length) {
  if (args.size() == 4) {
    return MapRows<Text, Text, Text, int64_t, int64_t>(ctx, args, length, Overlay);
  }
  return MapRows<Text, Text, Text, int64_t>(
      ctx, args, length, [](StringWriter& out, Text text, Text replacement, int64_t start) {
        Overlay(out, text, replacement, start, CountUtf16(replacement));
      });
}

DataType OverlayType(const CallSite& site) {
  int64_t length = 0;
  for (size_t i = 0; i < 2; ++i) {
    if (site.args[i].bare_null) return DataType::String();
    length += site.args[i].type.length();
  }
  return DataType::Varchar(static_cast<int>(std::min<int64_t>(length, DataType::kMaxLength)));
}

}  // namespace

void RegisterOverlayFunction(FunctionRegistry* registry) {
  registry->Register(MakeSimple(
      {.name = "OVERLAY",
       .parameters = {Parameter::kText, Parameter::kText, Parameter::kBigInt, Parameter::kBigInt},
       .min = 3,
       .max = 4,
       .result = OverlayType,
       .kernel = OverlayKernel,
       .doc = {.group = "string",
               .signature = "OVERLAY(string PLACING replacement FROM start [FOR length])",
               .summary =
                   "The string with a part replaced: `length` characters (by default as many "
                   "as the replacement has) from a position, the first being 1.",
               .example = "OVERLAY('abcdef' PLACING 'XX' FROM 3)",
               .result = "abXXef"}}));
}

}  // namespace millrace
