// SPDX-License-Identifier: Apache-2.0
// Escapes inside JSON strings.
#pragma once

#include <string>
#include <string_view>

namespace millrace {

/// Appends the text that stands between the quotes of a JSON string, escapes resolved. False if an
/// escape is not valid; `out` then holds a part. Half a surrogate pair becomes '?'.
bool UnescapeJson(std::string_view text, std::string* out);

}  // namespace millrace
