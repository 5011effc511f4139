// SPDX-License-Identifier: Apache-2.0
// INET_ATON and INET_NTOA: IPv4 addresses as numbers. A short address has its last part in the last
// byte (127.1 is 127.0.0.1); every part is at most 255. Anything else is NULL.
#include "functions/kernel_support.h"
#include "functions/simple_function.h"
#include "functions/string/text.h"

namespace millrace {
namespace {

void InetAton(FixedWriter<int64_t>& out, Text text) {
  int64_t parts[4];
  int count = 0;
  while (true) {
    const size_t dot = text.find('.');
    const Text part = text.substr(0, dot);
    if (count == 4 || part.empty()) return out.Null();
    int64_t value = 0;
    for (const char c : part) {
      if (c < '0' || c > '9') return out.Null();
      value = value * 10 + (c - '0');
      if (value > 255) return out.Null();
    }
    parts[count++] = value;
    if (dot == Text::npos) break;
    text.remove_prefix(dot + 1);
  }
  int64_t address = parts[count - 1];
  for (int i = 0; i + 1 < count; ++i) address |= parts[i] << (24 - 8 * i);
  out.Set(address);
}

void InetNtoa(StringWriter& out, int64_t address) {
  if (address < 0 || address > 0xFFFFFFFFLL) return out.Null();
  for (int shift = 24; shift >= 0; shift -= 8) {
    out.Append(std::to_string((address >> shift) & 255));
    if (shift > 0) out.Append('.');
  }
}

}  // namespace

void RegisterInetFunctions(FunctionRegistry* registry) {
  using Nullable = SimpleFunction::Nullable;
  registry->Register(
      MakeSimple({.name = "INET_ATON",
                  .parameters = {Parameter::kText},
                  .result = Always(DataType::BigInt()),
                  .nullable = Nullable::kAlways,
                  .kernel = RowKernel<int64_t, Text>(InetAton),
                  .doc = {.group = "string",
                          .signature = "INET_ATON(string)",
                          .summary = "An IPv4 address as a number; NULL if it is none.",
                          .example = "INET_ATON('127.0.0.1')",
                          .result = "2130706433"}}));
  registry->Register(
      MakeSimple({.name = "INET_NTOA",
                  .parameters = {Parameter::kBigInt},
                  .result = Always(DataType::String()),
                  .nullable = Nullable::kAlways,
                  .kernel = RowKernel<Text, int64_t>(InetNtoa),
                  .doc = {.group = "string",
                          .signature = "INET_NTOA(integer)",
                          .summary = "A number as an IPv4 address; NULL if it is none.",
                          .example = "INET_NTOA(2130706433)",
                          .result = "127.0.0.1"}}));
}

}  // namespace millrace
