// SPDX-License-Identifier: Apache-2.0
// ENCODE and DECODE: text to bytes and back in a named character set: those every Java has, done
// here, and what else ICU knows. UTF-16 writes a big-endian byte order mark. What a set lacks
// becomes '?', bytes that mean nothing become U+FFFD.
#include <unicode/ucnv.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <memory>

#include "base/utf8.h"
#include "functions/kernel_support.h"
#include "functions/simple_function.h"
#include "functions/string/text.h"

namespace millrace {
namespace {

enum class Charset { kUtf8, kUtf16, kUtf16Be, kUtf16Le, kUtf32, kLatin1, kAscii, kUnknown };

Charset FindCharset(Text name) {
  std::string lower(name);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  static constexpr std::pair<Text, Charset> kNames[] = {
      {"utf-8", Charset::kUtf8},        {"utf8", Charset::kUtf8},
      {"utf-16", Charset::kUtf16},      {"utf16", Charset::kUtf16},
      {"utf-16be", Charset::kUtf16Be},  {"utf-16le", Charset::kUtf16Le},
      {"utf-32", Charset::kUtf32},      {"utf32", Charset::kUtf32},
      {"iso-8859-1", Charset::kLatin1}, {"iso8859_1", Charset::kLatin1},
      {"latin1", Charset::kLatin1},     {"l1", Charset::kLatin1},
      {"us-ascii", Charset::kAscii},    {"ascii", Charset::kAscii},
  };
  for (const auto& [known, charset] : kNames) {
    if (known == lower) return charset;
  }
  return Charset::kUnknown;
}

std::string UnknownCharset(Text name) {
  return "there is no character set '" + std::string(name) +
         "'; UTF-8, UTF-16LE, ISO-8859-1 and US-ASCII are some that there are";
}

using Converter = std::unique_ptr<UConverter, decltype(&ucnv_close)>;

Converter OpenConverter(Text name) {
  UErrorCode status = U_ZERO_ERROR;
  UConverter* converter = ucnv_open(std::string(name).c_str(), &status);
  return Converter(U_SUCCESS(status) ? converter : nullptr, &ucnv_close);
}

/// A set that only ICU knows. What it lacks becomes '?'.
void EncodeByIcu(StringWriter& out, Text text, Text name) {
  const Converter converter = name.empty() ? Converter(nullptr, &ucnv_close) : OpenConverter(name);
  if (converter == nullptr) return out.Fail(kInvalidArgument, UnknownCharset(name));
  UErrorCode status = U_ZERO_ERROR;
  ucnv_setSubstChars(converter.get(), "?", 1, &status);
  status = U_ZERO_ERROR;
  const auto units = icu::UnicodeString::fromUTF8(
      icu::StringPiece(text.data(), static_cast<int32_t>(text.size())));
  std::string bytes(static_cast<size_t>(units.length()) * 8 + 16, '\0');
  const int32_t size =
      ucnv_fromUChars(converter.get(), bytes.data(), static_cast<int32_t>(bytes.size()),
                      units.getBuffer(), units.length(), &status);
  if (U_FAILURE(status)) return out.Fail(kInvalidArgument, "the text cannot be encoded");
  out.Set(Text(bytes).substr(0, static_cast<size_t>(size)));
}

void DecodeByIcu(StringWriter& out, Text bytes, Text name) {
  const Converter converter = name.empty() ? Converter(nullptr, &ucnv_close) : OpenConverter(name);
  if (converter == nullptr) return out.Fail(kInvalidArgument, UnknownCharset(name));
  UErrorCode status = U_ZERO_ERROR;
  const icu::UnicodeString units(bytes.data(), static_cast<int32_t>(bytes.size()), converter.get(),
                                 status);
  if (U_FAILURE(status)) return out.Fail(kInvalidArgument, "the bytes cannot be decoded");
  units.toUTF8String(out.bytes());
}

void Append16(StringWriter& out, char16_t unit, bool little) {
  const char high = static_cast<char>(unit >> 8);
  const char low = static_cast<char>(unit & 0xFF);
  out.Append(little ? low : high);
  out.Append(little ? high : low);
}

void Encode(StringWriter& out, Text text, Text name) {
  const Charset charset = FindCharset(name);
  switch (charset) {
    case Charset::kUnknown: return EncodeByIcu(out, text, name);
    case Charset::kUtf8: return out.Set(text);
    case Charset::kUtf16:
      if (!text.empty()) Append16(out, 0xFEFF, false);
      [[fallthrough]];
    case Charset::kUtf16Be:
    case Charset::kUtf16Le:
      for (const char16_t unit : ToUtf16(text)) Append16(out, unit, charset == Charset::kUtf16Le);
      return;
    default: break;
  }
  while (!text.empty()) {
    const CodePoint point = DecodeCodePoint(text);
    text.remove_prefix(point.bytes);
    if (charset == Charset::kUtf32) {
      Append16(out, static_cast<char16_t>(point.value >> 16), false);
      Append16(out, static_cast<char16_t>(point.value & 0xFFFF), false);
    } else {
      const char32_t limit = charset == Charset::kLatin1 ? 0x100 : 0x80;
      out.Append(point.value < limit ? static_cast<char>(point.value) : '?');
    }
  }
}

void DecodeUtf16(StringWriter& out, Text bytes, bool little) {
  std::u16string units;
  for (size_t i = 0; i + 1 < bytes.size(); i += 2) {
    const auto first = static_cast<uint8_t>(bytes[i]);
    const auto second = static_cast<uint8_t>(bytes[i + 1]);
    units.push_back(static_cast<char16_t>(little ? second << 8 | first : first << 8 | second));
  }
  for (size_t i = 0; i < units.size(); ++i) {
    const bool high = units[i] >= 0xD800 && units[i] < 0xDC00;
    const bool low = units[i] >= 0xDC00 && units[i] < 0xE000;
    if (high && i + 1 < units.size() && units[i + 1] >= 0xDC00 && units[i + 1] < 0xE000) {
      AppendUtf16(std::u16string_view(units).substr(i++, 2), &out.bytes());
    } else {
      AppendCodePoint(high || low ? kReplacementCharacter : units[i], &out.bytes());
    }
  }
  if (bytes.size() % 2 == 1) AppendCodePoint(kReplacementCharacter, &out.bytes());
}

void DecodeUtf32(StringWriter& out, Text bytes) {
  for (size_t i = 0; i < bytes.size(); i += 4) {
    char32_t value = kReplacementCharacter;
    if (i + 4 <= bytes.size()) {
      value = 0;
      for (size_t j = 0; j < 4; ++j) value = value << 8 | static_cast<uint8_t>(bytes[i + j]);
    }
    const bool valid = value < 0x110000 && (value < 0xD800 || value > 0xDFFF);
    AppendCodePoint(valid ? value : kReplacementCharacter, &out.bytes());
  }
}

void Decode(StringWriter& out, Text bytes, Text name) {
  switch (FindCharset(name)) {
    case Charset::kUnknown: return DecodeByIcu(out, bytes, name);
    case Charset::kUtf8: return AppendRepaired(bytes, &out.bytes());
    case Charset::kUtf16:
      if (bytes.starts_with("\xFF\xFE")) return DecodeUtf16(out, bytes.substr(2), true);
      if (bytes.starts_with("\xFE\xFF")) bytes.remove_prefix(2);
      return DecodeUtf16(out, bytes, false);
    case Charset::kUtf16Be: return DecodeUtf16(out, bytes, false);
    case Charset::kUtf16Le: return DecodeUtf16(out, bytes, true);
    case Charset::kUtf32: return DecodeUtf32(out, bytes);
    case Charset::kLatin1:
      for (const char c : bytes) AppendCodePoint(static_cast<uint8_t>(c), &out.bytes());
      return;
    case Charset::kAscii:
      for (const char c : bytes) {
        const auto value = static_cast<uint8_t>(c);
        AppendCodePoint(value < 0x80 ? value : kReplacementCharacter, &out.bytes());
      }
      return;
  }
}

}  // namespace

void RegisterCharsetFunctions(FunctionRegistry* registry) {
  registry->Register(
      MakeSimple({.name = "ENCODE",
                  .parameters = {Parameter::kText},
                  .min = 2,
                  .max = 2,
                  .result = Always(DataType::Bytes()),
                  .can_fail = true,
                  .kernel = RowKernel<Text, Text, Text>(Encode),
                  .doc = {.group = "string",
                          .signature = "ENCODE(string, character set)",
                          .summary = "The bytes of a string in a character set such as 'UTF-8'.",
                          .example = "ENCODE('ab', 'UTF-16LE')",
                          .result = "[97, 0, 98, 0]"}}));
  registry->Register(
      MakeSimple({.name = "DECODE",
                  .parameters = {Parameter::kBytes, Parameter::kText},
                  .min = 2,
                  .max = 2,
                  .result = Always(DataType::String()),
                  .can_fail = true,
                  .kernel = RowKernel<Text, Text, Text>(Decode),
                  .doc = {.group = "string",
                          .signature = "DECODE(bytes, character set)",
                          .summary = "The string that bytes stand for in a character set.",
                          .example = "DECODE(X'6162', 'US-ASCII')",
                          .result = "ab"}}));
}

}  // namespace millrace
