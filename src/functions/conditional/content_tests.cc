// SPDX-License-Identifier: Apache-2.0
// IS_ALPHA, IS_DIGIT and IS_DECIMAL: what a text consists of. Never NULL: FALSE for NULL and for
// the empty string. Of numbers IS_DIGIT takes the integers and IS_DECIMAL all.
#include <unicode/uchar.h>

#include <charconv>

#include "base/utf8.h"
#include "functions/conditional/register.h"
#include "functions/kernel_support.h"

namespace millrace {
namespace {

using Text = std::string_view;

bool AllCharacters(Text text, bool (*test)(UChar32)) {
  if (text.empty()) return false;
  while (!text.empty()) {
    const CodePoint point = DecodeCodePoint(text);
    // Java asks by UTF-16 unit, and half a pair is neither letter nor digit.
    if (!point.valid || point.value > 0xFFFF || !test(static_cast<UChar32>(point.value))) {
      return false;
    }
    text.remove_prefix(point.bytes);
  }
  return true;
}

bool IsLetter(UChar32 c) { return u_isalpha(c); }
bool IsDigitCharacter(UChar32 c) { return u_isdigit(c); }

/// What Double.parseDouble takes, but hexadecimal.
bool IsDecimalText(Text text) {
  while (!text.empty() && static_cast<uint8_t>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<uint8_t>(text.back()) <= ' ') text.remove_suffix(1);
  if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
  if (text == "NaN" || text == "Infinity") return true;
  if (!text.empty() && Text("dDfF").find(text.back()) != Text::npos) text.remove_suffix(1);
  const size_t whole = std::min(text.find_first_not_of("0123456789"), text.size());
  text.remove_prefix(whole);
  size_t fraction = 0;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    fraction = std::min(text.find_first_not_of("0123456789"), text.size());
    text.remove_prefix(fraction);
  }
  if (whole + fraction == 0) return false;
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
    const size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    if (digits == 0) return false;
    text.remove_prefix(digits);
  }
  return text.empty();
}

/// The test of text, or whether a value of another type is there at all and `accepts` the type.
void Register(FunctionRegistry* registry, std::string name, bool (*test)(Text),
              bool (*accepts)(const DataType&), FunctionDoc doc) {
  doc.group = "conditional";
  doc.signature = name + "(value)";
  const auto resolve = [=](const CallSite& site) -> Result<ResolvedCall> {
    if (site.args.size() != 1) return WrongArgumentCount(name, site, name + "(value)");
    const DataType type = site.args[0].bare_null ? DataType::String() : site.args[0].type;
    ResolvedCall resolved{
        .result = DataType::Boolean().NotNull(), .arg_types = {type}, .kernel = {}};
    if (type.is_character()) {
      resolved.kernel =
          RowKernelWithNull<bool, Text>([test](BoolWriter& out, std::optional<Text> text) {
            out.Set(text.has_value() && test(*text));
          });
      return resolved;
    }
    resolved.kernel = [accepted = accepts(type)](KernelContext& ctx, const Arguments& args,
                                                 int64_t length) {
      return RunKernel(ctx, args, length, [&](int64_t rows) {
        const ValidityReader validity(args[0]);
        BoolWriter out(&ctx, rows);
        for (int64_t i = 0; i < rows; ++i, out.EndRow()) {
          out.Set(accepted && !validity.IsNull(i));
        }
        return out.Finish(ctx.result_type.ToArrow());
      });
    };
    return resolved;
  };
  registry->Register({.name = name, .aliases = {}, .doc = std::move(doc), .resolve = resolve});
}

}  // namespace

void RegisterContentTests(FunctionRegistry* registry) {
  Register(
      registry, "IS_ALPHA", [](Text text) { return AllCharacters(text, IsLetter); },
      [](const DataType&) { return false; },
      {.summary = "Whether a text consists of letters only.",
       .example = "IS_ALPHA('abc')",
       .result = "true"});
  Register(
      registry, "IS_DIGIT", [](Text text) { return AllCharacters(text, IsDigitCharacter); },
      [](const DataType& type) { return type.is_integer(); },
      {.summary = "Whether a text consists of digits only.",
       .example = "IS_DIGIT('123')",
       .result = "true"});
  Register(registry, "IS_DECIMAL", IsDecimalText,
           [](const DataType& type) { return type.is_numeric(); },
           {.summary = "Whether a text can be read as a number.",
            .example = "IS_DECIMAL('-1.5')",
            .result = "true"});
}

}  // namespace millrace
