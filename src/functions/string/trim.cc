// SPDX-License-Identifier: Apache-2.0
// TRIM, LTRIM, RTRIM, BTRIM: take spaces, or any of a set of characters, off the ends. Only the
// space counts as such by default; an empty set takes nothing.
#include "functions/kernel_support.h"
#include "functions/simple_function.h"
#include "functions/string/text.h"

namespace millrace {
namespace {

bool InSet(Text characters, Text one) {
  for (size_t i = 0; i < characters.size();) {
    const size_t length = LengthOfCodePoint(characters, i);
    if (characters.substr(i, length) == one) return true;
    i += length;
  }
  return false;
}

Text TrimLeft(Text text, Text characters) {
  while (!text.empty()) {
    const size_t length = LengthOfCodePoint(text, 0);
    if (!InSet(characters, text.substr(0, length))) break;
    text.remove_prefix(length);
  }
  return text;
}

Text TrimRight(Text text, Text characters) {
  while (!text.empty()) {
    size_t start = text.size() - 1;
    while (start > 0 && (static_cast<uint8_t>(text[start]) & 0xC0) == 0x80) --start;
    if (!InSet(characters, text.substr(start))) break;
    text.remove_suffix(text.size() - start);
  }
  return text;
}

struct Sides {
  bool left;
  bool right;
};

ScalarKernel TrimKernel(Sides sides) {
  const auto trim = [sides](StringWriter& out, Text text, Text characters) {
    if (sides.left) text = TrimLeft(text, characters);
    if (sides.right) text = TrimRight(text, characters);
    out.Set(text);
  };
  return [trim](KernelContext& ctx, const Arguments& args, int64_t length) {
    if (args.size() == 2) return MapRows<Text, Text, Text>(ctx, args, length, trim);
    return MapRows<Text, Text>(ctx, args, length,
                               [&](StringWriter& out, Text text) { trim(out, text, " "); });
  };
}

SimpleFunction Trimmer(std::string name, Sides sides, FunctionDoc doc) {
  doc.group = "string";
  return {.name = std::move(name),
          .parameters = {Parameter::kText},
          .max = 2,
          .result = VarcharOfFirst,
          .kernel = TrimKernel(sides),
          .doc = std::move(doc)};
}

}  // namespace

void RegisterTrimFunctions(FunctionRegistry* registry) {
  // TRIM's side is a word of its syntax; the binder passes (string, characters) and the word.
  SimpleFunction trim = Trimmer(
      "TRIM", {true, true},
      {.signature = "TRIM([BOTH | LEADING | TRAILING] [characters] [FROM] string)",
       .summary = "The string without spaces, or without any of the characters, at its ends.",
       .example = "TRIM(BOTH 'x' FROM 'xxabcx')",
       .result = "abc"});
  ScalarFunction function = MakeSimple(trim);
  function.resolve = [resolve = function.resolve](const CallSite& site) -> Result<ResolvedCall> {
    TRY_ASSIGN(ResolvedCall resolved, resolve(site));
    const std::string side = site.options.empty() ? "BOTH" : site.options[0];
    resolved.kernel = TrimKernel({.left = side != "TRAILING", .right = side != "LEADING"});
    return resolved;
  };
  registry->Register(std::move(function));

  registry->Register(MakeSimple(
      Trimmer("LTRIM", {true, false},
              {.signature = "LTRIM(string [, characters])",
               .summary = "The string without spaces, or any of the characters, at its start.",
               .example = "LTRIM('xyabc', 'yx')",
               .result = "abc"})));
  registry->Register(MakeSimple(
      Trimmer("RTRIM", {false, true},
              {.signature = "RTRIM(string [, characters])",
               .summary = "The string without spaces, or any of the characters, at its end.",
               .example = "RTRIM('abcxy', 'yx')",
               .result = "abc"})));
  SimpleFunction both =
      Trimmer("BTRIM", {true, true},
              {.signature = "BTRIM(string [, characters])",
               .summary = "The string without spaces, or any of the characters, at both ends.",
               .example = "BTRIM('  abc  ')",
               .result = "abc"});
  both.result = Always(DataType::String());
  registry->Register(MakeSimple(std::move(both)));
}

}  // namespace millrace
