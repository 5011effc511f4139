// SPDX-License-Identifier: Apache-2.0
#include "operators/row_identity.h"

#include "data/key_codec.h"

namespace millrace {
namespace {

/// Longer identities are kept as two hashes of 64 bits.
constexpr size_t kIdentityBytes = 32;

void PutHash(uint64_t hash, std::string* out) {
  out->append(reinterpret_cast<const char*>(&hash), sizeof(hash));
}

/// Of bytes whose own hash is known: one that does not follow from it.
uint64_t SecondHash(std::string_view bytes) {
  const size_t half = bytes.size() / 2;
  return HashBytes(bytes.substr(0, half)) * 0x9E3779B97F4A7C15U + HashBytes(bytes.substr(half));
}

}  // namespace

void AppendRowIdentity(std::string_view identity, uint64_t hash, std::string* out) {
  if (identity.size() <= kIdentityBytes) {
    *out += identity;
    return;
  }
  // One byte more than any that is written out, so the two cannot be taken for each other.
  out->append(kIdentityBytes + 1 - 2 * sizeof(uint64_t), '\0');
  PutHash(hash, out);
  PutHash(SecondHash(identity), out);
}

}  // namespace millrace
