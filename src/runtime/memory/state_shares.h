// SPDX-License-Identifier: Apache-2.0
// StateShares: one budget for the state of all pipelines of a process, and all their shards. Each
// may use what the others leave, and never less than an equal part: who has more than that gives
// way as others grow. Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <vector>

namespace millrace {

class StateShares {
 public:
  /// A shard of a pipeline, from its start to its end.
  class Member {
   public:
    explicit Member(StateShares* shares);
    ~Member();
    Member(const Member&) = delete;
    Member& operator=(const Member&) = delete;

    /// What it holds now.
    void Report(uint64_t bytes) { used_.store(bytes, std::memory_order_relaxed); }
    /// What it may hold if all may hold `total`.
    uint64_t Allowed(uint64_t total) const;

   private:
    StateShares* shares_;
    std::atomic<uint64_t> used_{0};
  };

 private:
  mutable std::mutex mutex_;
  std::vector<const Member*> members_;
};

}  // namespace millrace
