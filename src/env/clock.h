// SPDX-License-Identifier: Apache-2.0
// Clock and Random: time and chance as seams. Engine code never asks the system itself.
#pragma once

#include <cstdint>
#include <memory>

namespace millrace {

/// Thread-safe. Wall time may jump, monotonic time never goes back.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual int64_t WallMillis() const = 0;  // since 1970-01-01T00:00:00Z
  virtual int64_t MonotonicNanos() const = 0;
  /// Blocks the calling thread; a simulated clock moves on instead. Never call on a shard.
  virtual void SleepNanos(int64_t nanos) = 0;
};

/// Seeded, not thread-safe; each owner forks its own.
class Random {
 public:
  virtual ~Random() = default;
  virtual uint64_t Next() = 0;
  virtual std::unique_ptr<Random> Fork() = 0;
};

std::unique_ptr<Clock> MakeSystemClock();
/// SplitMix/xoshiro-class generator, the same sequence on every machine for a seed.
std::unique_ptr<Random> MakeRandom(uint64_t seed);
/// A seed from the operating system.
uint64_t EntropySeed();

}  // namespace millrace
