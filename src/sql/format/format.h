// SPDX-License-Identifier: Apache-2.0
// The layout of a script. Tokens and comments stay as they are; line breaks that the author made
// stay too, and only where a line is too long are others added. Indentation, spaces, blank lines
// and the case of reserved words are made uniform. Formatting what was formatted changes nothing.
#pragma once

#include <string>
#include <string_view>

namespace millrace::sql {

/// `text` parses; what does not is cut into tokens as well as it goes.
std::string FormatScript(std::string_view text);

}  // namespace millrace::sql
