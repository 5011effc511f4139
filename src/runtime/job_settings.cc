// SPDX-License-Identifier: Apache-2.0
#include "runtime/job_settings.h"

#include <algorithm>

#include "data/batch.h"
#include "data/key_codec.h"

namespace millrace {
namespace {

constexpr char kParallelism[] = "parallelism.default";
constexpr char kInterval[] = "execution.checkpointing.interval";
constexpr char kBatchSize[] = "millrace.batch-size";
constexpr char kBatchDelay[] = "millrace.source.batch-delay";
constexpr char kDiscovery[] = "millrace.source.discovery-interval";
constexpr char kCapacity[] = "millrace.exchange.capacity";
constexpr char kRowError[] = "millrace.on-row-error";

Status OutOfRange(const char* key, int64_t value, int64_t min, int64_t max) {
  return UserError("MR0503", std::string("bad value for '") + key + "'",
                   std::to_string(value) + " is not between " + std::to_string(min) + " and " +
                       std::to_string(max));
}

Status CheckRange(const char* key, int64_t value, int64_t min, int64_t max) {
  return value < min || value > max ? OutOfRange(key, value, min, max) : OkStatus();
}

}  // namespace

std::vector<OptionSpec> JobOptions() {
  return {
      {.key = kParallelism, .type = OptionType::kInt, .default_value = "1",
       .help = "Number of shards: threads that each own a part of the keys."},
      {.key = kInterval, .type = OptionType::kDuration, .default_value = "200 ms",
       .help = "Longest time between two epochs; files and actions become visible with them."},
      {.key = kBatchSize, .type = OptionType::kInt, .default_value = "8192",
       .help = "Upper bound of rows in one batch."},
      {.key = kBatchDelay, .type = OptionType::kDuration, .default_value = "0 ms",
       .help = "How long a source may hold rows back to fill a batch; 0: never."},
      {.key = kDiscovery, .type = OptionType::kDuration, .default_value = "1 s",
       .help = "How often an unbounded source is asked for new files or partitions."},
      {.key = kCapacity, .type = OptionType::kInt, .default_value = "16",
       .help = "Batches that may wait between two shards on one edge."},
      {.key = kRowError, .type = OptionType::kEnum, .default_value = "dead-letter",
       .choices = {"dead-letter", "fail"},
       .help = "What happens to a row that cannot be decoded or processed."},
  };
}

Result<JobSettings> JobSettings::From(const std::map<std::string, std::string>& sets) {
  std::map<std::string, OptionValue> values;
  const std::vector<OptionSpec> specs = JobOptions();
  for (const OptionSpec& spec : specs) {
    if (const auto set = sets.find(spec.key); set != sets.end()) values[spec.key] = {set->second};
  }
  const Options options(specs, std::move(values));
  if (const auto problems = options.Validate("the session"); !problems.empty()) {
    return UserError(problems[0].code, problems[0].message);
  }
  JobSettings settings;
  settings.parallelism = static_cast<int>(options.GetLong(kParallelism));
  settings.batch_rows_max = options.GetLong(kBatchSize);
  settings.checkpoint_interval_ms = options.GetDuration(kInterval).count();
  settings.batch_delay_ms = options.GetDuration(kBatchDelay).count();
  settings.discovery_interval_ms = options.GetDuration(kDiscovery).count();
  const int64_t capacity = options.GetLong(kCapacity);
  settings.fail_on_row_error = options.GetString(kRowError) == "fail";
  TRY(CheckRange(kParallelism, settings.parallelism, 1, kKeyGroups));
  TRY(CheckRange(kBatchSize, settings.batch_rows_max, 1, kMaxBatchRows));
  TRY(CheckRange(kInterval, settings.checkpoint_interval_ms, 1, 86400000));
  TRY(CheckRange(kBatchDelay, settings.batch_delay_ms, 0, 3600000));
  TRY(CheckRange(kDiscovery, settings.discovery_interval_ms, 1, 86400000));
  TRY(CheckRange(kCapacity, capacity, 1, 65536));
  settings.exchange_capacity = static_cast<size_t>(capacity);
  return settings;
}

}  // namespace millrace
