// SPDX-License-Identifier: Apache-2.0
#include "log/followed_kafka.h"

#include <algorithm>
#include <map>

#include "base/check.h"
#include "log/topic/kafka_records.h"
#include "log/topic_follower.h"

namespace millrace {
namespace {

using Start = TopicFollower::Start;

/// Each partition is followed by its own reader, so that asking does not disturb reading.
class FollowedConsumer final : public KafkaConsumer {
 public:
  FollowedConsumer(Disk* disk, std::string directory)
      : disk_(disk), directory_(std::move(directory)) {}

  Result<int> Assign(const KafkaPartition& partition, int64_t offset, int32_t) override {
    Assigned assigned{partition, std::make_unique<TopicFollower>(disk_, directory_)};
    TRY(assigned.follower->Seek(partition.topic, partition.partition, Start::kOffset, offset));
    assigned_[next_handle_] = std::move(assigned);
    return next_handle_++;
  }
  void Unassign(int handle) override { assigned_.erase(handle); }
  std::string Waiting() override { return {}; }

  Result<KafkaPolled> Poll(int handle, const KafkaPollLimits& limits,
                           KafkaRecords* records) override {
    const auto found = assigned_.find(handle);
    CHECK(found != assigned_.end());
    const KafkaPartition& at = found->second.partition;
    TRY_ASSIGN(
        const TopicChunk chunk,
        found->second.follower->Poll(at.topic, at.partition,
                                     {.bytes_max = limits.bytes, .records_max = limits.records}));
    for (const TopicRecordView& record : chunk.records) AppendKafkaRecord(record, limits, records);
    KafkaPolled polled{.records = chunk.records.size()};
    if (chunk.records.empty()) polled.end_offset = chunk.next_offset;
    return polled;
  }

 private:
  struct Assigned {
    KafkaPartition partition;
    std::unique_ptr<TopicFollower> follower;
  };

  Disk* disk_;
  std::string directory_;
  std::map<int, Assigned> assigned_;
  int next_handle_ = 0;
};

class FollowedAdmin final : public KafkaAdmin {
 public:
  FollowedAdmin(Disk* disk, std::string directory) : follower_(disk, std::move(directory)) {}

  Result<std::vector<KafkaTopic>> ListTopics(int64_t) override {
    TRY_ASSIGN(const std::vector<TopicInfo> found, follower_.ListTopics());
    std::vector<KafkaTopic> topics;
    for (const TopicInfo& topic : found) {
      topics.push_back({.name = topic.name, .id = topic.id, .partitions = topic.partitions});
    }
    return topics;
  }

  Result<std::vector<KafkaTopic>> DescribeTopics(std::span<const std::string> names,
                                                 int64_t timeout_ms) override {
    TRY_ASSIGN(const std::vector<KafkaTopic> all, ListTopics(timeout_ms));
    std::vector<KafkaTopic> topics;
    for (const std::string& name : names) {
      const auto found = std::ranges::find(all, name, &KafkaTopic::name);
      if (found == all.end()) {
        return UserError("MR0523", "topic '" + name + "' does not exist in the embedded log", "",
                         "the running program makes it when it first reads or writes it");
      }
      topics.push_back(*found);
    }
    return topics;
  }

  Result<std::vector<KafkaOffsetRange>> Ranges(std::span<const KafkaPartition> partitions,
                                               int64_t) override {
    std::vector<KafkaOffsetRange> ranges;
    for (const KafkaPartition& partition : partitions) {
      TRY_ASSIGN(const int64_t begin, OffsetAt(partition, Start::kEarliest, 0));
      TRY_ASSIGN(const int64_t end, OffsetAt(partition, Start::kLatest, 0));
      ranges.push_back({.begin = std::min(begin, end), .end = end});
    }
    return ranges;
  }

  Result<std::vector<int64_t>> OffsetsForTime(std::span<const KafkaPartition> partitions,
                                              int64_t timestamp, int64_t) override {
    std::vector<int64_t> found;
    for (const KafkaPartition& partition : partitions) {
      TRY_ASSIGN(const int64_t offset, OffsetAt(partition, Start::kTime, timestamp));
      found.push_back(offset);
    }
    return found;
  }

  Result<std::vector<std::optional<int64_t>>> CommittedOffsets(
      std::span<const KafkaPartition> partitions, int64_t) override {
    return std::vector<std::optional<int64_t>>(partitions.size());
  }
  void CommitOffsets(std::span<const std::pair<KafkaPartition, int64_t>>) override {}

 private:
  /// The offset of the record that comes first from there on, or the end.
  Result<int64_t> OffsetAt(const KafkaPartition& at, Start start, int64_t value) {
    TRY(follower_.Seek(at.topic, at.partition, start, value));
    TRY_ASSIGN(const TopicChunk chunk,
               follower_.Poll(at.topic, at.partition, {.bytes_max = 1, .records_max = 1}));
    return chunk.records.empty() ? chunk.next_offset : chunk.records.front().offset;
  }

  TopicFollower follower_;
};

class FollowedClients final : public KafkaClients {
 public:
  FollowedClients(Disk* disk, std::string directory)
      : disk_(disk), directory_(std::move(directory)) {}
  Result<std::unique_ptr<KafkaConsumer>> MakeConsumer(const KafkaConfig&) override {
    return std::make_unique<FollowedConsumer>(disk_, directory_);
  }
  Result<std::unique_ptr<KafkaProducer>> MakeProducer(const KafkaConfig&) override {
    return InternalError("another process writes these topics");
  }
  Result<std::unique_ptr<KafkaAdmin>> MakeAdmin(const KafkaConfig&) override {
    return std::make_unique<FollowedAdmin>(disk_, directory_);
  }

 private:
  Disk* disk_;
  std::string directory_;
};

}  // namespace

std::unique_ptr<KafkaClients> MakeFollowedKafkaClients(Disk* disk, std::string directory) {
  return std::make_unique<FollowedClients>(disk, std::move(directory));
}

}  // namespace millrace
