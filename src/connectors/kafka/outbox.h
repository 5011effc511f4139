// SPDX-License-Identifier: Apache-2.0
// KafkaOutbox: hands records to a producer in order and knows what of each epoch is still on its
// way. A record that the producer has no room for, or that was refused because of its neighbours,
// waits here. One thread.
#pragma once

#include <deque>
#include <map>
#include <memory>
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
};

class KafkaOutbox {
 public:
  KafkaOutbox(const TableContext& table, std::unique_ptr<KafkaProducer> producer)
      : table_(table), producer_(std::move(producer)) {}

  /// Sends the record, or keeps a copy.
  Status Add(const KafkaOutput& record);
  /// Takes outcomes, sends what waits. An error stops the pipeline.
  Status Pump();
  bool HasRoom() const { return waiting_.empty() && alone_.empty() && open_records_ < kOpenMax; }
  bool empty() const { return open_records_ == 0; }
  /// Records added from now on belong to the next epoch. Answers the one that ends.
  uint64_t EndEpoch() { return epoch_++; }
  /// Nothing added up to the end of that epoch is on its way.
  bool IsDelivered(uint64_t epoch) const { return open_.empty() || open_.begin()->first > epoch; }
  std::string Waiting() { return producer_->Waiting(); }

 private:
  static constexpr size_t kOpenMax = 80000;

  Result<bool> Send(const KafkaOutput& record);
  Result<bool> SendOwned(const OwnedKafkaOutput& record);
  void Close(uint64_t epoch);
  Status OnFailure(KafkaUndelivered failed);
  Status GiveUp(const OwnedKafkaOutput& record, const Error& error);

  TableContext table_;
  std::unique_ptr<KafkaProducer> producer_;
  uint64_t epoch_ = 0;
  std::map<uint64_t, size_t> open_;  // records without an outcome, by epoch
  size_t open_records_ = 0;
  std::deque<OwnedKafkaOutput> waiting_;  // for room
  /// A request with one record too many is refused as a whole; its records go again one by one,
  /// which shows the one that is too large.
  std::deque<OwnedKafkaOutput> alone_;
  bool alone_sent_ = false;
  KafkaOutcomes outcomes_;
};

}  // namespace millrace
