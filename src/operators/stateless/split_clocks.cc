// SPDX-License-Identifier: Apache-2.0
#include "operators/stateless/split_clocks.h"

#include <algorithm>

namespace millrace {

size_t SplitClocks::Select(const Batch& batch) {
  if (batch.open_splits != nullptr && batch.open_splits != followed_) {
    Follow(*batch.open_splits);
    followed_ = batch.open_splits;
  }
  auto clock = std::ranges::find(clocks_, batch.split, &Clock::split);
  // The rows of a split that has ended since, or of a source without splits.
  if (clock == clocks_.end()) clock = clocks_.insert(clock, Clock{.split = batch.split});
  clock->silent_since_ms = kNever;
  clock->idle = false;
  return static_cast<size_t>(clock - clocks_.begin());
}

void SplitClocks::Follow(const SplitSet& open) {
  std::erase_if(clocks_, [&](const Clock& clock) {
    return std::ranges::find(open, clock.split) == open.end();
  });
  for (const int32_t split : open) {
    if (std::ranges::find(clocks_, split, &Clock::split) == clocks_.end()) {
      clocks_.push_back({.split = split});
    }
  }
}

EventTime SplitClocks::LeastBut(size_t without) const {
  EventTime least = kMaxWatermark;
  for (size_t i = 0; i < clocks_.size(); ++i) {
    if (i != without && !clocks_[i].idle) least = std::min(least, clocks_[i].time);
  }
  return least;
}

bool SplitClocks::Tick(int64_t now_ms, int64_t timeout_ms) {
  bool changed = false;
  for (Clock& clock : clocks_) {
    if (clock.silent_since_ms == kNever) {
      clock.silent_since_ms = now_ms;
    } else if (!clock.idle && now_ms - clock.silent_since_ms >= timeout_ms) {
      clock.idle = true;
      changed = true;
    }
  }
  return changed;
}

bool SplitClocks::all_idle() const {
  return !clocks_.empty() && std::ranges::all_of(clocks_, &Clock::idle);
}

}  // namespace millrace
