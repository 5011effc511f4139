// SPDX-License-Identifier: Apache-2.0
// PrefetchLine: starts to load the line of the cache that holds an address. Any address will do,
// also one behind the end of what it points into.
#pragma once

namespace millrace {

[[gnu::always_inline]] inline void PrefetchLine(const void* address) {
  __builtin_prefetch(address);
  // GCC takes a function that does nothing else for one without effect, and drops calls of it.
  asm volatile("");
}

}  // namespace millrace
