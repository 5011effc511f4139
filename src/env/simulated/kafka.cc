// SPDX-License-Identifier: Apache-2.0
#include "env/simulated/kafka.h"

#include <deque>
#include <functional>

namespace millrace {
namespace {

std::unexpected<Error> Unreachable() {
  return ExternalError("MR0522", "no broker answers", "connection refused", /*retryable=*/true);
}

std::unexpected<Error> NoTopic(const std::string& name) {
  return UserError("MR0523", "there is no topic '" + name + "'");
}

}  // namespace

class SimulatedConsumer final : public KafkaConsumer {
 public:
  explicit SimulatedConsumer(SimulatedKafka* kafka) : kafka_(kafka) {}

  Result<int> Assign(const KafkaPartition& partition, int64_t offset, int32_t) override {
    assigned_.push_back({partition, offset});
    return static_cast<int>(assigned_.size()) - 1;
  }
  void Unassign(int) override {}
  Result<KafkaPolled> Poll(int handle, const KafkaPollLimits& limits,
                           KafkaRecords* records) override;
  std::optional<int64_t> End(int handle) override {
    const SimulatedKafka::Partition* partition =
        kafka_->Find(assigned_[static_cast<size_t>(handle)].partition);
    if (kafka_->unreachable || partition == nullptr) return std::nullopt;
    return partition->end();
  }
  std::string Waiting() override { return kafka_->unreachable ? "connection refused" : ""; }

 private:
  static void Append(const SimulatedKafka::Record& record, int64_t offset,
                     const KafkaPollLimits& limits, KafkaRecords* records);

  struct Assigned {
    KafkaPartition partition;
    int64_t next = 0;
  };
  SimulatedKafka* kafka_;
  std::vector<Assigned> assigned_;
};

Result<KafkaPolled> SimulatedConsumer::Poll(int handle, const KafkaPollLimits& limits,
                                            KafkaRecords* records) {
  KafkaPolled polled;
  if (kafka_->unreachable) return polled;
  Assigned& assigned = assigned_[static_cast<size_t>(handle)];
  const SimulatedKafka::Partition* partition = kafka_->Find(assigned.partition);
  if (partition == nullptr) return NoTopic(assigned.partition.topic);
  if (assigned.next < partition->begin || assigned.next > partition->end()) {
    return ExternalError("MR0521", "offset " + std::to_string(assigned.next) + " is not there");
  }
  while (assigned.next < partition->end() && polled.records < limits.records &&
         records->bytes.size() < limits.bytes) {
    Append(partition->records[static_cast<size_t>(assigned.next - partition->begin)], assigned.next,
           limits, records);
    ++assigned.next;
    ++polled.records;
  }
  if (assigned.next == partition->end()) polled.end_offset = assigned.next;
  return polled;
}

void SimulatedConsumer::Append(const SimulatedKafka::Record& record, int64_t offset,
                               const KafkaPollLimits& limits, KafkaRecords* records) {
  const auto slice = [&](const std::optional<std::string>& text) {
    return text ? records->Append(*text) : KafkaSlice{};
  };
  if (limits.keys) records->keys.push_back(slice(record.key));
  records->values.push_back(slice(record.value));
  records->offsets.push_back(offset);
  records->timestamps.push_back(record.timestamp);
  records->timestamp_types.push_back(KafkaTimestampType::kCreateTime);
  records->leader_epochs.push_back(0);
  if (!limits.headers) return;
  for (const auto& [name, value] : record.headers) {
    records->headers.push_back({records->Append(name), slice(value)});
  }
  records->header_ends.push_back(static_cast<uint32_t>(records->headers.size()));
}

class SimulatedProducer final : public KafkaProducer {
 public:
  explicit SimulatedProducer(SimulatedKafka* kafka) : kafka_(kafka) {}

  Result<bool> Produce(const KafkaOutput& record) override;
  Status Poll(KafkaOutcomes* outcomes) override;
  size_t in_flight() override { return queue_.size(); }
  std::string Waiting() override { return kafka_->unreachable ? "connection refused" : ""; }

