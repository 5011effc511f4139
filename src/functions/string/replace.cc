// SPDX-License-Identifier: Apache-2.0
// REPLACE, TRANSLATE and REVERSE.
#include <unordered_map>

#include "functions/kernel_support.h"
#include "functions/simple_function.h"
#include "functions/string/text.h"

namespace millrace {
namespace {

/// Replacing the empty string puts the replacement around every character.
void Replace(StringWriter& out, Text text, Text old_part, Text replacement) {
  size_t from = 0;
  while (from <= text.size()) {
    const size_t found = text.find(old_part, from);
    if (found == Text::npos) break;
    out.Append(text.substr(from, found - from));
    out.Append(replacement);
    if (static_cast<int64_t>(out.bytes().size() - out.row_start()) > kMaxTextBytes) {
      return out.Fail(kValueTooLarge, "REPLACE would make more than 16 MiB");
    }
    from = found + old_part.size();
    if (old_part.empty()) {
      if (from == text.size()) break;
      const size_t length = LengthOfCodePoint(text, from);
      out.Append(text.substr(from, length));
      from += length;
    }
  }
  if (from < text.size()) out.Append(text.substr(from));
}

/// A NULL `from` changes nothing, a NULL `to` is empty. The first of equal characters in `from`
/// counts.
void Translate(StringWriter& out, std::optional<Text> text, std::optional<Text> from,
               std::optional<Text> to) {
  if (!text.has_value()) return out.Null();
  if (!from.has_value() || from->empty()) return out.Set(*text);
  std::unordered_map<Text, Text> mapping;
  Text targets = to.value_or(Text());
  for (size_t i = 0; i < from->size();) {
    const size_t length = LengthOfCodePoint(*from, i);
    const size_t target = targets.empty() ? 0 : LengthOfCodePoint(targets, 0);
    mapping.emplace(from->substr(i, length), targets.substr(0, target));
    targets.remove_prefix(target);
    i += length;
  }
  for (size_t i = 0; i < text->size();) {
    const Text one = text->substr(i, LengthOfCodePoint(*text, i));
    const auto found = mapping.find(one);
    out.Append(found == mapping.end() ? one : found->second);
    i += one.size();
  }
}

void Reverse(StringWriter& out, Text text) { out.Set(Reversed(text)); }

}  // namespace

void RegisterReplaceFunctions(FunctionRegistry* registry) {
  using Nullable = SimpleFunction::Nullable;
  registry->Register(MakeSimple({.name = "REPLACE",
                                 .parameters = {Parameter::kText},
                                 .min = 3,
                                 .max = 3,
                                 .result = Always(DataType::String()),
                                 .can_fail = true,
                                 .kernel = RowKernel<Text, Text, Text, Text>(Replace),
                                 .doc = {.group = "string",
                                         .signature = "REPLACE(string, old, new)",
                                         .summary = "The string with every `old` replaced.",
                                         .example = "REPLACE('hello', 'l', 'L')",
                                         .result = "heLLo"}}));
  registry->Register(MakeSimple(
      {.name = "TRANSLATE",
       .aliases = {"TRANSLATE3"},
       .parameters = {Parameter::kText},
       .min = 3,
       .max = 3,
       .result = Always(DataType::String()),
       .nullable = Nullable::kFromFirst,
       .kernel = RowKernelWithNull<Text, Text, Text, Text>(Translate),
       .doc = {.group = "string",
               .signature = "TRANSLATE(string, from, to)",
               .summary = "Each character that occurs in `from` replaced by the one at the "
                          "same place of `to`, or left out where `to` is shorter.",
               .example = "TRANSLATE('hello', 'el', 'ip')",
               .result = "hippo"}}));
  registry->Register(MakeSimple({.name = "REVERSE",
                                 .parameters = {Parameter::kText},
                                 .result = Always(DataType::String()),
                                 .nullable = Nullable::kAlways,
                                 .kernel = RowKernel<Text, Text>(Reverse),
                                 .doc = {.group = "string",
                                         .signature = "REVERSE(string)",
                                         .summary = "The characters in reverse order.",
                                         .example = "REVERSE('abc')",
                                         .result = "cba"}}));
}

}  // namespace millrace
