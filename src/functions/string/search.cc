// SPDX-License-Identifier: Apache-2.0
// POSITION, LOCATE, INSTR, STARTSWITH and ENDSWITH. Positions count code points and begin at 1; 0
// means absent. The empty string is found at 1.
#include <limits>

#include "functions/kernel_support.h"
#include "functions/simple_function.h"
#include "functions/string/text.h"

namespace millrace {
namespace {

int32_t Position(Text needle, Text text, int64_t start) {
  return static_cast<int32_t>(IndexOf(text, needle, start - 1) + 1);
}

Result<arrow::Datum> PositionKernel(KernelContext& ctx, const Arguments& args, int64_t length) {
  if (args.size() == 3) {
    return MapRows<int32_t, Text, Text, int32_t>(
        ctx, args, length, [](auto& out, Text needle, Text text, int32_t start) {
          out.Set(Position(needle, text, start));
        });
  }
  return MapRows<int32_t, Text, Text>(ctx, args, length, [](auto& out, Text needle, Text text) {
    out.Set(Position(needle, text, 1));
  });
}

/// The place of the nth occurrence from `start`; a negative start searches backwards from the end.
int32_t NthPosition(Text text, Text needle, int32_t start, int32_t occurrence) {
  if (start == 0) return 0;
  if (start > 0) {
    int64_t from = start;
    int64_t place = 0;
    for (int32_t i = 0; i < occurrence; ++i) {
      place = IndexOf(text, needle, from - 1) + 1;
      if (place == 0 || needle.empty()) break;
      from = place + 1;
    }
    return static_cast<int32_t>(place);
  }
  const int32_t forward =
      start == std::numeric_limits<int32_t>::min() ? std::numeric_limits<int32_t>::max() : -start;
  const int32_t place = NthPosition(Reversed(text), Reversed(needle), forward, occurrence);
  if (place == 0) return 0;
  return static_cast<int32_t>(CountChars(text) + 2 - place - CountChars(needle));
}

void Instr(FixedWriter<int32_t>& out, Text text, Text needle, int32_t start, int32_t occurrence) {
  if (occurrence <= 0) {
    return out.Fail(kInvalidArgument, "the occurrence INSTR looks for must be positive, not " +
                                          std::to_string(occurrence));
  }
  out.Set(NthPosition(text, needle, start, occurrence));
}

Result<arrow::Datum> InstrKernel(KernelContext& ctx, const Arguments& args, int64_t length) {
  if (args.size() == 4) {
    return MapRows<int32_t, Text, Text, int32_t, int32_t>(ctx, args, length, Instr);
  }
  if (args.size() == 3) {
    return MapRows<int32_t, Text, Text, int32_t>(
        ctx, args, length, [](auto& out, Text text, Text needle, int32_t start) {
          Instr(out, text, needle, start, 1);
        });
  }
  return MapRows<int32_t, Text, Text>(
      ctx, args, length, [](auto& out, Text text, Text needle) { Instr(out, text, needle, 1, 1); });
}

/// Both text or both bytes.
ScalarFunction BothAlike(SimpleFunction simple) {
  ScalarFunction function = MakeSimple(simple);
  function.resolve = [resolve = function.resolve, name = function.name,
                      signature =
                          function.doc.signature](const CallSite& site) -> Result<ResolvedCall> {
    TRY_ASSIGN(ResolvedCall resolved, resolve(site));
    const auto binary = [&](size_t i) {
      return !site.args[i].bare_null && site.args[i].type.is_binary();
    };
    const bool free = site.args[0].bare_null || site.args[1].bare_null;
    if (!free && binary(0) != binary(1)) return NoSignature(name, site, signature);
    return resolved;
  };
  return function;
}

}  // namespace

void RegisterSearchFunctions(FunctionRegistry* registry) {
  const std::vector<Parameter> position = {Parameter::kText, Parameter::kText, Parameter::kInt};
  registry->Register(MakeSimple(
      {.name = "POSITION",
       .parameters = position,
       .min = 2,
       .max = 3,
       .result = Always(DataType::Int()),
       .kernel = PositionKernel,
       .doc = {
           .group = "string",
           .signature = "POSITION(needle IN string [FROM start])",
           .summary = "Where the needle first occurs, the first character being 1; 0 if nowhere.",
           .example = "POSITION('l' IN 'hello')",
           .result = "3"}}));
  registry->Register(MakeSimple(
      {.name = "LOCATE",
       .parameters = position,
       .min = 2,
       .max = 3,
       .result = Always(DataType::Int()),
       .kernel = PositionKernel,
       .doc = {.group = "string",
               .signature = "LOCATE(needle, string [, start])",
               .summary = "Where the needle first occurs from a position on; 0 if nowhere.",
               .example = "LOCATE('l', 'hello', 4)",
               .result = "4"}}));
  registry->Register(MakeSimple(
      {.name = "INSTR",
       .parameters = {Parameter::kText, Parameter::kText, Parameter::kInt, Parameter::kInt},
       .min = 2,
       .max = 4,
       .result = Always(DataType::Int()),
       .can_fail = true,
       .kernel = InstrKernel,
       .doc = {.group = "string",
               .signature = "INSTR(string, needle [, start [, occurrence]])",
               .summary = "Where the needle occurs for the nth time from a position on, backwards "
                          "from the end for a negative one; 0 if nowhere.",
               .example = "INSTR('corporate floor', 'or', 3, 2)",
               .result = "14"}}));
  registry->Register(
      BothAlike({.name = "STARTSWITH",
                 .parameters = {Parameter::kTextOrBytes},
                 .min = 2,
                 .max = 2,
                 .result = Always(DataType::Boolean()),
                 .kernel = RowKernel<bool, Text, Text>(
                     [](auto& out, Text text, Text start) { out.Set(text.starts_with(start)); }),
                 .doc = {.group = "string",
                         .signature = "STARTSWITH(string, start)",
                         .summary = "Whether a string (or bytes) begins with another.",
                         .example = "STARTSWITH('hello', 'he')",
                         .result = "true"}}));
  registry->Register(
      BothAlike({.name = "ENDSWITH",
                 .parameters = {Parameter::kTextOrBytes},
                 .min = 2,
                 .max = 2,
                 .result = Always(DataType::Boolean()),
                 .kernel = RowKernel<bool, Text, Text>(
                     [](auto& out, Text text, Text end) { out.Set(text.ends_with(end)); }),
                 .doc = {.group = "string",
                         .signature = "ENDSWITH(string, end)",
                         .summary = "Whether a string (or bytes) ends with another.",
                         .example = "ENDSWITH('hello', 'lo')",
                         .result = "true"}}));
}

}  // namespace millrace
