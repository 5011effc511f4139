// SPDX-License-Identifier: Apache-2.0
// HEX of integers (two's complement of 64 bits, upper case) and of text; UNHEX to bytes. UNHEX of
// an odd number of digits starts with a zero byte in place of the lone first digit, as in Flink.
#include <charconv>

#include "functions/kernel_support.h"
#include "functions/simple_function.h"
#include "functions/string/text.h"

namespace millrace {
namespace {

constexpr char kDigits[] = "0123456789ABCDEF";

void HexOfNumber(StringWriter& out, int64_t value) {
  char digits[16];
  int count = 0;
  auto rest = static_cast<uint64_t>(value);
  do {
    digits[count++] = kDigits[rest & 15];
    rest >>= 4;
  } while (rest != 0);
  while (count > 0) out.Append(digits[--count]);
}

void HexOfText(StringWriter& out, Text text) {
  for (const char c : text) {
    out.Append(kDigits[static_cast<uint8_t>(c) >> 4]);
    out.Append(kDigits[static_cast<uint8_t>(c) & 15]);
  }
}

int DigitOf(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

void Unhex(StringWriter& out, Text text) {
  size_t i = text.size() % 2;
  if (i == 1) {
    if (DigitOf(text[0]) < 0) return out.Null();
    out.Append('\0');
  }
  for (; i < text.size(); i += 2) {
    const int high = DigitOf(text[i]);
    const int low = DigitOf(text[i + 1]);
    if (high < 0 || low < 0) return out.Null();
    out.Append(static_cast<char>(high << 4 | low));
  }
}

Result<ResolvedCall> ResolveHex(const CallSite& site) {
  constexpr Text kSignature = "HEX(integer or string)";
  const bool number =
      site.args.size() == 1 && !site.args[0].bare_null && site.args[0].type.is_integer();
  TRY_ASSIGN(auto types,
             MatchParameters("HEX", site, {number ? Parameter::kBigInt : Parameter::kText}, 1, 1,
                             kSignature));
  return ResolvedCall{
      .result = DataType::String().Nullable(AnyNullable(site)),
      .arg_types = std::move(types),
      .kernel = number ? RowKernel<Text, int64_t>(HexOfNumber) : RowKernel<Text, Text>(HexOfText)};
}

}  // namespace

void RegisterHexFunctions(FunctionRegistry* registry) {
  registry->Register(
      {.name = "HEX",
       .aliases = {},
       .doc = {.group = "string",
               .signature = "HEX(integer or string)",
               .summary = "The hexadecimal digits of an integer, or of the bytes of a "
                          "string.",
               .example = "HEX(255)",
               .result = "FF"},
       .resolve = ResolveHex});
  registry->Register(MakeSimple(
      {.name = "UNHEX",
       .parameters = {Parameter::kText},
       .result = Always(DataType::Bytes()),
       .nullable = SimpleFunction::Nullable::kAlways,
       .kernel = RowKernel<Text, Text>(Unhex),
       .doc = {.group = "string",
               .signature = "UNHEX(string)",
               .summary = "The bytes that hexadecimal digits stand for; NULL if there is "
                          "anything else.",
               .example = "UNHEX('6162')",
               .result = "[97, 98]"}}));
}

}  // namespace millrace
