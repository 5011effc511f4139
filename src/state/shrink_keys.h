// SPDX-License-Identifier: Apache-2.0
// What a table does whose entries leave with their keys.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "state/key_table.h"

namespace millrace {

/// Keys leave until the table, which holds so many bytes, holds about `bytes`.
inline void ShrinkKeys(uint64_t applied, size_t held, size_t bytes, KeyTable* keys) {
  const double kept =
      held > 0 ? std::min(1.0, static_cast<double>(bytes) / static_cast<double>(held)) : 1.0;
  keys->Shrink(applied, static_cast<size_t>(static_cast<double>(keys->memory_bytes()) * kept));
}

}  // namespace millrace
