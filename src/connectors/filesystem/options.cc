// SPDX-License-Identifier: Apache-2.0
#include "connectors/filesystem/options.h"

#include <regex.h>

#include <memory>

#include "data/option_text.h"

namespace millrace {
namespace {

OptionSpec Text(std::string key, std::string default_value, std::string help) {
  return {
      .key = std::move(key), .default_value = std::move(default_value), .help = std::move(help)};
}

OptionSpec Typed(std::string key, OptionType type, std::string default_value, std::string help) {
  return {.key = std::move(key),
          .type = type,
          .default_value = std::move(default_value),
          .help = std::move(help)};
}

/// Flink's keys with an effect that is not there; setting one to anything but its default is
/// refused.
struct RefusedKey {
  const char* key;
  const char* harmless;
  const char* instead;
};

constexpr RefusedKey kRefused[] = {
    {"auto-compaction", "false", "files are rolled by size and time; there are no tiny files"},
    {"sink.partition-commit.policy.class", "", "use the policy 'success-file'"},
    {"partition.time-extractor.class", "", "use the process-time trigger"},
    {"partition.time-extractor.timestamp-pattern", "", "use the process-time trigger"},
    {"partition.time-extractor.timestamp-formatter", "", "use the process-time trigger"},
    {"compaction.file-size", "", "files are rolled by size and time"},
    {"compaction.parallelism", "", "files are rolled by size and time"},
};

}  // namespace

std::vector<OptionSpec> FilesystemOptions() {
  std::vector<OptionSpec> specs = {
      {.key = "path", .required = true, .help = "A file or a directory."},
      Typed("source.monitor-interval", OptionType::kDuration, "",
            "Look for new files this often; without it the table is bounded."),
      Text("source.path.regex-pattern", "", "Read only files whose whole path matches."),
      Text("source.report-statistics", "ALL", "Accepted for Flink; has no effect."),
      Text("partition.default-name", "__DEFAULT_PARTITION__",
           "Directory value of a NULL or empty partition column."),
      Typed("sink.rolling-policy.file-size", OptionType::kMemorySize, "128 mb",
            "A file is finished when it has this size."),
      Typed("sink.rolling-policy.rollover-interval", OptionType::kDuration, "30 min",
            "A file is finished when it has been open this long."),
      Typed("sink.rolling-policy.inactivity-interval", OptionType::kDuration, "30 min",
            "A file is finished when nothing was written for this long."),
      Typed("sink.rolling-policy.check-interval", OptionType::kDuration, "1 min",
            "How often the two intervals are looked at."),
      Typed("sink.shuffle-by-partition.enable", OptionType::kBoolean, "false",
            "Accepted for Flink; has no effect."),
      Text("sink.partition-commit.policy.kind", "",
           "'success-file' writes an empty file when a partition has new files."),
      Text("sink.partition-commit.success-file.name", "_SUCCESS", "Name of that file."),
      {.key = "sink.partition-commit.trigger",
       .type = OptionType::kEnum,
       .default_value = "process-time",
       .choices = {"process-time", "partition-time"},
       .help = "When a partition is committed; only 'process-time' is supported."},
      Typed("sink.partition-commit.delay", OptionType::kDuration, "0 s",
            "Accepted for Flink when 0."),
      Text("sink.partition-commit.watermark-time-zone", "UTC", "Accepted for Flink."),
      Typed("sink.parallelism", OptionType::kInt, "",
            "Accepted for Flink; the pipeline's parallelism counts."),
  };
  for (const RefusedKey& refused : kRefused) {
    specs.push_back(Text(refused.key, refused.harmless, "Not supported yet."));
  }
  return specs;
}

std::vector<OptionSpec> FilesystemExtraOptions() {
  return {Typed("rows-per-second", OptionType::kLong, "",
                "Replay at this pace: row n arrives n / rate seconds after the first."),
          Typed("skip-lines", OptionType::kLong, "",
                "Lines at the start of each file that are no records, such as a CSV header."),
          Text("dead-letter.path", "", "File for records that could not be decoded.")};
}

std::vector<MetadataColumn> FilesystemMetadata() {
  return {{.key = "file.path", .type = DataType::String().NotNull()},
          {.key = "file.name", .type = DataType::String().NotNull()},
          {.key = "file.size", .type = DataType::BigInt().NotNull()},
          {.key = "file.modification-time", .type = DataType::TimestampLtz(3).NotNull()}};
}

Result<std::string> LocalPath(const std::string& path) {
  std::string_view rest = path;
  if (rest.starts_with("file:")) {
    rest.remove_prefix(5);
    if (rest.starts_with("//")) rest.remove_prefix(2);
  } else if (const size_t scheme = rest.find("://"); scheme != std::string_view::npos) {
    return UserError(
        "MR0506",
        "the file system '" + std::string(rest.substr(0, scheme)) + "' is not supported yet",
        "path '" + path + "'", "use a local path");
  }
  while (rest.size() > 1 && rest.ends_with('/')) rest.remove_suffix(1);
  if (rest.empty()) return UserError("MR0503", "option 'path' is empty");
  return std::string(rest);
}

HoldTime FileHoldTime(const Options& options) {
  constexpr const char* kRollover = "sink.rolling-policy.rollover-interval";
  const int64_t interval = options.GetDuration(kRollover).count();
  return {.ms = interval,
          .reason = "rows are seen when their file is closed, which has its size or is that old",
          .option = kRollover};
}

namespace {

Status CheckSinkOptions(const TableContext& table) {
  const std::string policy = table.options.GetString("sink.partition-commit.policy.kind");
  if (!policy.empty() && policy != "success-file") {
    return UserError("MR0506", "partition commit policy '" + policy + "' is not supported yet", {},
                     "use 'success-file', or leave 'sink.partition-commit.policy.kind' out");
  }
  const std::string trigger = table.options.GetString("sink.partition-commit.trigger");
  if (EqualsIgnoringCase(trigger, "partition-time") ||
      table.options.GetDuration("sink.partition-commit.delay").count() != 0) {
    return UserError("MR0506",
                     "partition commit by partition time or with a delay is not supported yet", {},
                     "a partition is committed with each of its files");
  }
  for (const std::string& key : table.partition_keys) {
    if (!table.schema.Find(key)) {
      return UserError("MR0506", "partition column '" + key + "' is not a column of the table");
    }
  }
  if (!table.partition_keys.empty() && table.partition_keys.size() >= table.schema.size()) {
    return UserError("MR0506", "a partitioned table needs a column that is not a partition column");
  }
  return OkStatus();
}

}  // namespace

Status CheckFilesystem(const TableContext& table, bool for_write) {
  TRY(LocalPath(table.options.GetString("path")));
  for (const RefusedKey& refused : kRefused) {
    if (table.options.GetString(refused.key) != refused.harmless) {
      return UserError("MR0506", "option '" + std::string(refused.key) + "' is not supported yet",
                       {}, refused.instead);
    }
  }
  if (for_write) return CheckSinkOptions(table);
  const std::string pattern = table.options.GetString("source.path.regex-pattern");
  if (!pattern.empty()) {
    regex_t compiled;
    if (regcomp(&compiled, pattern.c_str(), REG_EXTENDED | REG_NOSUB) != 0) {
      return UserError("MR0503", "option 'source.path.regex-pattern' is no regular expression: '" +
                                     pattern + "'");
    }
    regfree(&compiled);
  }
  return OkStatus();
}

}  // namespace millrace
