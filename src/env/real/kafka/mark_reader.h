// SPDX-License-Identifier: Apache-2.0
// KafkaMarkReader: asks a cluster for the committed mark of a group, for its limits, and for the
// ends of topics. Its calls wait, each no longer than the time given.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "env/kafka_transactions.h"
#include "env/real/kafka/handle.h"

namespace millrace {

/// Ends of partitions, by topic and number.
using KafkaEnds = std::map<std::pair<std::string, int32_t>, int64_t>;

class KafkaMarkReader {
 public:
  static Result<std::unique_ptr<KafkaMarkReader>> Make(const KafkaTransactionConfig& config);

  Result<std::optional<KafkaMark>> Read(const KafkaPartition& at, int timeout_ms);
  Result<KafkaTransactionLimits> Limits(std::span<const std::string> topics, int timeout_ms);
  /// Of all partitions of the topics; those of stable records are in front of the first transaction
  /// that is open.
  Result<KafkaEnds> Ends(std::span<const std::string> topics, bool of_stable_records,
                         int timeout_ms);
  std::string Trouble();

 private:
  explicit KafkaMarkReader(std::unique_ptr<KafkaHandle> handle) : handle_(std::move(handle)) {}

  Status AddPartitions(const std::string& topic, rd_kafka_topic_partition_list_t* list,
                       int timeout_ms);

  std::unique_ptr<KafkaHandle> handle_;
};

}  // namespace millrace