 private:
  struct Queued {
    KafkaPartition partition;
    SimulatedKafka::Record record;
    uint64_t tag = 0;
  };
  SimulatedKafka* kafka_;
  std::deque<Queued> queue_;
};

Result<bool> SimulatedProducer::Produce(const KafkaOutput& record) {
  if (queue_.size() >= kafka_->queue_max) return false;
  const std::string topic(record.topic);
  const auto found = kafka_->topics_.find(topic);
  if (found == kafka_->topics_.end()) return NoTopic(topic);
  const size_t partitions = found->second.partitions.size();
  Queued queued{.partition = {topic, record.partition}, .record = {}, .tag = record.tag};
  if (record.partition < 0) {
    const size_t hash = record.key ? std::hash<std::string_view>()(*record.key) : 0;
    queued.partition.partition = static_cast<int32_t>(hash % partitions);
  }
  if (record.key) queued.record.key = std::string(*record.key);
  if (record.value) queued.record.value = std::string(*record.value);
  queued.record.timestamp = record.timestamp;
  for (const KafkaOutputHeader& header : record.headers) {
    queued.record.headers.emplace_back(header.name, std::nullopt);
    if (header.value) queued.record.headers.back().second = std::string(*header.value);
  }
  queue_.push_back(std::move(queued));
  return true;
}

Status SimulatedProducer::Poll(KafkaOutcomes* outcomes) {
  if (kafka_->unreachable || !kafka_->acknowledges) return OkStatus();
  for (; !queue_.empty(); queue_.pop_front()) {
    Queued& queued = queue_.front();
    const size_t size = queued.record.value ? queued.record.value->size() : 0;
    if (size > kafka_->record_bytes_max) {
      outcomes->failed.push_back(
          {.tag = queued.tag,
           .topic = queued.partition.topic,
           .partition = queued.partition.partition,
           .key = std::move(queued.record.key),
           .value = std::move(queued.record.value),
           .timestamp = queued.record.timestamp,
           .headers = std::move(queued.record.headers),
           .error = Error{.code = "MR0527", .message = "the record is too large"}});
      continue;
    }
    kafka_->Append(queued.partition.topic, queued.partition.partition, std::move(queued.record));
    outcomes->delivered.push_back(queued.tag);
  }
  return OkStatus();
}

class SimulatedAdmin final : public KafkaAdmin {
 public:
  explicit SimulatedAdmin(SimulatedKafka* kafka) : kafka_(kafka) {}

  Result<std::vector<KafkaTopic>> ListTopics(int64_t) override {
    std::vector<std::string> names;
    for (const auto& [name, topic] : kafka_->topics_) names.push_back(name);
    return DescribeTopics(names, 0);
  }
  Result<std::vector<KafkaTopic>> DescribeTopics(std::span<const std::string> names,
                                                 int64_t) override {
    if (kafka_->unreachable) return Unreachable();
    std::vector<KafkaTopic> topics;
    for (const std::string& name : names) {
      const auto found = kafka_->topics_.find(name);
      if (found == kafka_->topics_.end()) return NoTopic(name);
      topics.push_back(
          {name, found->second.id, static_cast<int32_t>(found->second.partitions.size())});
    }
    return topics;
  }
  Result<std::vector<KafkaOffsetRange>> Ranges(std::span<const KafkaPartition> partitions,
                                               int64_t) override {
    if (kafka_->unreachable) return Unreachable();
    std::vector<KafkaOffsetRange> ranges;
    for (const KafkaPartition& partition : partitions) {
      const SimulatedKafka::Partition* found = kafka_->Find(partition);
      if (found == nullptr) return NoTopic(partition.topic);
      ranges.push_back({found->begin, found->end()});
    }
    return ranges;
  }
  Result<std::vector<int64_t>> OffsetsForTime(std::span<const KafkaPartition> partitions,
                                              int64_t timestamp, int64_t) override {
    std::vector<int64_t> offsets;
    for (const KafkaPartition& partition : partitions) {
      const SimulatedKafka::Partition* found = kafka_->Find(partition);
      if (found == nullptr) return NoTopic(partition.topic);
      int64_t offset = found->begin;
      for (const SimulatedKafka::Record& record : found->records) {
        if (record.timestamp >= timestamp) break;
        ++offset;
      }
      offsets.push_back(offset);
    }
    return offsets;
  }
  Result<std::vector<std::optional<int64_t>>> CommittedOffsets(
      std::span<const KafkaPartition> partitions, int64_t) override {
    std::vector<std::optional<int64_t>> offsets;
    for (const KafkaPartition& partition : partitions) {
      const auto found = kafka_->committed_.find(partition);
      offsets.push_back(found == kafka_->committed_.end() ? std::nullopt
                                                          : std::optional(found->second));
    }
    return offsets;
  }
  void CommitOffsets(std::span<const std::pair<KafkaPartition, int64_t>> offsets) override {
    for (const auto& [partition, offset] : offsets) kafka_->committed_[partition] = offset;
  }

 private:
  SimulatedKafka* kafka_;
};

void SimulatedKafka::CreateTopic(const std::string& name, int partitions) {
  Topic& topic = topics_[name];
  topic.id = "id" + std::to_string(++made_);
  topic.partitions.assign(static_cast<size_t>(partitions), Partition());
}

void SimulatedKafka::Append(const std::string& topic, int partition, Record record) {
  topics_.at(topic)
      .partitions.at(static_cast<size_t>(partition))
      .records.push_back(std::move(record));
}

SimulatedKafka::Partition* SimulatedKafka::Find(const KafkaPartition& partition) {
  const auto topic = topics_.find(partition.topic);
  if (topic == topics_.end()) return nullptr;
  auto& partitions = topic->second.partitions;
  const auto index = static_cast<size_t>(partition.partition);
  return index < partitions.size() ? &partitions[index] : nullptr;
}

Result<std::unique_ptr<KafkaConsumer>> SimulatedKafka::MakeConsumer(const KafkaConfig&) {
  return std::make_unique<SimulatedConsumer>(this);
}
Result<std::unique_ptr<KafkaProducer>> SimulatedKafka::MakeProducer(const KafkaConfig&) {
  return std::make_unique<SimulatedProducer>(this);
}
Result<std::unique_ptr<KafkaAdmin>> SimulatedKafka::MakeAdmin(const KafkaConfig&) {
  return std::make_unique<SimulatedAdmin>(this);
}

}  // namespace millrace
