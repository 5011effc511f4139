// SPDX-License-Identifier: Apache-2.0
// RestartPolicy: whether and when a job that failed starts again in the same process, from the last
// epoch that happened. `restart-strategy.*`, with Flink's names. One thread.
#pragma once

#include <cstdint>
#include <optional>

#include "base/result.h"
#include "plan/settings.h"

namespace millrace {

class RestartPolicy {
 public:
  /// MR0503 for a value out of range.
  static Result<RestartPolicy> From(const Settings& settings);

  /// How long to wait before the next start, in nanoseconds; no value: the job has failed.
  std::optional<int64_t> OnFailure(const Error& error, int64_t now);

 private:
  enum class Kind { kNone, kFixedDelay, kExponentialDelay } kind_ = Kind::kNone;
  int64_t attempts_max_ = 0;
  int64_t first_nanos_ = 0;
  int64_t last_nanos_ = 0;
  double multiplier_ = 1;
  int64_t reset_nanos_ = 0;  // after so long without a failure the count begins anew; 0 = never
  int64_t attempts_ = 0;
  double pause_nanos_ = 0;
  int64_t failed_at_ = 0;
};

/// Whether the world may be different next time: epochs that were not committed, and connections.
bool IsWorthARestart(const Error& error);

}  // namespace millrace
