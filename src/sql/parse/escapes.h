// SPDX-License-Identifier: Apache-2.0
// What a backslash stands for in E'..', and an escape character in U&'..'.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace millrace::sql {

/// Reads the escape in E'..' whose backslash is at `at`, appends what it stands for, and returns
/// the place behind it: \b \f \n \r \t \\ \', an octal \0 to \377, \x with one or two hex digits,
/// \u with four, \U with eight. Any other backslash stands for itself. npos for \u and \U without a
/// character.
size_t AppendEscape(std::string_view text, size_t at, std::string* out);

/// The text of U&'..': the escape character and four hex digits are a character, twice the escape
/// character itself. Nothing if other characters follow an escape character.
std::optional<std::string> DecodeUnicodeText(std::string_view raw, char escape);

}  // namespace millrace::sql
