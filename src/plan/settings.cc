// SPDX-License-Identifier: Apache-2.0
#include "plan/settings.h"

#include <algorithm>

#include "base/check.h"
#include "diagnostics/nearest.h"

namespace millrace {
namespace {

constexpr std::string_view kTablePrefix = "millrace.table.";

const OptionSpec* FindKnown(std::string_view key) {
  for (const OptionSpec& spec : KnownSettings()) {
    if (spec.key == key) return &spec;
  }
  return nullptr;
}

}  // namespace

const std::vector<OptionSpec>& KnownSettings() {
  static const std::vector<OptionSpec> kSettings = [] {
    using T = OptionType;
    std::vector<OptionSpec> specs = {
        {"execution.checkpointing.interval",
         T::kDuration,
         "200 ms",
         false,
         false,
         {},
         "Upper bound of the time between two barriers."},
        {"execution.checkpointing.min-pause",
         T::kDuration,
         "5 ms",
         false,
         false,
         {},
         "Least time between two barriers."},
        {"execution.runtime-mode",
         T::kEnum,
         "streaming",
         false,
         false,
         {"streaming"},
         "Only streaming is supported: a changelog, row by row."},
        {"millrace.batch-size",
         T::kInt,
         "8192",
         false,
         false,
         {},
         "Most rows that a source hands over at once; 1 to 8192."},
        {"millrace.latency-budget",
         T::kDuration,
         "",
         false,
         false,
         {},
         "Declared budget from arrival to action; operators that cannot meet it are named."},
        {"millrace.on-row-error",
         T::kEnum,
         "dead-letter",
         false,
         false,
         {"dead-letter", "fail"},
         "What happens to a row whose expression fails: dead letters, or the job fails (as "
         "Flink)."},
        {"millrace.over.emit",
         T::kEnum,
         "watermark",
         false,
         false,
         {"watermark", "on-arrival"},
         "OVER emits a row when the watermark reaches it (Flink) or at once, late rows included."},
        {"millrace.random-seed",
         T::kLong,
         "",
         false,
         false,
         {},
         "Seed of RAND, UUID and datagen; without one each run differs."},
        {"millrace.source.batch-delay",
         T::kDuration,
         "0 ms",
         false,
         false,
         {},
         "How long a source may wait to fill a batch; 0 sends what has arrived."},
        {"millrace.source.idle-timeout",
         T::kDuration,
         "0 ms",
         false,
         false,
         {},
         "An unbounded source that is silent that long no longer holds the watermark; 0 = never."},
        {"parallelism.default", T::kInt, "1", false, false, {}, "Number of shards (threads)."},
        {"pipeline.auto-watermark-interval",
         T::kDuration,
         "200 ms",
         false,
         false,
         {},
         "Accepted for Flink; watermarks are exact per row here."},
        {"pipeline.name",
         T::kString,
         "",
         false,
         false,
         {},
         "Identity of the pipeline; the file's stem without it."},
        {"sql-client.execution.result-mode",
         T::kString,
         "",
         false,
         false,
         {},
         "Accepted for Flink's client; use --format."},
        {"table.dml-sync",
         T::kBoolean,
         "true",
         false,
         false,
         {},
         "Accepted for Flink; bounded statements always run one after the other."},
        {"table.exec.mini-batch.enabled",
         T::kBoolean,
         "false",
         false,
         false,
         {},
         "Folding of updates; true is not supported yet."},
        {"table.exec.resource.default-parallelism",
         T::kInt,
         "-1",
         false,
         false,
         {},
         "Overrides parallelism.default when positive."},
        {"table.exec.sink.not-null-enforcer",
         T::kEnum,
         "ERROR",
         false,
         false,
         {"ERROR", "DROP"},
         "What happens to NULL in a NOT NULL column of a sink."},
        {"table.exec.source.idle-timeout",
         T::kDuration,
         "0 ms",
         false,
         false,
         {},
         "Flink's name of millrace.source.idle-timeout."},
        {"table.exec.state.ttl",
         T::kDuration,
         "0 ms",
         false,
         false,
         {},
         "State of a GROUP BY key is dropped that long after its last change; 0 keeps it."},
        {"table.local-time-zone",
         T::kString,
         "UTC",
         false,
         false,
         {},
         "Zone of TIMESTAMP_LTZ texts and windows: an id such as Europe/Berlin, or an offset."},
    };
    std::sort(specs.begin(), specs.end(),
              [](const OptionSpec& a, const OptionSpec& b) { return a.key < b.key; });
    return specs;
  }();
  return kSettings;
}

Status Settings::Set(const std::string& key, OptionValue value) {
  if (const OptionSpec* spec = FindKnown(key)) {
    const Options probe({*spec}, {{key, value}});
    for (const Options::Problem& problem : probe.Validate("SET")) {
      return UserError(problem.code, problem.message);
    }
  } else if (key.starts_with("millrace.") && !key.starts_with(kTablePrefix)) {
    std::vector<std::string> world;
    for (const OptionSpec& spec : KnownSettings()) world.push_back(spec.key);
    std::string nearest;
    for (const std::string& name : NearestNames(key, world)) {
      nearest += (nearest.empty() ? "" : ", ") + name;
    }
    return UserError("MR0512", "unknown setting '" + key + "'", "", nearest);
  }
  values_[key] = std::move(value);
  return OkStatus();
}

std::optional<std::string> Settings::Find(const std::string& key) const {
  const auto found = values_.find(key);
  if (found == values_.end()) return std::nullopt;
  return found->second.text;
}

std::string Settings::GetString(const std::string& key) const {
  if (const auto value = Find(key)) return *value;
  const OptionSpec* spec = FindKnown(key);
  CHECK(spec != nullptr);
  return spec->default_value;
}

bool Settings::GetBoolean(const std::string& key) const {
  const std::string value = GetString(key);
  return value == "true" || value == "TRUE" || value == "True";
}

int64_t Settings::GetLong(const std::string& key) const {
  const std::string value = GetString(key);
  return value.empty() ? 0 : std::stoll(value);
}

std::chrono::milliseconds Settings::GetDuration(const std::string& key) const {
  const auto duration = ParseDuration(GetString(key));
  return duration.value_or(std::chrono::milliseconds(0));
}

std::map<std::string, OptionValue> Settings::TableExtras(std::string_view table) const {
  std::map<std::string, OptionValue> extras;
  const std::string prefix = std::string(kTablePrefix) + std::string(table) + ".";
  for (const auto& [key, value] : values_) {
    if (key.starts_with(prefix)) extras[key.substr(prefix.size())] = value;
  }
  return extras;
}

}  // namespace millrace
