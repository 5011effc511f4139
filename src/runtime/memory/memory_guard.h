// SPDX-License-Identifier: Apache-2.0
// MemoryGuard: says when the process has reached its memory budget, so that sources are held until
// it has less. It goes by what the system counts, not by what parts say of themselves: batches in
// queues, state, outboxes, buffers of sockets and clients, RocksDB's memory and what allocators
// waste are all in it, and what is forgotten in a list cannot get the process killed.
//
// What was read since the last decided epoch costs more before that is decided: it is copied into
// the record of its epoch, to the disk, and into an outbox. So room for it is kept, epochs hurry
// when there is little, and sources get a credit of bytes: however late somebody looks again, they
// have not read more.
// One thread.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "env/process_memory.h"
#include "runtime/memory/read_credit.h"

namespace millrace {

/// "210 MB", whole ones.
std::string Megabytes(uint64_t bytes);

class MemoryGuard {
 public:
  /// `budget` 0: four fifths of the limit. `memory` outlives it; null: nothing is ever exceeded.
  MemoryGuard(ProcessMemory* memory, uint64_t budget);

  /// MR0816 if the budget leaves no room beside what every process holds.
  Status CheckStart() const;
  /// Looks at the system when it is time to, or at once if sources wait for credit, and grants it.
  /// `in_flight`: bytes read that no decided epoch holds.
  void Watch(int64_t now, uint64_t in_flight, ReadCredit* credit);
  /// Sources must be held, whatever is in flight.
  bool exceeded() const { return exceeded_; }
  /// So little is left that epochs must be small: what is in one is copied on its way to the disk.
  bool tight() const { return memory_ != nullptr && used_ + reserve_ >= budget_ / 20 * 17; }
  /// When Watch should be called again at the latest.
  int64_t next_look() const { return next_look_; }

  std::string Describe() const;
  uint64_t used_bytes() const { return used_; }
  uint64_t budget_bytes() const { return budget_; }

 private:
  void Look(int64_t now, uint64_t in_flight);
  uint64_t Grantable() const;

  ProcessMemory* memory_;
  uint64_t budget_ = 0;
  uint64_t used_ = 0;
  uint64_t reserve_ = 0;  // for copies of what is in flight
  bool exceeded_ = false;
  int64_t last_look_ = 0;
  int64_t next_look_ = 0;
  int64_t next_return_ = 0;
};

}  // namespace millrace
