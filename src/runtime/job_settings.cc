// SPDX-License-Identifier: Apache-2.0
#include "runtime/job_settings.h"

#include <string>

#include "data/batch.h"
#include "data/key_codec.h"

namespace millrace {
namespace {

constexpr int64_t kDayMs = 86400000;
constexpr int64_t kBacklogIntervalMs = 2000;

Status CheckRange(const std::string& key, int64_t value, int64_t min, int64_t max) {
  if (value >= min && value <= max) return OkStatus();
  return UserError("MR0503", "bad value for '" + key + "'",
                   std::to_string(value) + " is not between " + std::to_string(min) + " and " +
                       std::to_string(max));
}

/// Who sets the interval wants it at all times.
Result<int64_t> BacklogInterval(const Settings& settings, int64_t interval_ms) {
  constexpr auto kKey = "execution.checkpointing.interval-during-backlog";
  if (settings.Find(kKey)) {
    const int64_t given = settings.GetDuration(kKey).count();
    if (given != 0) TRY(CheckRange(kKey, given, interval_ms, kDayMs));
    return given;
  }
  return settings.Find("execution.checkpointing.interval") ? interval_ms : kBacklogIntervalMs;
}

}  // namespace

Result<JobSettings> JobSettings::From(const Settings& settings) {
  JobSettings job;
  std::string parallelism_key = "table.exec.resource.default-parallelism";
  int64_t parallelism = settings.GetLong(parallelism_key);
  if (parallelism <= 0) {
    parallelism_key = "parallelism.default";
    parallelism = settings.GetLong(parallelism_key);
  }
  TRY(CheckRange(parallelism_key, parallelism, 1, kKeyGroups));
  job.parallelism = static_cast<int>(parallelism);
  job.batch_rows_max = settings.GetLong("millrace.batch-size");
  TRY(CheckRange("millrace.batch-size", job.batch_rows_max, 1, kMaxBatchRows));
  job.checkpoint_interval_ms = settings.GetDuration("execution.checkpointing.interval").count();
  TRY(CheckRange("execution.checkpointing.interval", job.checkpoint_interval_ms, 1, kDayMs));
  TRY_ASSIGN(job.backlog_interval_ms, BacklogInterval(settings, job.checkpoint_interval_ms));
  job.checkpoint_pause_ms = settings.GetDuration("execution.checkpointing.min-pause").count();
  TRY(CheckRange("execution.checkpointing.min-pause", job.checkpoint_pause_ms, 0, kDayMs));
  job.batch_delay_ms = settings.GetDuration("millrace.source.batch-delay").count();
  TRY(CheckRange("millrace.source.batch-delay", job.batch_delay_ms, 0, kDayMs));
  const int64_t deaths = settings.GetLong("millrace.quarantine.deaths");
  TRY(CheckRange("millrace.quarantine.deaths", deaths, 0, 1000));
  job.quarantine_deaths = static_cast<int>(deaths);
  job.latency_budget_ms = settings.GetDuration("millrace.latency-budget").count();
  job.state_budget_bytes = settings.GetMemorySize("state.memory-budget");
  job.memory_budget_bytes = settings.GetMemorySize("millrace.memory-budget");
  job.fail_on_row_error = settings.GetString("millrace.on-row-error") == "fail";
  job.drop_nulls = settings.GetString("table.exec.sink.not-null-enforcer") == "DROP";
  return job;
}

}  // namespace millrace
