// SPDX-License-Identifier: Apache-2.0
// SimulatedClock: time that moves only when told, or when somebody sleeps.
#pragma once

#include <atomic>

#include "env/clock.h"

namespace millrace {

/// Thread-safe. Wall and monotonic time move together, except for SetWallMillis.
class SimulatedClock final : public Clock {
 public:
  explicit SimulatedClock(int64_t wall_millis = 1'700'000'000'000)
      : nanos_(1'000'000'000), wall_offset_ms_(wall_millis - 1000) {}

  int64_t WallMillis() const override { return wall_offset_ms_ + nanos_ / 1'000'000; }
  int64_t MonotonicNanos() const override { return nanos_; }
  void SleepNanos(int64_t nanos) override { Advance(nanos); }

  void Advance(int64_t nanos) {
    if (nanos > 0) nanos_ += nanos;
  }
  void AdvanceMillis(int64_t millis) { Advance(millis * 1'000'000); }
  /// A clock that is set, by a person or NTP; monotonic time is not touched.
  void SetWallMillis(int64_t millis) { wall_offset_ms_ = millis - nanos_ / 1'000'000; }

 private:
  std::atomic<int64_t> nanos_;
  std::atomic<int64_t> wall_offset_ms_;
};

}  // namespace millrace
