// SPDX-License-Identifier: Apache-2.0
// JSON strings for the files the engine writes itself: dead letters, run manifest, reports.
#pragma once

#include <string>
#include <string_view>

namespace millrace {

/// Appends `text` in quotes. Bytes that are no UTF-8 become U+FFFD.
void AppendJsonString(std::string_view text, std::string* out);
bool IsUtf8(std::string_view text);
/// Standard base64 with padding.
std::string EncodeBase64(std::string_view bytes);

}  // namespace millrace
