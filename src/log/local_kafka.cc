// SPDX-License-Identifier: Apache-2.0
#include "log/local_kafka.h"

#include <algorithm>
#include <map>
#include <mutex>

#include "base/check.h"
#include "log/local_transactions.h"
#include "log/topic/kafka_records.h"
#include "log/topic/partitioner.h"

namespace millrace {
namespace {

constexpr size_t kInFlightMax = 100'000;
constexpr size_t kBatchRecords = 1024;
constexpr size_t kBatchBytes = 1 << 20;

/// What stands in for a broker speaks of offsets out of range as a broker's client does.
Error AsKafka(Error error) {
  if (error.code == "MR0806") error.code = "MR0521";
  if (error.code == "MR0809") error.code = "MR0527";
  return error;
}

// ---------------------------------------------------------------- reading

class LocalConsumer final : public KafkaConsumer {
 public:
  explicit LocalConsumer(TopicStore* store) : store_(store) {}

  Result<int> Assign(const KafkaPartition& partition, int64_t offset, int32_t) override {
    TRY(store_->EnsureTopic(partition.topic));
    TRY(store_->Offsets(partition.topic, partition.partition));
    assigned_[next_handle_] = {.partition = partition, .offset = offset};
    return next_handle_++;
  }
  void Unassign(int handle) override { assigned_.erase(handle); }
  std::string Waiting() override { return {}; }
  std::optional<int64_t> End(int handle) override {
    const KafkaPartition& at = assigned_.at(handle).partition;
    const auto offsets = store_->Offsets(at.topic, at.partition);
    return offsets ? std::optional<int64_t>(offsets->end) : std::nullopt;
  }

  Result<KafkaPolled> Poll(int handle, const KafkaPollLimits& limits,
                           KafkaRecords* records) override {
    const auto found = assigned_.find(handle);
    CHECK(found != assigned_.end());
    Assigned& at = found->second;
    const auto& [topic, partition] = at.partition;
    auto chunk = store_->Read(topic, partition, at.offset,
                              {.bytes_max = limits.bytes, .records_max = limits.records});
    if (!chunk) return std::unexpected(AsKafka(std::move(chunk).error()));
    for (const TopicRecordView& record : chunk->records) AppendKafkaRecord(record, limits, records);
    at.offset = chunk->next_offset;
    KafkaPolled polled{.records = chunk->records.size()};
    TRY_ASSIGN(const PartitionOffsets offsets, store_->Offsets(topic, partition));
    if (offsets.end == at.offset) polled.end_offset = at.offset;
    return polled;
  }

 private:
  struct Assigned {
    KafkaPartition partition;
    int64_t offset = 0;
  };

  TopicStore* store_;
  std::map<int, Assigned> assigned_;
  int next_handle_ = 0;
};

// ---------------------------------------------------------------- writing

/// Records on their way; filled by the threads that sync.
struct Arrivals {
  std::mutex mutex;
  std::vector<uint64_t> delivered;
  std::optional<Error> failure;
};

class LocalProducer final : public KafkaProducer {
 public:
  explicit LocalProducer(TopicStore* store)
      : store_(store), arrivals_(std::make_shared<Arrivals>()) {}

  Result<bool> Produce(const KafkaOutput& record) override;
  Status Poll(KafkaOutcomes* outcomes) override;
  size_t in_flight() override { return in_flight_; }
  std::string Waiting() override { return waiting_; }

 private:
  struct Held {
    std::optional<std::string> key;
    std::optional<std::string> value;
    std::vector<std::pair<std::string, std::optional<std::string>>> headers;
    int64_t timestamp = kKafkaNoTimestamp;
    uint64_t tag = 0;
    size_t bytes = 0;
  };
  /// What is to be appended to one partition with the next write.
  struct Gathered {
    std::vector<Held> records;
    size_t bytes = 0;
  };
  using Place = std::pair<std::string, int32_t>;

  Result<int32_t> Choose(const KafkaOutput& record);
  Status Write(const Place& place, Gathered* gathered);
  Result<std::vector<AppendedRange>> Append(const Place& place, std::span<const Held> records);
  Status Handle(Error error, const Place& place, Gathered* gathered);

