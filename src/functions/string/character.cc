// SPDX-License-Identifier: Apache-2.0
// CHAR_LENGTH (code points), ASCII (the first byte, signed as in Flink) and CHR (Latin-1 by the low
// byte).
#include "base/utf8.h"
#include "functions/kernel_support.h"
#include "functions/simple_function.h"
#include "functions/string/text.h"

namespace millrace {
namespace {

void Chr(StringWriter& out, int64_t code) {
  if (code < 0) return;
  AppendCodePoint(static_cast<char32_t>(code & 0xFF), &out.bytes());
}

}  // namespace

void RegisterCharacterFunctions(FunctionRegistry* registry) {
  registry->Register(
      MakeSimple({.name = "CHAR_LENGTH",
                  .aliases = {"CHARACTER_LENGTH"},
                  .parameters = {Parameter::kText},
                  .result = Always(DataType::Int()),
                  .kernel = RowKernel<int32_t, Text>([](auto& out, Text text) {
                    out.Set(static_cast<int32_t>(CountChars(text)));
                  }),
                  .doc = {.group = "string",
                          .signature = "CHAR_LENGTH(string)",
                          .summary = "The number of characters (Unicode code points).",
                          .example = "CHAR_LENGTH('hello')",
                          .result = "5"}}));
  registry->Register(MakeSimple(
      {.name = "ASCII",
       .parameters = {Parameter::kText},
       .result = Always(DataType::Int()),
       .kernel = RowKernel<int32_t, Text>(
           [](auto& out, Text text) { out.Set(text.empty() ? 0 : static_cast<int8_t>(text[0])); }),
       .doc = {.group = "string",
               .signature = "ASCII(string)",
               .summary =
                   "The code of the first character; 0 for the empty string. Outside ASCII it "
                   "is the first UTF-8 byte as a signed number.",
               .example = "ASCII('abc')",
               .result = "97"}}));
  registry->Register(MakeSimple(
      {.name = "CHR",
       .parameters = {Parameter::kBigInt},
       .result = Always(DataType::String()),
       .nullable = SimpleFunction::Nullable::kAlways,
       .kernel = RowKernel<Text, int64_t>(Chr),
       .doc = {.group = "string",
               .signature = "CHR(integer)",
               .summary = "The character with that code, of which only the low byte counts; empty "
                          "for a negative one.",
               .example = "CHR(97)",
               .result = "a"}}));
}

}  // namespace millrace
