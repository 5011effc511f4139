// SPDX-License-Identifier: Apache-2.0
// SUBSTRING, LEFT and RIGHT, by code point. A start of 0 is 1, a negative one counts from the end
// (and gives
// '' before the first character); a negative length of SUBSTRING is NULL.
#include <limits>

#include "functions/kernel_support.h"
#include "functions/simple_function.h"
#include "functions/string/text.h"

namespace millrace {
namespace {

void Substring(StringWriter& out, Text text, int32_t start, int32_t length) {
  if (length < 0) return out.Null();
  int64_t from = start > 0 ? int64_t{start} - 1 : 0;
  if (start < 0) {
    from = CountChars(text) + start;
    if (from < 0) return out.Set({});
  }
  const Text rest = text.substr(OffsetOfCodePoint(text, from));
  out.Set(rest.substr(0, OffsetOfCodePoint(rest, length)));
}

Result<arrow::Datum> SubstringKernel(KernelContext& ctx, const Arguments& args, int64_t length) {
  if (args.size() == 3) return MapRows<Text, Text, int32_t, int32_t>(ctx, args, length, Substring);
  return MapRows<Text, Text, int32_t>(
      ctx, args, length, [](StringWriter& out, Text text, int32_t start) {
        Substring(out, text, start, std::numeric_limits<int32_t>::max());
      });
}

void Left(StringWriter& out, Text text, int32_t count) {
  out.Set(text.substr(0, OffsetOfCodePoint(text, count)));
}

void Right(StringWriter& out, Text text, int32_t count) {
  if (count <= 0) return out.Set({});
  const int64_t skipped = CountChars(text) - count;
  out.Set(text.substr(OffsetOfCodePoint(text, skipped)));
}

}  // namespace

void RegisterSubstringFunctions(FunctionRegistry* registry) {
  using Nullable = SimpleFunction::Nullable;
  registry->Register(
      MakeSimple({.name = "SUBSTRING",
                  .aliases = {"SUBSTR"},
                  .parameters = {Parameter::kText, Parameter::kInt, Parameter::kInt},
                  .min = 2,
                  .max = 3,
                  .result = VarcharOfFirst,
                  .nullable = Nullable::kAlways,
                  .kernel = SubstringKernel,
                  .doc = {.group = "string",
                          .signature = "SUBSTRING(string FROM start [FOR length])",
                          .summary = "The part that starts at a position, the first being 1. A "
                                     "negative start counts from the end.",
                          .example = "SUBSTRING('hello' FROM 2 FOR 3)",
                          .result = "ell"}}));
  registry->Register(
      MakeSimple({.name = "LEFT",
                  .parameters = {Parameter::kText, Parameter::kInt},
                  .min = 2,
                  .max = 2,
                  .result = VarcharOfFirst,
                  .nullable = Nullable::kAlways,
                  .kernel = RowKernel<Text, Text, int32_t>(Left),
                  .doc = {.group = "string",
                          .signature = "LEFT(string, count)",
                          .summary = "The first characters; none for a count below 1.",
                          .example = "LEFT('hello', 2)",
                          .result = "he"}}));
  registry->Register(
      MakeSimple({.name = "RIGHT",
                  .parameters = {Parameter::kText, Parameter::kInt},
                  .min = 2,
                  .max = 2,
                  .result = VarcharOfFirst,
                  .nullable = Nullable::kAlways,
                  .kernel = RowKernel<Text, Text, int32_t>(Right),
                  .doc = {.group = "string",
                          .signature = "RIGHT(string, count)",
                          .summary = "The last characters; none for a count below 1.",
                          .example = "RIGHT('hello', 2)",
                          .result = "lo"}}));
}

}  // namespace millrace
