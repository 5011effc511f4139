// SPDX-License-Identifier: Apache-2.0
#include "state/state_store.h"

namespace millrace {

void StateTable::AttachCold(std::unique_ptr<ColdEntries>, bool) {}
void StateTable::Collected(uint64_t) {}
void StateTable::Shrink(uint64_t, size_t) {}

size_t StateStore::memory_bytes() const {
  size_t bytes = 0;
  for (const StateTable* table : tables_) bytes += table->memory_bytes();
  return bytes;
}

}  // namespace millrace
