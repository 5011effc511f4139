// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <span>

#include "data/batch.h"

namespace millrace {

/// Then a batch says nothing of its kinds.
inline bool OnlyInserts(std::span<const ChangeKind> kinds) {
  return std::ranges::all_of(kinds, [](ChangeKind kind) { return kind == ChangeKind::kInsert; });
}

}  // namespace millrace
