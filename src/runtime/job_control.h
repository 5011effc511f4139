// SPDX-License-Identifier: Apache-2.0
// JobControl: what the coordinator and the shards tell each other. Requests are numbers that only
// grow, read by shards with one load per step; answers are rare and go through a mutex.
// Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "runtime/epochs/epoch_part.h"
#include "runtime/exchange/wake_up.h"
#include "runtime/memory/read_credit.h"

namespace millrace {

class JobControl {
 public:
  explicit JobControl(int shards);

  // Requests, written by the coordinator.
  std::atomic<uint64_t> requested_epoch{0};       // inject this barrier
  std::atomic<uint64_t> final_epoch{UINT64_MAX};  // the last barrier: no data follows
  std::atomic<uint64_t> commit_epoch{0};          // make this epoch visible
  std::atomic<uint64_t> applied_epoch{0};         // it and all before are in the durable state
  std::atomic<bool> finish{false};  // close files, then hand over the part of the epoch behind
  std::atomic<bool> done{false};    // leave
  std::atomic<bool> failed{false};
  std::atomic<bool> hold_sources{false};  // read nothing more for now
  std::atomic<bool> describe{false};      // publish what is waited for

  ReadCredit read_credit;  // and no more than this

  /// How late the sources of a shard are, as far as they know; of all shards, the worst.
  void SetLag(int shard, int64_t milliseconds) {
    lags_[static_cast<size_t>(shard)].store(milliseconds, std::memory_order_relaxed);
  }
  int64_t lag_ms() const;

  /// Of a careful run: only this shard may read, one record; kNobody until the record is through.
  static constexpr int kEverybody = -1;
  static constexpr int kNobody = -2;
  std::atomic<int> reader{kEverybody};

  /// Written by a signal handler.
  std::atomic<bool> stop{false};

  void WakeShards();
  /// A source of this shard has data: it is polled at once.
  void PollNow(int shard);
  /// Called by the shard.
  bool TakePollNow(int shard) {
    std::atomic<bool>& flag = poll_now_[static_cast<size_t>(shard)];
    return flag.load(std::memory_order_relaxed) && flag.exchange(false);
  }
  WakeUp& shard_wake_up(int shard) { return *shard_wake_ups_[static_cast<size_t>(shard)]; }
  WakeUp& coordinator_wake_up() { return coordinator_wake_up_; }
  int shards() const { return shards_; }

  /// The first error wins and stops everybody.
  void Fail(Error error);
  std::optional<Error> error() const;

  // Answers of shards.
  void ReportPart(EpochPart part);
  void ReportCommitted();
  void ReportDrained();
  /// A shard asks for an epoch before its time, e.g. since many dead letters wait.
  void HurryEpoch();
  /// A shard needs what is decided on the disk, so that it can leave memory.
  void HurryApply();

  // Read by the coordinator.
  /// The parts of all shards, or nothing yet.
  std::optional<std::vector<EpochPart>> TakeParts();
  bool TakeCommitted();
  bool AllDrained() const;
  bool TakeHurry() { return hurry_.exchange(false); }
  bool TakeHurryApply() { return hurry_apply_.exchange(false); }

  // Splits found later.
  void AssignSplit(int shard, int node, SplitPosition split);
  struct Assignment {
    int node = 0;
    SplitPosition split;
  };
  std::vector<Assignment> TakeAssignments(int shard);

 private:
  int shards_;
  std::vector<std::unique_ptr<WakeUp>> shard_wake_ups_;
  std::unique_ptr<std::atomic<bool>[]> poll_now_;  // by shard
  std::unique_ptr<std::atomic<int64_t>[]> lags_;   // by shard
  WakeUp coordinator_wake_up_;
  mutable std::mutex mutex_;
  std::optional<Error> error_;
  std::vector<EpochPart> parts_;
  int committed_ = 0;
  int drained_ = 0;
  std::atomic<bool> hurry_{false};
  std::atomic<bool> hurry_apply_{false};
  std::atomic<uint64_t> assignments_made_{0};
  std::vector<std::vector<Assignment>> assignments_;
};

}  // namespace millrace
