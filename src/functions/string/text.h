// SPDX-License-Identifier: Apache-2.0
// Text as Flink's string functions see it: by code point (most of them) or by UTF-16 unit (those
// that run on java.lang.String: OVERLAY, LPAD, RPAD, regular expression positions). Where a cut
// splits a surrogate pair, Flink writes '?' for the half, and so do we.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "functions/function.h"

namespace millrace {

using Text = std::string_view;

/// The byte offset of code point `index` (0-based), or the size if there are fewer.
size_t OffsetOfCodePoint(Text text, int64_t index);

/// Code points by their byte length; invalid bytes count one each.
inline size_t LengthOfCodePoint(Text text, size_t offset) {
  const auto lead = static_cast<uint8_t>(text[offset]);
  const size_t length = lead < 0x80 ? 1 : lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  return offset + length <= text.size() ? length : 1;
}
int64_t CountChars(Text text);

bool IsAscii(Text text);
/// UTF-16 and back; half a surrogate pair becomes '?'.
std::u16string ToUtf16(Text text);
void AppendUtf16(std::u16string_view units, std::string* out);
/// The number of UTF-16 units.
int64_t CountUtf16(Text text);

/// Appends bytes as UTF-8; each maximal invalid part becomes U+FFFD, as Java decodes.
void AppendRepaired(Text bytes, std::string* out);

/// 0-based position by code point of `needle` at or after code point `from`, -1 if absent.
int64_t IndexOf(Text text, Text needle, int64_t from);

/// The characters in reverse order.
std::string Reversed(Text text);

/// Appends the text in upper case; false (and nothing appended) if ICU cannot map it.
bool AppendUpper(Text text, std::string* out);

/// A result that would be larger than this fails its row.
constexpr int64_t kMaxTextBytes = 16 * 1024 * 1024;

void RegisterCaseFunctions(FunctionRegistry* registry);
void RegisterCharacterFunctions(FunctionRegistry* registry);
void RegisterCharsetFunctions(FunctionRegistry* registry);
void RegisterConcatFunctions(FunctionRegistry* registry);
void RegisterBase64Functions(FunctionRegistry* registry);
void RegisterEltFunction(FunctionRegistry* registry);
void RegisterHashFunctions(FunctionRegistry* registry);
void RegisterHexFunctions(FunctionRegistry* registry);
void RegisterInetFunctions(FunctionRegistry* registry);
void RegisterOverlayFunction(FunctionRegistry* registry);
void RegisterPadFunctions(FunctionRegistry* registry);
void RegisterPrintfFunction(FunctionRegistry* registry);
void RegisterReplaceFunctions(FunctionRegistry* registry);
void RegisterSearchFunctions(FunctionRegistry* registry);
void RegisterSplitFunctions(FunctionRegistry* registry);
void RegisterSubstringFunctions(FunctionRegistry* registry);
void RegisterTrimFunctions(FunctionRegistry* registry);
void RegisterUrlFunctions(FunctionRegistry* registry);
void RegisterUuidFunction(FunctionRegistry* registry);

}  // namespace millrace
