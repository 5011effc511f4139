// SPDX-License-Identifier: Apache-2.0
// JSON_QUOTE and JSON_UNQUOTE. JSON_QUOTE writes everything outside printable ASCII as \uXXXX;
// beyond the basic plane Flink writes something that is no JSON, ours is the pair of surrogates.
// JSON_UNQUOTE gives back what is not a quoted string as it is.
#include "base/utf8.h"
#include "functions/json/json_string.h"
#include "functions/json/register.h"
#include "functions/kernel_support.h"
#include "functions/simple_function.h"

namespace millrace {
namespace {

using Text = std::string_view;

void AppendUnit(StringWriter& out, char32_t unit) {
  constexpr char kDigits[] = "0123456789abcdef";
  out.Append("\\u");
  for (int shift = 12; shift >= 0; shift -= 4) out.Append(kDigits[(unit >> shift) & 15]);
}

void Quote(StringWriter& out, Text text) {
  out.Append('"');
  while (!text.empty()) {
    const CodePoint point = DecodeCodePoint(text);
    text.remove_prefix(point.bytes);
    constexpr Text kSpecial = "\"\\/\b\f\n\r\t";
    constexpr Text kEscapes = "\"\\/bfnrt";
    const size_t known =
        point.value < 128 ? kSpecial.find(static_cast<char>(point.value)) : Text::npos;
    if (known != Text::npos) {
      out.Append('\\');
      out.Append(kEscapes[known]);
    } else if (point.value >= 32 && point.value < 127) {
      out.Append(static_cast<char>(point.value));
    } else if (point.value < 0x10000) {
      AppendUnit(out, point.value);
    } else {
      AppendUnit(out, 0xD800 + ((point.value - 0x10000) >> 10));
      AppendUnit(out, 0xDC00 + ((point.value - 0x10000) & 0x3FF));
    }
  }
  out.Append('"');
}

void Unquote(StringWriter& out, Text text) {
  if (text.size() < 2 || !text.starts_with('"') || !text.ends_with('"')) return out.Set(text);
  std::string inner;
  out.Set(UnescapeJson(text.substr(1, text.size() - 2), &inner) ? Text(inner) : text);
}

}  // namespace

void RegisterJsonQuote(FunctionRegistry* registry) {
  registry->Register(MakeSimple({.name = "JSON_QUOTE",
                                 .parameters = {Parameter::kText},
                                 .result = Always(DataType::String()),
                                 .kernel = RowKernel<Text, Text>(Quote),
                                 .doc = {.group = "json",
                                         .signature = "JSON_QUOTE(string)",
                                         .summary = "The string as a JSON string, in quotes.",
                                         .example = "JSON_QUOTE('a\"b')",
                                         .result = "\"a\\\"b\""}}));
  registry->Register(MakeSimple(
      {.name = "JSON_UNQUOTE",
       .parameters = {Parameter::kText},
       .result = Always(DataType::String()),
       .kernel = RowKernel<Text, Text>(Unquote),
       .doc = {.group = "json",
               .signature = "JSON_UNQUOTE(string)",
               .summary = "What a JSON string in quotes stands for; anything else as it is.",
               .example = "JSON_UNQUOTE('\"abc\"')",
               .result = "abc"}}));
}

}  // namespace millrace
