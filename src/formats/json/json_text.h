// SPDX-License-Identifier: Apache-2.0
// JSON text as Jackson writes it, which is what Flink puts out.
#pragma once

#include <string>
#include <string_view>

#include "formats/json/json_cursor.h"

namespace millrace {

/// A string in double quotes. Escaped are '"', '\', control characters (\b \t \n \f \r, else
/// \u00XX), and what lies beyond the basic plane (as two surrogates).
void AppendJacksonString(std::string_view text, std::string* out);

/// Prints the value at the cursor without white space, as Jackson's tree does: numbers with a
/// fraction or exponent become doubles (2.50 is 2.5). Moves behind the value.
bool AppendCompactJson(JsonCursor& in, std::string* out);

}  // namespace millrace
