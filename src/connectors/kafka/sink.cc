// SPDX-License-Identifier: Apache-2.0
#include "connectors/kafka/sink.h"

#include <arrow/api.h>

#include <algorithm>
#include <unordered_map>

#include "base/time_units.h"
#include "connectors/dead_letter.h"
#include "connectors/kafka/discovery.h"
#include "connectors/kafka/metadata.h"
#include "connectors/kafka/outbox.h"
#include "connectors/kafka/transaction/transaction_writer.h"

namespace millrace {
namespace {

class KafkaSink final : public SinkWriter {
 public:
  KafkaSink(const TableContext& table, KafkaSettings settings,
            std::unique_ptr<KafkaDelivery> delivery, std::map<std::string, int32_t> partitions)
      : table_(table),
        settings_(std::move(settings)),
        delivery_(std::move(delivery)),
        partitions_(std::move(partitions)) {
    for (size_t i = 0; i < table_.metadata_keys.size(); ++i) {
      if (table_.metadata_keys[i] == "topic") topic_column_ = static_cast<int>(i);
      if (table_.metadata_keys[i] == "headers") headers_column_ = static_cast<int>(i);
      if (table_.metadata_keys[i] == "timestamp") timestamp_column_ = static_cast<int>(i);
    }
  }

  Status Restore(std::string_view) override { return OkStatus(); }
  Status Write(const SinkInput& input) override;
  bool Ready() override {
    Pump();
    return !failure_ || delivery_->HasRoom();  // a failure is told by Write
  }
  Result<std::string> Prepare(uint64_t epoch) override {
    TRY(FlushBuffer());
    delivery_->EndEpoch(epoch);
    Pump();
    TRY(failure_);
    return std::string();
  }
  Status Commit(uint64_t epoch) override {
    delivery_->Commit(epoch);
    Pump();
    return failure_;
  }
  bool Draining() override {
    Pump();
    return failure_ && !delivery_->empty();
  }
  Result<bool> Delivered(uint64_t epoch) override {
    Pump();
    TRY(failure_);
    return !settings_.waits_for_delivery || delivery_->IsDelivered(epoch);
  }
  std::string Waiting() override { return delivery_->Waiting(); }

 private:
  void Pump();
  Status WriteRow(const SinkInput& input, int64_t row);
  Status Fill(const SinkInput& input, int64_t row, KafkaOutput* record);
  Result<bool> ChooseTopic(const SinkInput& input, int64_t row, KafkaOutput* record);
  int32_t ChoosePartition(std::string_view topic);
  Status Keep(const KafkaOutput& record);
  Status FlushBuffer();