  TopicStore* store_;
  std::shared_ptr<Arrivals> arrivals_;
  std::map<Place, Gathered> gathered_;
  std::map<std::string, uint32_t, std::less<>> turns_;  // of records without a key
  std::vector<KafkaUndelivered> failed_;
  size_t in_flight_ = 0;
  std::string waiting_;
};

Result<int32_t> LocalProducer::Choose(const KafkaOutput& record) {
  TRY_ASSIGN(const TopicInfo topic, store_->EnsureTopic(std::string(record.topic)));
  if (record.partition != kKafkaAnyPartition) {
    TRY(store_->Offsets(topic.name, record.partition));
    return record.partition;
  }
  if (record.key) return PartitionOfKey(*record.key, topic.partitions);
  const uint32_t turn = turns_.try_emplace(topic.name, 0).first->second;
  return static_cast<int32_t>(turn % static_cast<uint32_t>(topic.partitions));
}

Result<bool> LocalProducer::Produce(const KafkaOutput& record) {
  if (in_flight_ >= kInFlightMax) return false;
  Held held{.timestamp = record.timestamp, .tag = record.tag};
  if (record.key) held.key = std::string(*record.key);
  if (record.value) held.value = std::string(*record.value);
  held.bytes = record.key.value_or("").size() + record.value.value_or("").size();
  for (const KafkaOutputHeader& header : record.headers) {
    held.headers.emplace_back(header.name, header.value);
    held.bytes += header.name.size() + header.value.value_or("").size();
  }
  const uint32_t limit = store_->settings().log.record_bytes_max;
  if (held.bytes > limit) {
    return UserError(
        "MR0527",
        "a record of " + std::to_string(held.bytes) + " bytes is too large for the embedded log",
        "the limit is " + std::to_string(limit));
  }
  TRY_ASSIGN(const int32_t partition, Choose(record));
  const Place place(record.topic, partition);
  Gathered& gathered = gathered_[place];
  gathered.bytes += held.bytes;
  gathered.records.push_back(std::move(held));
  ++in_flight_;
  if (gathered.records.size() >= kBatchRecords || gathered.bytes >= kBatchBytes) {
    TRY(Write(place, &gathered));
  }
  return true;
}

Result<std::vector<AppendedRange>> LocalProducer::Append(const Place& place,
                                                         std::span<const Held> records) {
  std::vector<TopicRecordView> views;
  std::vector<uint64_t> tags;
  for (const Held& held : records) {
    TopicRecordView view{.key = held.key, .value = held.value};
    if (held.timestamp >= 0) view.timestamp_ms = held.timestamp;
    for (const auto& [name, value] : held.headers) view.headers.push_back({name, value});
    views.push_back(std::move(view));
    tags.push_back(held.tag);
  }
  return store_->Append(place.first, views, {.partition = place.second},
                        [arrivals = arrivals_, tags = std::move(tags)](const Status& durable) {
                          const std::lock_guard lock(arrivals->mutex);
                          if (!durable) {
                            if (!arrivals->failure) arrivals->failure = durable.error();
                            return;
                          }
                          arrivals->delivered.insert(arrivals->delivered.end(), tags.begin(),
                                                     tags.end());
                        });
}

/// Keeps what may pass for the next time; an error is final.
Status LocalProducer::Write(const Place& place, Gathered* gathered) {
  if (gathered->records.empty()) return OkStatus();
  auto appended = Append(place, gathered->records);
  if (!appended) return Handle(std::move(appended).error(), place, gathered);
  *gathered = {};
  ++turns_[place.first];
  waiting_.clear();
  return OkStatus();
}

Status LocalProducer::Handle(Error error, const Place& place, Gathered* gathered) {
  if (error.retryable) {
    waiting_ = error.ToString();
    return OkStatus();
  }
  if (error.code != "MR0809") return std::unexpected(std::move(error));
  for (const Held& held : gathered->records) {
    failed_.push_back({.tag = held.tag,
                       .topic = place.first,
                       .partition = place.second,
                       .key = held.key,
                       .value = held.value,
                       .timestamp = held.timestamp,
                       .headers = held.headers,
                       .error = AsKafka(error)});
  }
  *gathered = {};
  return OkStatus();
}

Status LocalProducer::Poll(KafkaOutcomes* outcomes) {
  for (auto& [place, gathered] : gathered_) TRY(Write(place, &gathered));
  in_flight_ -= failed_.size();
  std::ranges::move(failed_, std::back_inserter(outcomes->failed));
  failed_.clear();
  const std::lock_guard lock(arrivals_->mutex);
  in_flight_ -= arrivals_->delivered.size();
  outcomes->delivered.insert(outcomes->delivered.end(), arrivals_->delivered.begin(),
                             arrivals_->delivered.end());
  arrivals_->delivered.clear();
  if (arrivals_->failure) return std::unexpected(*arrivals_->failure);
  return OkStatus();
}

// ---------------------------------------------------------------- asking

class LocalAdmin final : public KafkaAdmin {
 public:
  LocalAdmin(TopicStore* store, std::string group) : store_(store), group_(std::move(group)) {}

