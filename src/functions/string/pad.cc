// SPDX-License-Identifier: Apache-2.0
// LPAD, RPAD (lengths in UTF-16 units, as in Flink) and REPEAT.
#include <algorithm>

#include "functions/kernel_support.h"
#include "functions/simple_function.h"
#include "functions/string/text.h"

namespace millrace {
namespace {

template <bool kLeft>
void Pad(StringWriter& out, Text text, int32_t length, Text pad) {
  if (length < 0 || pad.empty()) return out.Null();
  if (length > kMaxTextBytes) {
    return out.Fail(kValueTooLarge,
                    "a padded length of " + std::to_string(length) + " is too large");
  }
  const auto wanted = static_cast<size_t>(length);
  if (IsAscii(text) && IsAscii(pad)) {
    const Text base = text.substr(0, wanted);
    const size_t missing = wanted - base.size();
    if (!kLeft) out.Append(base);
    for (size_t done = 0; done < missing; done += pad.size()) {
      out.Append(pad.substr(0, missing - done));
    }
    if (kLeft) out.Append(base);
    return;
  }
  const std::u16string units = ToUtf16(text);
  const std::u16string pad_units = ToUtf16(pad);
  const std::u16string base = units.substr(0, wanted);
  std::u16string padding;
  while (padding.size() + base.size() < wanted) {
    padding.append(pad_units, 0, wanted - base.size() - padding.size());
  }
  AppendUtf16(kLeft ? padding + base : base + padding, &out.bytes());
}

void Repeat(StringWriter& out, Text text, int32_t count) {
  if (count <= 0 || text.empty()) return;
  if (static_cast<int64_t>(text.size()) * count > kMaxTextBytes) {
    return out.Fail(kValueTooLarge, "REPEAT would make more than 16 MiB");
  }
  for (int32_t i = 0; i < count; ++i) out.Append(text);
}

}  // namespace

void RegisterPadFunctions(FunctionRegistry* registry) {
  const std::vector<Parameter> parameters = {Parameter::kText, Parameter::kInt, Parameter::kText};
  registry->Register(MakeSimple(
      {.name = "LPAD",
       .parameters = parameters,
       .min = 3,
       .max = 3,
       .result = Always(DataType::String()),
       .can_fail = true,
       .kernel = RowKernel<Text, Text, int32_t, Text>(Pad<true>),
       .doc = {.group = "string",
               .signature = "LPAD(string, length, pad)",
               .summary = "The string filled on the left, or cut, to a length; NULL for a "
                          "negative length or an empty pad.",
               .example = "LPAD('7', 3, '0')",
               .result = "007"}}));
  registry->Register(MakeSimple(
      {.name = "RPAD",
       .parameters = parameters,
       .min = 3,
       .max = 3,
       .result = Always(DataType::String()),
       .can_fail = true,
       .kernel = RowKernel<Text, Text, int32_t, Text>(Pad<false>),
       .doc = {.group = "string",
               .signature = "RPAD(string, length, pad)",
               .summary = "The string filled on the right, or cut, to a length; NULL for a "
                          "negative length or an empty pad.",
               .example = "RPAD('hi', 4, '?')",
               .result = "hi??"}}));
  registry->Register(
      MakeSimple({.name = "REPEAT",
                  .parameters = {Parameter::kText, Parameter::kInt},
                  .min = 2,
                  .max = 2,
                  .result = Always(DataType::String()),
                  .can_fail = true,
                  .kernel = RowKernel<Text, Text, int32_t>(Repeat),
                  .doc = {.group = "string",
                          .signature = "REPEAT(string, count)",
                          .summary = "The string that many times; empty for a count below one.",
                          .example = "REPEAT('ab', 3)",
                          .result = "ababab"}}));
}

}  // namespace millrace