  TableContext table_;
  KafkaSettings settings_;
  std::unique_ptr<KafkaDelivery> delivery_;
  std::map<std::string, int32_t> partitions_;  // of the topics, where the partitioner needs them
  int topic_column_ = -1;                      // in SinkInput::metadata
  int headers_column_ = -1;
  int timestamp_column_ = -1;
  int32_t turn_ = 0;
  std::vector<KafkaOutputHeader> headers_;
  /// Upserts kept back: the last record of each key, in the order in which the keys came.
  struct Kept {
    std::string key;
    std::optional<std::string> value;
    int64_t timestamp = kKafkaNoTimestamp;
  };
  std::vector<Kept> kept_;
  std::unordered_map<std::string, size_t> kept_by_key_;
  int64_t kept_since_ = 0;
  Status failure_;
};

void KafkaSink::Pump() {
  if (!failure_) return;
  failure_ = delivery_->Pump();
  if (!failure_ || kept_.empty()) return;
  const int64_t age = table_.env.clock->MonotonicNanos() - kept_since_;
  if (age >= settings_.buffer_interval_ms * kMilli) failure_ = FlushBuffer();
}

Status KafkaSink::Write(const SinkInput& input) {
  Pump();
  TRY(failure_);
  for (int64_t row = 0; row < input.batch->num_rows; ++row) TRY(WriteRow(input, row));
  Pump();
  return failure_;
}

Status KafkaSink::WriteRow(const SinkInput& input, int64_t row) {
  KafkaOutput record;
  TRY_ASSIGN(const bool known, ChooseTopic(input, row, &record));
  if (!known) return OkStatus();
  TRY(Fill(input, row, &record));
  if (settings_.buffer_rows > 0) return Keep(record);
  record.partition = ChoosePartition(record.topic);
  return delivery_->Add(record);
}

Status KafkaSink::Fill(const SinkInput& input, int64_t row, KafkaOutput* record) {
  const auto i = static_cast<size_t>(row);
  const bool has_value = input.null_values.empty() || input.null_values[i] == 0;
  const size_t begin = i == 0 ? 0 : input.ends[i - 1];
  if (has_value) record->value = input.bytes.substr(begin, input.ends[i] - begin);
  if (!input.key_ends.empty() && (input.null_keys.empty() || input.null_keys[i] == 0)) {
    const size_t key_begin = i == 0 ? 0 : input.key_ends[i - 1];
    record->key = input.keys.substr(key_begin, input.key_ends[i] - key_begin);
  }
  if (timestamp_column_ >= 0) {
    const auto& column = static_cast<const arrow::TimestampArray&>(
        *input.metadata[static_cast<size_t>(timestamp_column_)]);
    if (!column.IsNull(row)) record->timestamp = column.Value(row);
  }
  if (headers_column_ >= 0) {
    headers_.clear();
    AppendKafkaHeaders(*input.metadata[static_cast<size_t>(headers_column_)], row, &headers_);
    record->headers = headers_;
  }
  return OkStatus();
}

/// False: the row was given up.
Result<bool> KafkaSink::ChooseTopic(const SinkInput& input, int64_t row, KafkaOutput* record) {
  if (topic_column_ < 0) {
    record->topic = settings_.topics[0];
    return true;
  }
  const auto& column =
      static_cast<const arrow::StringArray&>(*input.metadata[static_cast<size_t>(topic_column_)]);
  std::string reason = "the metadata column 'topic' is NULL";
  if (!column.IsNull(row)) {
    const std::string_view topic = column.GetView(row);
    const auto listed = std::ranges::find(settings_.topics, topic);
    if (listed != settings_.topics.end()) {
      record->topic = *listed;
      return true;
    }
    reason = "topic '" + std::string(topic) + "' is not one of the option 'topic'";
  } else if (settings_.topics.size() == 1) {
    record->topic = settings_.topics[0];
    return true;
  }
  if (table_.dead_letters == nullptr) {
    return ExternalError("MR0705", "a row of table '" + table_.table + "' has no topic", reason);
  }
  const auto i = static_cast<size_t>(row);
  const size_t begin = i == 0 ? 0 : input.ends[i - 1];
  TRY(table_.dead_letters->Write({.table = table_.table,
                                  .stage = "delivery",
                                  .position = "shard " + std::to_string(table_.shard),
                                  .reason = reason,
                                  .raw = input.bytes.substr(begin, input.ends[i] - begin)}));
  return false;
}

int32_t KafkaSink::ChoosePartition(std::string_view topic) {
  if (settings_.partitioner == KafkaPartitioner::kDefault) return kKafkaAnyPartition;
  const auto known = partitions_.find(std::string(topic));
  if (known == partitions_.end() || known->second <= 0) return kKafkaAnyPartition;
  if (settings_.partitioner == KafkaPartitioner::kFixed) return table_.shard % known->second;
  turn_ = (turn_ + 1) % known->second;
  return turn_;
}

Status KafkaSink::Keep(const KafkaOutput& record) {
  if (kept_.empty()) kept_since_ = table_.env.clock->MonotonicNanos();
  Kept kept{
      .key = std::string(record.key.value_or("")), .value = {}, .timestamp = record.timestamp};
  if (record.value) kept.value = std::string(*record.value);
  const auto [place, added] = kept_by_key_.try_emplace(kept.key, kept_.size());
  if (added) {
    kept_.push_back(std::move(kept));
  } else {
    kept_[place->second] = std::move(kept);
  }
  return static_cast<int64_t>(kept_.size()) >= settings_.buffer_rows ? FlushBuffer() : OkStatus();
}

Status KafkaSink::FlushBuffer() {
  for (const Kept& kept : kept_) {
    KafkaOutput record{.topic = settings_.topics[0], .key = kept.key, .value = {}, .headers = {}};
    record.timestamp = kept.timestamp;
    if (kept.value) record.value = *kept.value;
    TRY(delivery_->Add(record));
  }
  kept_.clear();
  kept_by_key_.clear();
  return OkStatus();
}

/// How many partitions each topic has; asks the broker, when the pipeline starts.
Result<std::map<std::string, int32_t>> CountPartitions(const TableContext& table,
                                                       const KafkaSettings& settings) {
  std::map<std::string, int32_t> counts;
  if (settings.partitioner == KafkaPartitioner::kDefault) return counts;
  TRY_ASSIGN(const KafkaConfig config, MakeKafkaConfig(table, settings, KafkaRole::kAdmin));
  TRY_ASSIGN(const auto admin, table.env.kafka->MakeAdmin(config));
  TRY_ASSIGN(const auto topics, AwaitBroker(table, [&](int64_t timeout_ms) {
               return admin->DescribeTopics(settings.topics, timeout_ms);
             }));
  for (const KafkaTopic& topic : topics) counts[topic.name] = topic.partitions;
  return counts;
}

Result<std::unique_ptr<KafkaDelivery>> MakeDelivery(const TableContext& table,
                                                    const KafkaSettings& settings) {
  if (settings.exactly_once) {
    if (table.transaction == nullptr) return InternalError("this run has no transaction");
    return std::make_unique<KafkaTransactionWriter>(
        table, static_cast<KafkaTransaction*>(table.transaction));
  }
  TRY_ASSIGN(const KafkaConfig config, MakeKafkaConfig(table, settings, KafkaRole::kProducer));
  TRY_ASSIGN(auto producer, table.env.kafka->MakeProducer(config));
  return std::make_unique<KafkaOutbox>(table, std::move(producer));
}

}  // namespace

Result<std::unique_ptr<SinkWriter>> MakeKafkaSink(const TableContext& table, bool upsert) {
  TRY_ASSIGN(KafkaSettings settings, ReadKafkaSettings(table, upsert, /*for_write=*/true));
  if (table.env.kafka == nullptr) return InternalError("this process has no Kafka client");
  TRY_ASSIGN(auto partitions, CountPartitions(table, settings));
  TRY_ASSIGN(auto delivery, MakeDelivery(table, settings));
  return std::make_unique<KafkaSink>(table, std::move(settings), std::move(delivery),
                                     std::move(partitions));
}

}  // namespace millrace
