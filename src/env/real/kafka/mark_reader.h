// SPDX-License-Identifier: Apache-2.0
// KafkaMarkReader: asks a cluster for the committed mark of a group and for its limits. Its calls
// wait, each no longer than the time given.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "env/kafka_transactions.h"
#include "env/real/kafka/handle.h"

namespace millrace {

class KafkaMarkReader {
 public:
  static Result<std::unique_ptr<KafkaMarkReader>> Make(const KafkaTransactionConfig& config);

  Result<std::optional<KafkaMark>> Read(const KafkaPartition& at, int timeout_ms);
  Result<KafkaTransactionLimits> Limits(std::span<const std::string> topics, int timeout_ms);
  std::string Trouble();

 private:
  explicit KafkaMarkReader(std::unique_ptr<KafkaHandle> handle) : handle_(std::move(handle)) {}

  std::unique_ptr<KafkaHandle> handle_;
};

}  // namespace millrace
