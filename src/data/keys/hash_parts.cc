// SPDX-License-Identifier: Apache-2.0
#define XXH_INLINE_ALL
#include "data/keys/hash_parts.h"

#include <arrow/vendored/xxhash.h>

namespace millrace {

uint64_t HashParts(std::span<const std::string_view> parts) {
  XXH3_state_t state;
  XXH3_64bits_reset(&state);
  for (const std::string_view part : parts) XXH3_64bits_update(&state, part.data(), part.size());
  return XXH3_64bits_digest(&state);
}

}  // namespace millrace
