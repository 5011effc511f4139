// SPDX-License-Identifier: Apache-2.0
#include "runtime/memory/memory_guard.h"

#include <arrow/memory_pool.h>

#include <limits>
#include <string>

namespace millrace {
namespace {

constexpr int64_t kMilli = 1'000'000;
constexpr int64_t kLookNanos = 50 * kMilli;
constexpr int64_t kCloseLookNanos = 5 * kMilli;  // once half of the budget is used
constexpr int64_t kReturnNanos = 1000 * kMilli;  // least time between two returns of freed memory
constexpr uint64_t kLeastBudgetBytes = 128ull << 20;

std::string Megabytes(uint64_t bytes) { return std::to_string(bytes >> 20) + " MB"; }

uint64_t Share(uint64_t bytes, uint64_t parts, uint64_t of) { return bytes / of * parts; }

}  // namespace

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

bool MemoryGuard::Exceeded(int64_t now) {
  if (now >= next_look_) Look(now);
  return exceeded_;
}

std::string MemoryGuard::Describe() const {
  return "the process holds " + Megabytes(used_) + " of its memory budget of " +
         Megabytes(budget_) + " (millrace.memory-budget)";
}

void MemoryGuard::Look(int64_t now) {
  used_ = memory_->UsedBytes();
  // Once held, sources go on at a little less, so that they do not stop and go with every batch.
  const uint64_t bound = exceeded_ ? Share(budget_, 19, 20) : budget_;
  if (used_ >= bound && now >= next_return_) {
    next_return_ = now + kReturnNanos;
    arrow::default_memory_pool()->ReleaseUnused();
    memory_->ReturnFreed();
    used_ = memory_->UsedBytes();
  }
  exceeded_ = used_ >= bound;
  next_look_ = now + (used_ >= budget_ / 2 ? kCloseLookNanos : kLookNanos);
}

}  // namespace millrace
