// SPDX-License-Identifier: Apache-2.0
// Base64 with the standard alphabet and padding.
#pragma once

#include <string>
#include <string_view>

namespace millrace {

void AppendBase64(std::string_view bytes, std::string* out);
/// Null if well formed (the padding may be left out), else what is wrong. No white space is
/// accepted.
const char* DecodeBase64(std::string_view text, std::string* bytes);

}  // namespace millrace
