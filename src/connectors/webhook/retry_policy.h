// SPDX-License-Identifier: Apache-2.0
// RetryPolicy: when to try a delivery again, and CircuitBreaker: when to leave a receiver in peace.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

#include "env/clock.h"

namespace millrace {

/// Seconds, or an HTTP date, as milliseconds from `now_ms`; nullopt if it is neither.
std::optional<int64_t> ParseRetryAfter(std::string_view text, int64_t now_ms);

struct RetryPolicy {
  int64_t max_retries = 8;
  int64_t backoff_ms = 1000;
  int64_t backoff_ms_max = 60000;

  /// The wait before retry number `retry` (from 1): doubled each time, and a random part of 50 to
  /// 100 % of it. A receiver's wish is a minimum, up to an hour.
  int64_t DelayMillis(int64_t retry, std::optional<int64_t> wished_ms, Random* random) const;
};

/// Closed; open after `failures_max` failures in a row; after `cooldown_ms` one probe may pass,
/// whose outcome closes or opens it again.
class CircuitBreaker {
 public:
  CircuitBreaker(int64_t failures_max, int64_t cooldown_ms)
      : failures_max_(failures_max), cooldown_ms_(cooldown_ms) {}

  /// Whether a request may go now; a permitted one must be followed by OnOutcome.
  bool Permits(int64_t now_ms) const {
    return failures_ < failures_max_ || (!probing_ && now_ms >= open_until_);
  }
  /// A request goes out. True if it is a probe: its failure is no fault of the row.
  bool OnSend();
  void OnOutcome(bool good, int64_t now_ms);
  /// When something may go; a probe in flight tells by its outcome.
  int64_t next_permit_ms() const {
    if (!open()) return 0;
    return probing_ ? std::numeric_limits<int64_t>::max() / kNanosPerMilli : open_until_;
  }
  bool open() const { return failures_ >= failures_max_; }

 private:
  static constexpr int64_t kNanosPerMilli = 1'000'000;

  int64_t failures_max_;
  int64_t cooldown_ms_;
  int64_t failures_ = 0;
  int64_t open_until_ = 0;
  bool probing_ = false;
};

}  // namespace millrace
