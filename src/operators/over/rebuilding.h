// SPDX-License-Identifier: Apache-2.0
// Rebuilding: gives stored rows to the accumulators that follow from them, a batch at a time, when
// state has been read back.
#pragma once

#include <span>
#include <vector>

#include "operators/over/frame_calls.h"

namespace millrace {

class Rebuilding {
 public:
  /// Borrows all. `sums`: as FrameCalls::Rebuild.
  Rebuilding(FrameCalls* calls, const RowStore* rows, std::span<const uint32_t> sums = {})
      : calls_(*calls), rows_(*rows), sums_(sums) {}

  Status Add(uint32_t stored, uint32_t slot, int64_t sequence) {
    stored_.push_back(stored);
    slots_.push_back(slot);
    sequence_.push_back(sequence);
    return static_cast<int64_t>(stored_.size()) < kMaxBatchRows ? OkStatus() : Flush();
  }
  Status Flush() {
    if (stored_.empty()) return OkStatus();
    TRY(calls_.Rebuild(rows_, sums_, stored_, slots_, sequence_));
    stored_.clear();
    slots_.clear();
    sequence_.clear();
    return OkStatus();
  }

 private:
  FrameCalls& calls_;
  const RowStore& rows_;
  std::span<const uint32_t> sums_;
  std::vector<uint32_t> stored_;
  std::vector<uint32_t> slots_;
  std::vector<int64_t> sequence_;
};

}  // namespace millrace
