// SPDX-License-Identifier: Apache-2.0
#include "connectors/webhook/signature.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include "base/check.h"

namespace millrace {

Result<std::string> ParseWebhookSecret(std::string_view secret) {
  constexpr std::string_view kPrefix = "whsec_";
  const auto bad = [](const char* why) {
    return UserError("MR0503", "option 'secret' is no webhook secret", why,
                     "a secret is 'whsec_' and 24 to 64 bytes in base64");
  };
  if (!secret.starts_with(kPrefix)) return bad("it does not start with 'whsec_'");
  secret.remove_prefix(kPrefix.size());
  if (secret.empty() || secret.size() % 4 != 0) return bad("what follows 'whsec_' is not base64");
  std::string key(secret.size() / 4 * 3, '\0');
  const int length = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(key.data()),
                                     reinterpret_cast<const unsigned char*>(secret.data()),
                                     static_cast<int>(secret.size()));
  if (length < 0) return bad("what follows 'whsec_' is not base64");
  size_t padding = 0;
  while (padding < 2 && secret[secret.size() - 1 - padding] == '=') ++padding;
  key.resize(static_cast<size_t>(length) - padding);
  return key;
}

std::string SignWebhook(const std::vector<std::string>& keys, std::string_view id,
                        int64_t timestamp_s, std::string_view body) {
  const std::string text =
      std::string(id) + "." + std::to_string(timestamp_s) + "." + std::string(body);
  std::string signatures;
  for (const std::string& key : keys) {
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    CHECK(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
               reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac,
               &size) != nullptr);
    unsigned char base64[(EVP_MAX_MD_SIZE + 2) / 3 * 4 + 1];
    const int length = EVP_EncodeBlock(base64, mac, static_cast<int>(size));
    if (!signatures.empty()) signatures += ' ';
    signatures += "v1,";
    signatures.append(reinterpret_cast<const char*>(base64), static_cast<size_t>(length));
  }
  return signatures;
}

std::string ShortSha256(std::string_view text) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  constexpr char kHex[] = "0123456789abcdef";
  std::string hex;
  for (int i = 0; i < 16; ++i) {
    hex.push_back(kHex[digest[i] >> 4]);
    hex.push_back(kHex[digest[i] & 15]);
  }
  return hex;
}

}  // namespace millrace
