// SPDX-License-Identifier: Apache-2.0
// SplitClocks: one event-time clock per split that a scan has open on this shard. The watermark is
// the least of them, idle splits left out, so a partition that is read behind another one does not
// make its rows late. It never goes back: a split that is opened later, or comes back from being
// idle, starts at the watermark in force. The runtime does not keep these clocks over a restart;
// the least of them is kept by the assigner.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "data/batch.h"

namespace millrace {

class SplitClocks {
 public:
  /// The clock of the split that this batch comes from; opens and closes clocks as the batch says.
  size_t Select(const Batch& batch);
  /// The split's clock has seen `time`.
  void Raise(size_t clock, EventTime time) {
    if (time > clocks_[clock].time) clocks_[clock].time = time;
  }
  EventTime time(size_t clock) const { return clocks_[clock].time; }
  /// The least time of the active clocks but `without`; kMaxWatermark if there is none.
  EventTime LeastBut(size_t without) const;
  EventTime Least() const { return LeastBut(clocks_.size()); }

  /// A tick of processing time: marks splits idle that have been silent for `timeout_ms`. True if
  /// one became idle.
  bool Tick(int64_t now_ms, int64_t timeout_ms);
  /// No split is active, though some are open.
  bool all_idle() const;

 private:
  static constexpr int64_t kNever = std::numeric_limits<int64_t>::min();
  struct Clock {
    int32_t split = kNoSplit;
    EventTime time = kMinWatermark;
    int64_t silent_since_ms = kNever;  // set by the first tick after a batch
    bool idle = false;
  };

  void Follow(const SplitSet& open);

  std::vector<Clock> clocks_;
  std::shared_ptr<const SplitSet> followed_;
};

}  // namespace millrace
