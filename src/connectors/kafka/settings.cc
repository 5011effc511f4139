// SPDX-License-Identifier: Apache-2.0
#include "connectors/kafka/settings.h"

#include <re2/re2.h>

#include <algorithm>
#include <limits>

#include "data/option_text.h"

namespace millrace {
namespace {

constexpr std::string_view kUnbounded = "unbounded";

std::vector<OptionSpec> SharedOptions() {
  std::vector<OptionSpec> specs = {
      {.key = "key.fields-prefix",
       .help = "Prefix of the names of key columns in the table; the key itself lacks it."},
      {.key = "value.fields-include",
       .type = OptionType::kEnum,
       .default_value = "ALL",
       .choices = {"ALL", "EXCEPT_KEY"},
       .help = "Whether the value holds the key columns, too."},
      {.key = "scan.bounded.mode",
       .type = OptionType::kEnum,
       .default_value = std::string(kUnbounded),
       .choices = {std::string(kUnbounded), "latest-offset", "group-offsets", "timestamp",
                   "specific-offsets"},
       .help = "Where reading ends: what is there at the start, or never."},
      {.key = "scan.bounded.timestamp-millis",
       .type = OptionType::kLong,
       .help = "End of the mode timestamp."},
      {.key = "scan.bounded.specific-offsets",
       .help = "End of the mode specific-offsets: 'partition:0,offset:42;partition:1,offset:7'."},
      {.key = "scan.parallelism",
       .type = OptionType::kInt,
       .help = "Accepted for Flink; shards share the partitions."},
      {.key = "sink.parallelism",
       .type = OptionType::kInt,
       .help = "Accepted for Flink; every shard writes its rows."},
      {.key = "sink.delivery-guarantee",
       .type = OptionType::kEnum,
       .default_value = "at-least-once",
       .choices = {"at-least-once", "exactly-once", "none"},
       .help = "exactly-once: records become visible with their epoch, in a transaction; "
               "at-least-once: an epoch ends once its records are acknowledged; none: it does not "
               "wait."},
      {.key = "sink.transactional-id-prefix",
       .help = "Needed for exactly-once: begins the transactional id, one for each pipeline and "
               "copy."},
      {.key = "sink.transaction-naming-strategy", .help = "Accepted for Flink; has no effect."},
  };
  const std::vector<OptionSpec> properties = KafkaPropertySpecs();
  specs.insert(specs.end(), properties.begin(), properties.end());
  return specs;
}

std::unexpected<Error> Bad(const std::string& key, std::string why, std::string hint = {}) {
  return UserError("MR0503", "bad value of '" + key + "'", std::move(why), std::move(hint));
}

std::unexpected<Error> Missing(const std::string& key, const std::string& mode) {
  return UserError("MR0502", "'" + mode + "' needs the option '" + key + "'");
}

/// "partition:0,offset:42;partition:1,offset:300".
Result<std::map<int32_t, int64_t>> ParseOffsets(const std::string& key, const std::string& text) {
  std::map<int32_t, int64_t> offsets;
  size_t at = 0;
  while (at < text.size()) {
    const size_t end = std::min(text.find(';', at), text.size());
    const std::string entry = text.substr(at, end - at);
    at = end + 1;
    const size_t comma = entry.find(",offset:");
    if (!entry.starts_with("partition:") || comma == std::string::npos) {
      return Bad(key, "'" + entry + "' has not the form partition:0,offset:42");
    }
    const auto partition = ParseOptionLong(std::string_view(entry).substr(10, comma - 10));
    const auto offset = ParseOptionLong(std::string_view(entry).substr(comma + 8));
    if (!partition || !offset || *partition < 0 || *offset < 0) {
      return Bad(key, "'" + entry + "' has not the form partition:0,offset:42");
    }
    offsets[static_cast<int32_t>(*partition)] = *offset;
  }
  if (offsets.empty()) return Bad(key, "it names no partition");
  return offsets;
}

Result<KafkaOffsetChoice> ReadChoice(const Options& options, const std::string& prefix,
                                     const std::string& mode, bool one_topic) {
  KafkaOffsetChoice choice;
  if (mode == "group-offsets") {
    choice.mode = KafkaOffsetMode::kGroupOffsets;
  } else if (mode == "earliest-offset") {
    choice.mode = KafkaOffsetMode::kEarliest;
  } else if (mode == "latest-offset") {
    choice.mode = KafkaOffsetMode::kLatest;
  } else if (mode == "timestamp") {
    choice.mode = KafkaOffsetMode::kTimestamp;
    const std::string key = prefix + ".timestamp-millis";
    if (!options.Has(key)) return Missing(key, prefix + ".mode' = 'timestamp");
    choice.timestamp_ms = options.GetLong(key);
    if (choice.timestamp_ms < 0) return Bad(key, "a time before 1970");
  } else {
    choice.mode = KafkaOffsetMode::kSpecific;
    const std::string key = prefix + ".specific-offsets";
    if (!options.Has(key)) return Missing(key, prefix + ".mode' = 'specific-offsets");
    if (!one_topic) return Bad(key, "offsets can be given for a table of one topic only");
    TRY_ASSIGN(choice.offsets, ParseOffsets(key, options.GetString(key)));
  }
  return choice;
}

std::string LowerCase(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return text;
}

Status ReadTopics(const TableContext& table, bool for_write, KafkaSettings* settings) {
  settings->topics = table.options.GetList("topic");
  settings->topic_pattern = table.options.GetString("topic-pattern");
  if (settings->topics.empty() == settings->topic_pattern.empty()) {
    return UserError("MR0502",
                     "table '" + table.table + "' needs either 'topic' or 'topic-pattern'",
                     settings->topics.empty() ? "neither is given" : "both are given");
  }
  if (!settings->topic_pattern.empty()) {
    if (for_write) return Bad("topic-pattern", "rows are written to a topic, not to a pattern");
    const re2::RE2 pattern(settings->topic_pattern, re2::RE2::Quiet);
    if (!pattern.ok()) return Bad("topic-pattern", pattern.error());
  }
  const bool chooses = std::ranges::find(table.metadata_keys, "topic") != table.metadata_keys.end();
  if (for_write && settings->topics.size() > 1 && !chooses) {
    return Bad("topic", "rows go to one topic; several are for reading",
               "a metadata column 'topic' chooses the topic of each row");
  }
  return OkStatus();
}

Status ReadScan(const TableContext& table, KafkaSettings* settings) {
  const Options& options = table.options;
  const bool one_topic = settings->topics.size() == 1;
  if (settings->upsert) {
    settings->startup.mode = KafkaOffsetMode::kEarliest;
  } else {
    TRY_ASSIGN(settings->startup,
               ReadChoice(options, "scan.startup",
                          LowerCase(options.GetString("scan.startup.mode")), one_topic));
    settings->discovery_interval_ms =
        options.GetDuration("scan.topic-partition-discovery.interval").count();
  }
  const std::string bounded = LowerCase(options.GetString("scan.bounded.mode"));
  if (bounded != kUnbounded) {
    TRY_ASSIGN(settings->end, ReadChoice(options, "scan.bounded", bounded, one_topic));
    settings->discovery_interval_ms = 0;
  }
  return OkStatus();
}

Status ReadSink(const TableContext& table, KafkaSettings* settings) {
  const Options& options = table.options;
  const std::string guarantee = LowerCase(options.GetString("sink.delivery-guarantee"));
  settings->waits_for_delivery = guarantee != "none";
  settings->exactly_once = IsExactlyOnce(options);
  if (settings->exactly_once) TRY(ReadKafkaTransactionSettings(table));
  if (settings->upsert) {
    settings->buffer_rows = options.GetLong("sink.buffer-flush.max-rows");
    settings->buffer_interval_ms = options.GetDuration("sink.buffer-flush.interval").count();
    if ((settings->buffer_rows > 0) != (settings->buffer_interval_ms > 0)) {
      return Bad("sink.buffer-flush.max-rows",
                 "sink.buffer-flush.max-rows and sink.buffer-flush.interval go together");
    }
    return OkStatus();
  }
  const std::string partitioner = options.GetString("sink.partitioner");
  if (partitioner == "default") {
    settings->partitioner = KafkaPartitioner::kDefault;
  } else if (partitioner == "fixed") {
    settings->partitioner = KafkaPartitioner::kFixed;
  } else if (partitioner == "round-robin") {
    settings->partitioner = KafkaPartitioner::kRoundRobin;
    if (options.Has("key.fields")) {
      return Bad("sink.partitioner", "'round-robin' is for records without a key",
                 "without sink.partitioner the key chooses the partition");
    }
  } else {
    return Bad("sink.partitioner", "'" + partitioner + "' is no partitioner; classes cannot be run",
               "use default, fixed or round-robin");
  }
  return OkStatus();
}

}  // namespace

std::vector<OptionSpec> KafkaOptions() {
  std::vector<OptionSpec> specs = {
      {.key = "topic", .type = OptionType::kList, .help = "Topic, or topics separated by ';'."},
      {.key = "topic-pattern", .help = "Read all topics whose whole name matches."},
      {.key = "key.fields",
       .type = OptionType::kList,
       .help = "Columns that the key of a record holds, separated by ';'."},
      {.key = "scan.startup.mode",
       .type = OptionType::kEnum,
       .default_value = "group-offsets",
       .choices = {"group-offsets", "earliest-offset", "latest-offset", "timestamp",
                   "specific-offsets"},
       .help = "Where the first run starts; later ones go on where the last ended."},
      {.key = "scan.startup.timestamp-millis",
       .type = OptionType::kLong,
       .help = "Start of the mode timestamp."},
      {.key = "scan.startup.specific-offsets",
       .help = "Start of the mode specific-offsets: 'partition:0,offset:42;partition:1,offset:7'."},
      {.key = "scan.topic-partition-discovery.interval",
       .type = OptionType::kDuration,
       .default_value = "5 min",
       .help = "How often new partitions and topics are looked for; 0 = never."},
      {.key = "sink.partitioner",
       .default_value = "default",
       .help = "default: by the key; fixed: one partition per shard; round-robin."},
  };
  const std::vector<OptionSpec> shared = SharedOptions();
  specs.insert(specs.end(), shared.begin(), shared.end());
  return specs;
}

std::vector<OptionSpec> UpsertKafkaOptions() {
  std::vector<OptionSpec> specs = {
      {.key = "topic",
       .type = OptionType::kList,
       .required = true,
       .help = "Topic, or topics separated by ';'."},
      {.key = "sink.buffer-flush.max-rows",
       .type = OptionType::kInt,
       .default_value = "0",
       .help = "Keep up to this many rows back and send the last of each key only; 0 = off."},
      {.key = "sink.buffer-flush.interval",
       .type = OptionType::kDuration,
       .default_value = "0 s",
       .help = "Send what was kept back at least this often; an epoch sends it, too."},
  };
  const std::vector<OptionSpec> shared = SharedOptions();
  specs.insert(specs.end(), shared.begin(), shared.end());
  return specs;
}

HoldTime KafkaHoldTime(const Options& options) {
  constexpr const char* kFlush = "sink.buffer-flush.interval";
  if (IsExactlyOnce(options)) {
    return {.ms = std::numeric_limits<int64_t>::max(),
            .reason = "records are seen when their epoch is committed",
            .option = "execution.checkpointing.interval",
            .ends_with_epoch = true};
  }
  if (options.Has(kFlush) && options.GetDuration(kFlush).count() > 0) {
    return {.ms = options.GetDuration(kFlush).count(),
            .reason = "rows are kept back so that the last one of a key is sent only",
            .option = kFlush,
            .ends_with_epoch = true};
  }
  const auto linger = ParseOptionLong(options.FindString("properties.linger.ms").value_or(""));
  return {.ms = linger.value_or(0),
          .reason = "records wait for others of their request",
          .option = "properties.linger.ms"};
}

Result<KafkaSettings> ReadKafkaSettings(const TableContext& table, bool upsert, bool for_write) {
  KafkaSettings settings{.upsert = upsert};
  TRY(ReadTopics(table, for_write, &settings));
  settings.group = table.options.GetString("properties.group.id");
  settings.commits_group_offsets =
      !settings.group.empty() &&
      LowerCase(
          table.options.FindString("properties.commit.offsets.on.checkpoint").value_or("true")) ==
          "true";
  if (settings.group.empty()) settings.group = "KafkaSource-" + table.table;
  if (const auto reset = table.options.FindString("properties.auto.offset.reset")) {
    const std::string mode = LowerCase(*reset);
    if (mode == "earliest") {
      settings.reset = KafkaOffsetMode::kEarliest;
    } else if (mode == "latest") {
      settings.reset = KafkaOffsetMode::kLatest;
    } else if (mode != "none") {
      return Bad("properties.auto.offset.reset",
                 "'" + *reset + "' is none of earliest, latest, none");
    }
  }
  TRY(for_write ? ReadSink(table, &settings) : ReadScan(table, &settings));
  return settings;
}

bool IsExactlyOnce(const Options& options) {
  return LowerCase(options.GetString("sink.delivery-guarantee")) == "exactly-once";
}

Result<KafkaTransactionSettings> ReadKafkaTransactionSettings(const TableContext& table) {
  constexpr const char* kPrefix = "sink.transactional-id-prefix";
  constexpr const char* kTimeout = "properties.transaction.timeout.ms";
  constexpr int64_t kTimeoutMin = 1000;
  KafkaTransactionSettings settings{.id_prefix = table.options.GetString(kPrefix)};
  if (settings.id_prefix.empty())
    return Missing(kPrefix, "sink.delivery-guarantee' = 'exactly-once");
  if (const auto text = table.options.FindString(kTimeout)) {
    const auto timeout = ParseOptionLong(*text);
    if (!timeout || *timeout < kTimeoutMin || *timeout > std::numeric_limits<int32_t>::max()) {
      return Bad(kTimeout, "'" + *text + "' is no number of milliseconds from 1000 on");
    }
    settings.timeout_ms = *timeout;
  }
  for (const char* key : {"properties.acks", "properties.enable.idempotence"}) {
    const std::string value = LowerCase(table.options.FindString(key).value_or("true"));
    if (value != "true" && value != "all" && value != "-1") {
      return Bad(key, "transactions need the acknowledgement of all replicas and idempotence");
    }
  }
  return settings;
}

Result<KafkaConfig> MakeKafkaConfig(const TableContext& table, const KafkaSettings& settings,
                                    KafkaRole role) {
  KafkaConfig config;
  TRY_ASSIGN(config.properties, TranslateKafkaProperties(table.options, role));
  config.group = settings.group;
  config.client_id = "millrace-" + table.table;
  return config;
}

}  // namespace millrace
