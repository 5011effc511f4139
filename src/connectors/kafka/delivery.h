// SPDX-License-Identifier: Apache-2.0
// KafkaDelivery: how the records of one writer reach their topics: at least once by a producer of
// its own (KafkaOutbox), or in the pipeline's transaction (KafkaTransactionWriter). One thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "connectors/connector.h"
#include "env/kafka_client.h"

namespace millrace {

/// A record with its own memory.
struct OwnedKafkaOutput {
  std::string topic;
  int32_t partition = kKafkaAnyPartition;
  std::optional<std::string> key;
  std::optional<std::string> value;
  int64_t timestamp = kKafkaNoTimestamp;
  std::vector<std::pair<std::string, std::optional<std::string>>> headers;
  uint64_t epoch = 0;

  static OwnedKafkaOutput From(const KafkaOutput& record);
  /// `headers` gets the memory of the view's headers.
  KafkaOutput View(std::vector<KafkaOutputHeader>* headers) const;
  size_t bytes() const;
};

class KafkaDelivery {
 public:
  virtual ~KafkaDelivery() = default;
  /// Sends the record, or keeps a copy.
  virtual Status Add(const KafkaOutput& record) = 0;
  /// Takes outcomes, sends what waits. An error stops the pipeline.
  virtual Status Pump() = 0;
  virtual bool HasRoom() const = 0;
  virtual bool empty() const = 0;
  /// The barrier of `epoch` has come: what is added from now on belongs to later ones.
  virtual void EndEpoch(uint64_t epoch) = 0;
  /// Nothing that was added before the barrier of `epoch` is on its way.
  virtual bool IsDelivered(uint64_t epoch) const = 0;
  /// `epoch` has happened.
  virtual void Commit(uint64_t epoch) = 0;
  virtual std::string Waiting() = 0;
};

/// Puts a record that will never be delivered to the dead letters.
Status GiveUpKafkaRecord(const TableContext& table, const OwnedKafkaOutput& record,
                         const Error& error);

}  // namespace millrace
