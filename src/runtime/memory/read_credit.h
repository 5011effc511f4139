// SPDX-License-Identifier: Apache-2.0
// ReadCredit: how many bytes all sources together may read before somebody has looked at the memory
// of the process again. Without it a thread that gets no processor looks too late, and what was
// read meanwhile has passed any budget.
// Thread-safe: shards count what they read, the coordinator grants.
#pragma once

#include <atomic>
#include <cstdint>
#include <limits>

namespace millrace {

class ReadCredit {
 public:
  void Count(uint64_t bytes) { read_.fetch_add(bytes, std::memory_order_relaxed); }
  /// Since the start of the job.
  uint64_t read_bytes() const { return read_.load(std::memory_order_relaxed); }

  bool exhausted() const { return read_bytes() >= until_.load(std::memory_order_relaxed); }
  /// So many bytes more than were read by now.
  void Grant(uint64_t bytes) { until_.store(read_bytes() + bytes, std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> read_{0};
  std::atomic<uint64_t> until_{std::numeric_limits<uint64_t>::max()};
};

}  // namespace millrace
