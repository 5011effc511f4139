// SPDX-License-Identifier: Apache-2.0
// UPPER, LOWER (full case mapping by ICU: UPPER('ß') is 'SS') and INITCAP. Flink's INITCAP takes
// every character outside ASCII for a separator; ours knows Unicode's letters, as documented.
#include <unicode/bytestream.h>
#include <unicode/casemap.h>
#include <unicode/uchar.h>

#include "base/utf8.h"
#include "functions/kernel_support.h"
#include "functions/simple_function.h"
#include "functions/string/text.h"

namespace millrace {
namespace {

template <bool kUpper>
bool AppendMapped(Text text, std::string* out) {
  const size_t before = out->size();
  if (IsAscii(text)) {
    out->append(text);
    constexpr char kFirst = kUpper ? 'a' : 'A';
    for (char* c = out->data() + before; c != out->data() + out->size(); ++c) {
      const bool letter = static_cast<uint8_t>(*c - kFirst) < 26;
      *c = static_cast<char>(*c ^ (letter ? 0x20 : 0));
    }
    return true;
  }
  icu::StringByteSink<std::string> sink(out);
  UErrorCode status = U_ZERO_ERROR;
  const icu::StringPiece piece(text.data(), static_cast<int32_t>(text.size()));
  if constexpr (kUpper) {
    icu::CaseMap::utf8ToUpper("", 0, piece, sink, nullptr, status);
  } else {
    icu::CaseMap::utf8ToLower("", 0, piece, sink, nullptr, status);
  }
  if (U_SUCCESS(status)) return true;
  out->resize(before);
  return false;
}

template <bool kUpper>
void MapCase(StringWriter& out, Text text) {
  if (!AppendMapped<kUpper>(text, &out.bytes())) {
    out.Fail(kInvalidArgument, "the text has no case mapping");
  }
}

void Capitalise(StringWriter& out, Text text) {
  bool starts_word = true;
  while (!text.empty()) {
    const CodePoint point = DecodeCodePoint(text);
    const auto value = static_cast<UChar32>(point.value);
    if (!point.valid || !u_isalnum(value)) {
      out.Append(text.substr(0, point.bytes));
      starts_word = true;
    } else {
      const UChar32 mapped = starts_word ? u_totitle(value) : u_tolower(value);
      AppendCodePoint(static_cast<char32_t>(mapped), &out.bytes());
      starts_word = false;
    }
    text.remove_prefix(point.bytes);
  }
}

}  // namespace

bool AppendUpper(Text text, std::string* out) { return AppendMapped<true>(text, out); }

void RegisterCaseFunctions(FunctionRegistry* registry) {
  registry->Register(MakeSimple({.name = "UPPER",
                                 .parameters = {Parameter::kText},
                                 .result = TypeOfFirst,
                                 .kernel = RowKernel<Text, Text>(MapCase<true>),
                                 .doc = {.group = "string",
                                         .signature = "UPPER(string)",
                                         .summary = "The string in upper case.",
                                         .example = "UPPER('abc')",
                                         .result = "ABC"}}));
  registry->Register(MakeSimple({.name = "LOWER",
                                 .parameters = {Parameter::kText},
                                 .result = TypeOfFirst,
                                 .kernel = RowKernel<Text, Text>(MapCase<false>),
                                 .doc = {.group = "string",
                                         .signature = "LOWER(string)",
                                         .summary = "The string in lower case.",
                                         .example = "LOWER('ABC')",
                                         .result = "abc"}}));
  registry->Register(
      MakeSimple({.name = "INITCAP",
                  .parameters = {Parameter::kText},
                  .result = TypeOfFirst,
                  .kernel = RowKernel<Text, Text>(Capitalise),
                  .doc = {.group = "string",
                          .signature = "INITCAP(string)",
                          .summary = "Each word with its first letter in upper case and the others "
                                     "in lower case. Letters and digits make words.",
                          .example = "INITCAP('hello wORLD')",
                          .result = "Hello World"}}));
}

}  // namespace millrace
