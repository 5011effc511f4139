// SPDX-License-Identifier: Apache-2.0
// What the options of a `kafka` or `upsert-kafka` table mean.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "connectors/connector.h"
#include "connectors/kafka/properties.h"
#include "env/kafka_client.h"

namespace millrace {

enum class KafkaOffsetMode { kGroupOffsets, kEarliest, kLatest, kTimestamp, kSpecific };
enum class KafkaPartitioner { kDefault, kFixed, kRoundRobin };

/// Where reading starts or ends.
struct KafkaOffsetChoice {
  KafkaOffsetMode mode = KafkaOffsetMode::kGroupOffsets;
  int64_t timestamp_ms = 0;
  std::map<int32_t, int64_t> offsets;  // kSpecific: by partition
};

struct KafkaSettings {
  bool upsert = false;
  std::vector<std::string> topics;  // empty: topic_pattern
  std::string topic_pattern;
  std::string group;
  bool commits_group_offsets = true;
  std::optional<KafkaOffsetMode> reset;  // auto.offset.reset
  KafkaOffsetChoice startup;
  std::optional<KafkaOffsetChoice> end;  // bounded
  int64_t discovery_interval_ms = 0;     // 0 = never
  KafkaPartitioner partitioner = KafkaPartitioner::kDefault;
  bool waits_for_delivery = true;  // false: sink.delivery-guarantee 'none'
  bool exactly_once = false;       // through the transaction of the pipeline
  int64_t buffer_rows = 0;         // upsert: keep the last row per key this long
  int64_t buffer_interval_ms = 0;
};

std::vector<OptionSpec> KafkaOptions();
std::vector<OptionSpec> UpsertKafkaOptions();

/// What an exactly-once sink says of its transaction.
struct KafkaTransactionSettings {
  std::string id_prefix;
  int64_t timeout_ms = 60000;
};

/// Buffers and transactions of a sink.
HoldTime KafkaHoldTime(const Options& options);

Result<KafkaSettings> ReadKafkaSettings(const TableContext& table, bool upsert, bool for_write);
bool IsExactlyOnce(const Options& options);
Result<KafkaTransactionSettings> ReadKafkaTransactionSettings(const TableContext& table);
Result<KafkaConfig> MakeKafkaConfig(const TableContext& table, const KafkaSettings& settings,
                                    KafkaRole role);

}  // namespace millrace
