// SPDX-License-Identifier: Apache-2.0
#include "runtime/memory/memory_guard.h"

#include <arrow/memory_pool.h>

#include <limits>
#include <string>

#include "base/time_units.h"

namespace millrace {
namespace {

constexpr int64_t kLookNanos = 50 * kMilli;
constexpr int64_t kCloseLookNanos = 5 * kMilli;  // once half of the budget is used
constexpr int64_t kHastyLookNanos = kMilli;      // sources wait for credit
constexpr int64_t kReturnNanos = 1000 * kMilli;  // least time between two returns of freed memory
/// Of a byte in flight, beside the one that was read: in the part of the epoch, in its record on
/// the way to the disk, in an outbox.
constexpr uint64_t kCopies = 3;
constexpr uint64_t kLeastBudgetBytes = 128ull << 20;

uint64_t Share(uint64_t bytes, uint64_t parts, uint64_t of) { return bytes / of * parts; }

}  // namespace

std::string Megabytes(uint64_t bytes) { return std::to_string(bytes >> 20) + " MB"; }

MemoryGuard::MemoryGuard(ProcessMemory* memory, uint64_t budget) : memory_(memory) {
  if (memory_ == nullptr) {
    next_look_ = std::numeric_limits<int64_t>::max();
    return;
  }
  budget_ = budget > 0 ? budget : Share(memory_->LimitBytes(), 4, 5);
  used_ = memory_->UsedBytes();
}

Status MemoryGuard::CheckStart() const {
  if (memory_ == nullptr || budget_ >= kLeastBudgetBytes) return OkStatus();
  return UserError("MR0816", "the memory budget is too small",
                   "the process may hold " + Megabytes(budget_) + "; " +
                       Megabytes(kLeastBudgetBytes) + " are the least to work with");
}

void MemoryGuard::Watch(int64_t now, uint64_t in_flight, ReadCredit* credit) {
  const bool hasty = credit->exhausted() && now >= last_look_ + kHastyLookNanos;
  if (now < next_look_ && !(hasty && memory_ != nullptr)) return;
  Look(now, in_flight);
  credit->Grant(Grantable());
}

std::string MemoryGuard::Describe() const {
  return "the process holds " + Megabytes(used_) + " of its memory budget of " +
         Megabytes(budget_) + " (millrace.memory-budget)";
}

void MemoryGuard::Look(int64_t now, uint64_t in_flight) {
  last_look_ = now;
  used_ = memory_->UsedBytes();
  // Once held, sources go on at a little less, so that they do not stop and go with every batch.
  const uint64_t bound = Share(budget_, exceeded_ ? 28 : 30, 32);
  if (used_ >= bound && now >= next_return_) {
    next_return_ = now + kReturnNanos;
    arrow::default_memory_pool()->ReleaseUnused();
    memory_->ReturnFreed();
    used_ = memory_->UsedBytes();
  }
  exceeded_ = used_ >= bound;
  reserve_ = kCopies * in_flight;
  next_look_ = now + (used_ + reserve_ >= budget_ / 2 ? kCloseLookNanos : kLookNanos);
}

/// What is read takes room for itself and for its copies.
uint64_t MemoryGuard::Grantable() const {
  if (exceeded_ || used_ + reserve_ >= budget_) return 0;
  return (budget_ - used_ - reserve_) / (1 + kCopies);
}

}  // namespace millrace
