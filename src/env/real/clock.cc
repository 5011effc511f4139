// SPDX-License-Identifier: Apache-2.0
#include "env/clock.h"

#include <sys/random.h>
#include <time.h>

#include <cerrno>

#include "base/check.h"

namespace millrace {
namespace {

constexpr int64_t kNanosPerSecond = 1'000'000'000;

int64_t ReadNanos(clockid_t id) {
  timespec now{};
  CHECK_EQ(clock_gettime(id, &now), 0);
  return static_cast<int64_t>(now.tv_sec) * kNanosPerSecond + now.tv_nsec;
}

class SystemClock final : public Clock {
 public:
  int64_t WallMillis() const override { return ReadNanos(CLOCK_REALTIME) / 1'000'000; }
  int64_t MonotonicNanos() const override { return ReadNanos(CLOCK_MONOTONIC); }
  void SleepNanos(int64_t nanos) override {
    if (nanos <= 0) return;
    const int64_t until = MonotonicNanos() + nanos;
    timespec wake{.tv_sec = until / kNanosPerSecond, .tv_nsec = until % kNanosPerSecond};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &wake, nullptr) == EINTR) {
    }
  }
};

}  // namespace

std::unique_ptr<Clock> MakeSystemClock() { return std::make_unique<SystemClock>(); }

uint64_t EntropySeed() {
  uint64_t seed = 0;
  if (getrandom(&seed, sizeof seed, 0) != sizeof seed) {
    seed = static_cast<uint64_t>(ReadNanos(CLOCK_MONOTONIC) ^ ReadNanos(CLOCK_REALTIME));
  }
  return seed;
}

}  // namespace millrace
