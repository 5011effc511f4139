// SPDX-License-Identifier: Apache-2.0
// JobSettings: the settings of a session that the runtime obeys, typed (see plan/settings.h).
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/result.h"
#include "plan/settings.h"

namespace millrace {

struct JobSettings {
  int parallelism = 1;
  int64_t batch_rows_max = 8192;
  int64_t checkpoint_interval_ms = 200;
  int64_t backlog_interval_ms = 200;  // while sources are far behind; 0 = not by time
  int64_t checkpoint_pause_ms = 5;    // least time between two epochs that were asked for early
  int64_t batch_delay_ms = 0;
  int64_t discovery_interval_ms = 1000;
  size_t exchange_capacity = 16;     // batches in flight from one shard to another on one edge
  int64_t latency_budget_ms = 0;     // 0 = none
  uint64_t state_budget_bytes = 0;   // of all shards together; 0 = no bound
  uint64_t memory_budget_bytes = 0;  // of the process; 0 = a share of what there is
  bool fail_on_row_error = false;
  int quarantine_deaths = 3;  // of the process at one record; 0: never mind
  bool drop_nulls = false;    // rows with NULL in a NOT NULL column of a sink

  /// MR0503 for a value out of range.
  static Result<JobSettings> From(const Settings& settings);
};

}  // namespace millrace
