// SPDX-License-Identifier: Apache-2.0
// MemoryGuard: says when the process has reached its memory budget, so that sources are held until
// it has less. It goes by what the system counts, not by what parts say of themselves: batches in
// queues, state, outboxes, buffers of sockets and clients, RocksDB's memory and what allocators
// waste are all in it, and what is forgotten in a list cannot get the process killed.
//
// Between the budget and the limit there is room for what is in flight when sources are held.
// One thread.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "env/process_memory.h"

namespace millrace {

class MemoryGuard {
 public:
  /// `budget` 0: four fifths of the limit. `memory` outlives it; null: nothing is ever exceeded.
  MemoryGuard(ProcessMemory* memory, uint64_t budget);

  /// MR0816 if the budget leaves no room beside what every process holds.
  Status CheckStart() const;
  /// Whether sources must be held. Looks at the system only when it is time to.
  bool Exceeded(int64_t now);
  /// So little is left that epochs must be small: what is in one is copied on its way to the disk.
  bool tight() const { return memory_ != nullptr && used_ >= budget_ / 20 * 17; }
  /// When Exceeded should be asked again at the latest.
  int64_t next_look() const { return next_look_; }

  std::string Describe() const;
  uint64_t used_bytes() const { return used_; }
  uint64_t budget_bytes() const { return budget_; }

 private:
  void Look(int64_t now);

  ProcessMemory* memory_;
  uint64_t budget_ = 0;
  uint64_t used_ = 0;
  bool exceeded_ = false;
  int64_t next_look_ = 0;
  int64_t next_return_ = 0;
};

}  // namespace millrace
