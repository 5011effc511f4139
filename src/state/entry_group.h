// SPDX-License-Identifier: Apache-2.0
// The key group of entries whose keys begin with that of their rows.
#pragma once

#include <string_view>

#include "data/key_codec.h"
#include "state/encoding.h"

namespace millrace {

/// Of an entry's key, which begins with the bytes of a key (PutBytes); -1 if it does not.
inline int KeyGroupOfEntry(std::string_view entry_key) {
  std::string_view key;
  return GetBytes(&entry_key, &key) ? KeyGroupOf(HashBytes(key)) : -1;
}

}  // namespace millrace
