// SPDX-License-Identifier: Apache-2.0
// Bytes of unknown content in text files: are they UTF-8, and base64 where they are not.
#pragma once

#include <string>
#include <string_view>

namespace millrace {

bool IsUtf8(std::string_view text);
/// Standard base64 with padding.
std::string EncodeBase64(std::string_view bytes);

}  // namespace millrace
