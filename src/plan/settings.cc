// SPDX-License-Identifier: Apache-2.0
#include "plan/settings.h"

#include <algorithm>

#include "base/check.h"
#include "data/time/time_zone.h"
#include "diagnostics/nearest.h"

namespace millrace {
namespace {

constexpr std::string_view kTablePrefix = "millrace.table.";
constexpr std::string_view kTimeZone = "table.local-time-zone";

/// As in Flink: an offset needs GMT before it.
bool IsSessionZone(std::string_view name) {
  const bool plain_offset = name.starts_with("+") || name.starts_with("-");
  return !plain_offset && TimeZone::Find(name).has_value();
}

const OptionSpec* FindKnown(std::string_view key) {
  for (const OptionSpec& spec : KnownSettings()) {
    if (spec.key == key) return &spec;
  }
  return nullptr;
}

OptionSpec Setting(std::string key, OptionType type, std::string default_value, std::string help) {
  return {std::move(key), type, std::move(default_value), false, false, {}, std::move(help)};
}

OptionSpec Choice(std::string key, std::string default_value, std::vector<std::string> choices,
                  std::string help) {
  OptionSpec spec =
      Setting(std::move(key), OptionType::kEnum, std::move(default_value), std::move(help));
  spec.choices = std::move(choices);
  return spec;
}

OptionSpec Secret(std::string key, std::string help) {
  OptionSpec spec = Setting(std::move(key), OptionType::kString, "", std::move(help));
  spec.secret = true;
  return spec;
}

std::vector<OptionSpec> EngineSettings() {
  using T = OptionType;
  return {
      Setting("execution.checkpointing.dir", T::kString, "",
              "Where backups of state go: file:///directory or s3://bucket/prefix; else nowhere."),
      Setting("execution.checkpointing.interval", T::kDuration, "200 ms",
              "Upper bound of the time between two barriers."),
      Setting("execution.checkpointing.interval-during-backlog", T::kDuration, "",
              "The same while a source reads what has waited for at least five times this long. 0: "
              "no barriers by time then. Default: 2 s, or the interval if that is set."),
      Setting("execution.checkpointing.min-pause", T::kDuration, "5 ms",
              "Least time between two barriers."),
      Setting("execution.checkpointing.num-retained", T::kInt, "1", "Backups that are kept."),
      Choice("execution.runtime-mode", "streaming", {"streaming"},
             "Only streaming is supported: a changelog, row by row."),
      Setting("execution.savepoint.path", T::kString, "",
              "Start from this savepoint or backup, as --from does."),
      Setting("millrace.backup.interval", T::kDuration, "10 s",
              "Time between two backups; no more than that is lost with the disk."),
      Setting("millrace.batch-size", T::kInt, "8192",
              "Most rows that a source hands over at once; 1 to 8192."),
      Setting("millrace.latency-budget", T::kDuration, "",
              "Declared budget from arrival to action; operators that cannot meet it are named."),
      Setting(
          "millrace.memory-budget", T::kMemorySize, "",
          "What the process may hold; sources wait when it is nearly used up. Default: four fifths "
          "of the memory of the machine or the control group."),
      Choice("millrace.on-row-error", "dead-letter", {"dead-letter", "fail"},
             "What happens to a row whose expression fails: dead letters, or the job fails (as "
             "Flink)."),
      Choice(
          "millrace.over.emit", "watermark", {"watermark", "on-arrival"},
          "OVER emits a row when the watermark reaches it (Flink) or at once, late rows included."),
      Setting(
          "millrace.python.losses", T::kInt, "16",
          "How often the worker of a Python function may be lost over the rows of one batch; then "
          "the rest of them are dead letters."),
      Setting("millrace.python.memory", T::kMemorySize, "4 gb",
              "The address space of a worker of Python functions. What asks for more gets a "
              "MemoryError."),
      Setting("millrace.python.timeout", T::kDuration, "10 s",
              "How long a worker of Python functions may work on one row."),
      Setting("millrace.quarantine.deaths", T::kInt, "3",
              "A record at which the process dies that many times in a row becomes a dead letter; "
              "0: never."),
      Setting("millrace.random-seed", T::kLong, "",
              "Seed of RAND, UUID and datagen; without one each run differs."),
      Setting("millrace.source.batch-delay", T::kDuration, "0 ms",
              "How long a source may wait to fill a batch; 0 sends what has arrived."),
      Setting("millrace.source.future-limit", T::kDuration, "1 d",
              "A row of an unbounded source with an event time that far ahead of the wall clock "
              "and of all rows before it is a dead letter: it would make all others late; 0 = "
              "none is."),
      Setting(
          "millrace.source.idle-timeout", T::kDuration, "0 ms",
          "An unbounded source that is silent that long no longer holds the watermark; 0 = never."),
      Setting("parallelism.default", T::kInt, "1", "Number of shards (threads)."),
      Setting(
          "state.memory-budget", T::kMemorySize, "",
          "What keyed state may hold in memory, about, of all pipelines of a process together; "
          "what "
          "has not been used for longest stays on the disk until it is asked for, and sources wait "
          "while too little of it is there. Default: half of `millrace.memory-budget`."),
  };
}

std::vector<OptionSpec> FlinkSettings() {
  using T = OptionType;
  return {
      Setting("pipeline.auto-watermark-interval", T::kDuration, "200 ms",
              "Accepted for Flink; watermarks are exact per row here."),
      Setting("pipeline.name", T::kString, "",
              "Identity of the pipeline; the file's stem without it."),
      Setting("python.executable", T::kString, "python3",
              "The Python that runs functions LANGUAGE PYTHON; it needs pyarrow."),
      Setting("python.files", T::kString, "",
              "Folders, modules (.py) and archives (.zip) that Python functions are imported from, "
              "with commas between; the current directory comes last."),
      Setting("python.fn-execution.bundle.size", T::kLong, "1000",
              "Rows that a worker of Python functions is given at once."),
      Setting("restart-strategy.exponential-delay.attempts-before-reset-backoff", T::kInt, "20",
              "Restarts before a pipeline gives up, unless it ran well for the threshold."),
      Setting("restart-strategy.exponential-delay.backoff-multiplier", T::kDouble, "1.5",
              "How much longer each wait before a restart is than the one before."),
      Setting("restart-strategy.exponential-delay.initial-backoff", T::kDuration, "100 ms",
              "Wait before the first restart."),
      Setting("restart-strategy.exponential-delay.max-backoff", T::kDuration, "1 min",
              "Longest wait before a restart."),
      Setting("restart-strategy.exponential-delay.reset-backoff-threshold", T::kDuration, "10 min",
              "After so long without a failure, restarts are counted from the beginning."),
      Setting("restart-strategy.fixed-delay.attempts", T::kInt, "1",
              "Restarts before a pipeline gives up."),
      Setting("restart-strategy.fixed-delay.delay", T::kDuration, "1 s", "Wait before a restart."),
      Choice("restart-strategy.type", "exponential-delay",
             {"exponential-delay", "fixed-delay", "none"},
             "How a pipeline starts again, in the same process and from its last epoch, when an "
             "epoch could not be committed, a peer went away or the disk was full."),
      Secret("s3.access-key", "Access key of s3:// places; without one AWS_ACCESS_KEY_ID."),
      Setting("s3.endpoint", T::kString, "",
              "Address of an S3 that is not Amazon's: http://127.0.0.1:9000; without one "
              "AWS_ENDPOINT_URL."),
      Setting("s3.endpoint.region", T::kString, "",
              "Region of s3:// places; without one AWS_REGION."),
      Setting("s3.path.style.access", T::kBoolean, "true",
              "With an endpoint: the bucket stands in the path, not in the host's name."),
      Secret("s3.secret-key", "Secret key of s3:// places; without one AWS_SECRET_ACCESS_KEY."),
      Setting("sql-client.execution.result-mode", T::kString, "",
              "Accepted for Flink's client; use --format."),
      Setting("state.checkpoints.dir", T::kString, "",
              "Flink's older name of execution.checkpointing.dir."),
      Setting("state.checkpoints.num-retained", T::kInt, "1",
              "Flink's older name of execution.checkpointing.num-retained."),
  };
}

std::vector<OptionSpec> FlinkTableSettings() {
  using T = OptionType;
  return {
      Setting("table.dml-sync", T::kBoolean, "true",
              "Accepted for Flink; bounded statements always run one after the other."),
      Setting("table.exec.emit.allow-lateness", T::kDuration, "",
              "How long a group window takes rows after it closed, where late-fire is on; default: "
              "table.exec.state.ttl."),
      Setting("table.exec.emit.early-fire.delay", T::kDuration, "",
              "Time by the clock from a change of a window to its result; 0: at once."),
      Setting("table.exec.emit.early-fire.enabled", T::kBoolean, "false",
              "Group windows send results before they close, as updates."),
      Setting("table.exec.emit.late-fire.delay", T::kDuration, "",
              "Time by the clock from a late row to the window's result; 0: at once."),
      Setting("table.exec.emit.late-fire.enabled", T::kBoolean, "false",
              "Group windows send results again for rows that come after they closed, as updates."),
      Setting("table.exec.mini-batch.allow-latency", T::kDuration, "0 ms",
              "Longest time for which changes are gathered; above 0 with mini-batch on."),
      Setting("table.exec.mini-batch.enabled", T::kBoolean, "false",
              "GROUP BY and DISTINCT gather the changes of a key and send them as one."),
      Setting("table.exec.mini-batch.size", T::kLong, "-1",
              "Most rows whose changes are gathered; above 0 with mini-batch on."),
      Setting("table.exec.resource.default-parallelism", T::kInt, "-1",
              "Overrides parallelism.default when positive."),
      Choice("table.exec.sink.not-null-enforcer", "ERROR", {"ERROR", "DROP"},
             "What happens to NULL in a NOT NULL column of a sink."),
      Choice(
          "table.exec.sink.upsert-materialize", "AUTO", {"AUTO", "FORCE", "NONE"},
          "Whether rows of a query that updates go through the PRIMARY KEY of their table: where "
          "ON CONFLICT DO DEDUPLICATE says so, always, or never."),
      Setting("table.exec.source.cdc-events-duplicate", T::kBoolean, "false",
              "Tables of a change format may see a change again: their rows go through the PRIMARY "
              "KEY, which such tables then need."),
      Setting("table.exec.source.idle-timeout", T::kDuration, "0 ms",
              "Flink's name of millrace.source.idle-timeout."),
      Setting(
          "table.exec.state.ttl", T::kDuration, "0 ms",
          "State of a key of GROUP BY, DISTINCT or a table of upserts, and a row that a regular "
          "join keeps, is dropped that long after its last change; 0 keeps it."),
      Choice(
          "table.optimizer.agg-phase-strategy", "AUTO", {"AUTO", "ONE_PHASE", "TWO_PHASE"},
          "With mini-batch, on several shards: whether GROUP BY adds rows up where they are read "
          "before they go to the shard of their key. AUTO does."),
      Choice(
          "table.plan.compile.catalog-objects", "ALL", {"ALL", "SCHEMA", "IDENTIFIER"},
          "Whether COMPILE PLAN writes down the tables that the statement names; with SCHEMA and "
          "IDENTIFIER the session that executes the plan has to declare them."),
      Setting("table.plan.force-recompile", T::kBoolean, "false",
              "COMPILE PLAN writes over a file that is there."),
      Choice("table.plan.restore.catalog-objects", "ALL", {"ALL", "ALL_ENFORCED", "IDENTIFIER"},
             "Whose tables EXECUTE PLAN uses: those of the session before those of the plan, those "
             "of the plan alone, or those of the session alone."),
      Setting(
          "table.local-time-zone", T::kString, "UTC",
          "Zone of TIMESTAMP_LTZ texts and windows: an id such as Europe/Berlin, or GMT+03:00."),
  };
}

}  // namespace

const std::vector<OptionSpec>& KnownSettings() {
  static const std::vector<OptionSpec> kSettings = [] {
    std::vector<OptionSpec> specs = EngineSettings();
    for (auto* more : {&FlinkSettings, &FlinkTableSettings}) {
      for (OptionSpec& spec : more()) specs.push_back(std::move(spec));
    }
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
    if (key == kTimeZone && !IsSessionZone(value.text)) {
      return UserError("MR0503", "'" + value.text + "' is no time zone",
                       "A zone of the tz database such as America/Los_Angeles, an offset such as "
                       "GMT-03:00, or UTC.");
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

uint64_t Settings::GetMemorySize(const std::string& key) const {
  return ParseMemorySize(GetString(key)).value_or(0);
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
