// SPDX-License-Identifier: Apache-2.0
// Signatures of Standard Webhooks: HMAC-SHA256 over "id.timestamp.body".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace millrace {

/// The key bytes of a secret: base64 behind `whsec_`.
Result<std::string> ParseWebhookSecret(std::string_view secret);

/// `v1,<base64>` per key, separated by blanks (several keys while one is being replaced).
std::string SignWebhook(const std::vector<std::string>& keys, std::string_view id,
                        int64_t timestamp_s, std::string_view body);

/// The first 128 bits of a SHA-256, in hexadecimal.
std::string ShortSha256(std::string_view text);

}  // namespace millrace
