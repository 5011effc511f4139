// SPDX-License-Identifier: Apache-2.0
// TO_BASE64 and FROM_BASE64, strict as java.util.Base64: no white space, padding may be left out,
// and what is wrong fails the row.
#include <array>

#include "functions/kernel_support.h"
#include "functions/simple_function.h"
#include "functions/string/text.h"

namespace millrace {
namespace {

constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void ToBase64(StringWriter& out, Text data) {
  for (size_t i = 0; i < data.size(); i += 3) {
    const size_t count = std::min<size_t>(3, data.size() - i);
    uint32_t bits = 0;
    for (size_t j = 0; j < 3; ++j) {
      bits = bits << 8 | (j < count ? static_cast<uint8_t>(data[i + j]) : 0);
    }
    for (size_t j = 0; j < 4; ++j) {
      out.Append(j <= count ? kAlphabet[(bits >> (18 - 6 * j)) & 63] : '=');
    }
  }
}

std::array<int8_t, 256> MakeReverse() {
  std::array<int8_t, 256> reverse;
  reverse.fill(-1);
  for (int i = 0; i < 64; ++i) reverse[static_cast<uint8_t>(kAlphabet[i])] = static_cast<int8_t>(i);
  return reverse;
}

void FromBase64(StringWriter& out, Text text) {
  static const std::array<int8_t, 256> kReverse = MakeReverse();
  const auto fail = [&](const char* why) {
    out.Fail(kInvalidArgument, std::string("FROM_BASE64 cannot decode its argument: ") + why);
  };
  std::string bytes;
  uint32_t bits = 0;
  int held = 0;  // characters of the last unit
  size_t i = 0;
  for (; i < text.size() && text[i] != '='; ++i) {
    const int value = kReverse[static_cast<uint8_t>(text[i])];
    if (value < 0) return fail("a character is not of the alphabet");
    bits = bits << 6 | static_cast<uint32_t>(value);
    if (++held == 4) {
      for (int shift = 16; shift >= 0; shift -= 8)
        bytes.push_back(static_cast<char>(bits >> shift));
      bits = 0;
      held = 0;
    }
  }
  if (i < text.size()) {
    const Text padding = text.substr(i);
    if (held < 2 || padding != (held == 2 ? "==" : "=")) return fail("the padding is wrong");
  }
  if (held == 1) return fail("the last unit has a single character");
  if (held >= 2) bytes.push_back(static_cast<char>(bits >> (held == 2 ? 4 : 10)));
  if (held == 3) bytes.push_back(static_cast<char>(bits >> 2));
  AppendRepaired(bytes, &out.bytes());
}

}  // namespace

void RegisterBase64Functions(FunctionRegistry* registry) {
  registry->Register(MakeSimple({.name = "TO_BASE64",
                                 .parameters = {Parameter::kTextOrBytes},
                                 .result = Always(DataType::String()),
                                 .kernel = RowKernel<Text, Text>(ToBase64),
                                 .doc = {.group = "string",
                                         .signature = "TO_BASE64(string or bytes)",
                                         .summary = "The bytes in base64.",
                                         .example = "TO_BASE64('hello')",
                                         .result = "aGVsbG8="}}));
  registry->Register(MakeSimple({.name = "FROM_BASE64",
                                 .parameters = {Parameter::kText},
                                 .result = Always(DataType::String()),
                                 .can_fail = true,
                                 .kernel = RowKernel<Text, Text>(FromBase64),
                                 .doc = {.group = "string",
                                         .signature = "FROM_BASE64(string)",
                                         .summary = "The text that was encoded in base64.",
                                         .example = "FROM_BASE64('aGVsbG8=')",
                                         .result = "hello"}}));
}

}  // namespace millrace