  Result<std::vector<KafkaTopic>> ListTopics(int64_t) override {
    std::vector<KafkaTopic> topics;
    for (const TopicInfo& topic : store_->ListTopics()) {
      if (IsInternalTopic(topic.name)) continue;
      topics.push_back({.name = topic.name, .id = topic.id, .partitions = topic.partitions});
    }
    return topics;
  }

  Result<std::vector<KafkaTopic>> DescribeTopics(std::span<const std::string> names,
                                                 int64_t) override {
    std::vector<KafkaTopic> topics;
    for (const std::string& name : names) {
      TRY_ASSIGN(const TopicInfo topic, store_->EnsureTopic(name));
      topics.push_back({.name = topic.name, .id = topic.id, .partitions = topic.partitions});
    }
    return topics;
  }

  Result<std::vector<KafkaOffsetRange>> Ranges(std::span<const KafkaPartition> partitions,
                                               int64_t) override {
    std::vector<KafkaOffsetRange> ranges;
    for (const auto& [topic, partition] : partitions) {
      TRY_ASSIGN(const PartitionOffsets offsets, store_->Offsets(topic, partition));
      ranges.push_back({.begin = offsets.earliest, .end = offsets.end});
    }
    return ranges;
  }

  Result<std::vector<int64_t>> OffsetsForTime(std::span<const KafkaPartition> partitions,
                                              int64_t timestamp, int64_t) override {
    std::vector<int64_t> found;
    for (const auto& [topic, partition] : partitions) {
      TRY_ASSIGN(const PartitionOffsets offsets, store_->Offsets(topic, partition));
      TRY_ASSIGN(const auto offset, store_->OffsetForTime(topic, partition, timestamp));
      found.push_back(offset.value_or(offsets.end));
    }
    return found;
  }

  Result<std::vector<std::optional<int64_t>>> CommittedOffsets(
      std::span<const KafkaPartition> partitions, int64_t) override {
    std::vector<std::optional<int64_t>> committed;
    for (const auto& [topic, partition] : partitions) {
      committed.push_back(store_->CommittedOffset(group_, topic, partition));
    }
    return committed;
  }

  void CommitOffsets(std::span<const std::pair<KafkaPartition, int64_t>> offsets) override {
    std::vector<GroupOffset> positions;
    for (const auto& [place, offset] : offsets) {
      positions.push_back({.topic = place.topic, .partition = place.partition, .offset = offset});
    }
    store_->CommitGroupLater(group_, positions);
  }

 private:
  TopicStore* store_;
  std::string group_;
};

class LocalClients final : public KafkaClients {
 public:
  explicit LocalClients(TopicStore* store) : store_(store) {}
  Result<std::unique_ptr<KafkaConsumer>> MakeConsumer(const KafkaConfig&) override {
    return std::make_unique<LocalConsumer>(store_);
  }
  Result<std::unique_ptr<KafkaProducer>> MakeProducer(const KafkaConfig&) override {
    return std::make_unique<LocalProducer>(store_);
  }
  Result<std::unique_ptr<KafkaAdmin>> MakeAdmin(const KafkaConfig& config) override {
    return std::make_unique<LocalAdmin>(store_, config.group);
  }
  Result<std::unique_ptr<KafkaTransactionalProducer>> MakeTransactionalProducer(
      const KafkaTransactionConfig& config) override {
    return MakeLocalTransactionalProducer(store_, config);
  }

 private:
  TopicStore* store_;
};

}  // namespace

std::unique_ptr<KafkaClients> MakeLocalKafkaClients(TopicStore* store) {
  return std::make_unique<LocalClients>(store);
}

}  // namespace millrace
