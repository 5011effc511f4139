// SPDX-License-Identifier: Apache-2.0
// Questions to a cluster, each within its time-out. The client is a consumer that never reads: only
// that kind may ask for committed offsets.
#include "env/real/kafka/admin.h"

#include "env/real/kafka/handle.h"

namespace millrace {
namespace {

const KafkaDefaults& AdminDefaults() {
  static const KafkaDefaults kDefaults = {
      {"group.id", "millrace"},
      {"enable.auto.commit", "false"},
      {"enable.auto.offset.store", "false"},
      {"allow.auto.create.topics", "false"},
      {"reconnect.backoff.max.ms", "1000"},
  };
  return kDefaults;
}

class RealKafkaAdmin final : public KafkaAdmin {
 public:
  RealKafkaAdmin(std::unique_ptr<KafkaHandle> handle, bool has_group)
      : handle_(std::move(handle)), has_group_(has_group) {}

  Result<std::vector<KafkaTopic>> ListTopics(int64_t timeout_ms) override;
  Result<std::vector<KafkaTopic>> DescribeTopics(std::span<const std::string> names,
                                                 int64_t timeout_ms) override;
  Result<std::vector<KafkaOffsetRange>> Ranges(std::span<const KafkaPartition> partitions,
                                               int64_t timeout_ms) override;
  Result<std::vector<int64_t>> OffsetsForTime(std::span<const KafkaPartition> partitions,
                                              int64_t timestamp, int64_t timeout_ms) override;
  Result<std::vector<std::optional<int64_t>>> CommittedOffsets(
      std::span<const KafkaPartition> partitions, int64_t timeout_ms) override;
  void CommitOffsets(std::span<const std::pair<KafkaPartition, int64_t>> offsets) override;

 private:
  using List = KafkaOwned<rd_kafka_topic_partition_list_t>;

  /// The error, with what librdkafka said meanwhile about its brokers.
  std::unexpected<Error> Failed(rd_kafka_resp_err_t code, std::string message,
                                std::string detail = {}) {
    rd_kafka_poll(handle_->get(), 0);
    if (detail.empty()) detail = handle_->Trouble();
    const rd_kafka_resp_err_t refusal = handle_->Refusal();
    if (refusal != RD_KAFKA_RESP_ERR_NO_ERROR) code = refusal;
    return std::unexpected(FromKafka(code, std::move(message), std::move(detail)));
  }
  Result<List> ListOffsets(std::span<const KafkaPartition> partitions, int64_t which,
                           int64_t timeout_ms);
  static List ListOf(std::span<const KafkaPartition> partitions) {
    List list(rd_kafka_topic_partition_list_new(static_cast<int>(partitions.size())));
    for (const KafkaPartition& partition : partitions) {
      rd_kafka_topic_partition_list_add(list.get(), partition.topic.c_str(), partition.partition);
    }
    return list;
  }

  std::unique_ptr<KafkaHandle> handle_;
  bool has_group_;
};

Result<std::vector<KafkaTopic>> RealKafkaAdmin::ListTopics(int64_t timeout_ms) {
  const rd_kafka_metadata_t* raw = nullptr;
  const rd_kafka_resp_err_t code =
      rd_kafka_metadata(handle_->get(), 1, nullptr, &raw, static_cast<int>(timeout_ms));
  const KafkaOwned<const rd_kafka_metadata_t> metadata(raw);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return Failed(code, "the topics cannot be listed");
  std::vector<std::string> names;
  for (int i = 0; i < metadata->topic_cnt; ++i) {
    const rd_kafka_metadata_topic_t& topic = metadata->topics[i];
    if (topic.err != RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    if (std::string_view(topic.topic).starts_with("__")) continue;
    names.emplace_back(topic.topic);
  }
  if (names.empty()) return std::vector<KafkaTopic>();
  return DescribeTopics(names, timeout_ms);
}

Result<std::vector<KafkaTopic>> RealKafkaAdmin::DescribeTopics(std::span<const std::string> names,
                                                               int64_t timeout_ms) {
  std::vector<const char*> texts;
  for (const std::string& name : names) texts.push_back(name.c_str());
  const KafkaOwned<rd_kafka_TopicCollection_t> topics(
      rd_kafka_TopicCollection_of_topic_names(texts.data(), texts.size()));
  const KafkaOwned<rd_kafka_AdminOptions_t> options(
      rd_kafka_AdminOptions_new(handle_->get(), RD_KAFKA_ADMIN_OP_DESCRIBETOPICS));
  rd_kafka_AdminOptions_set_request_timeout(options.get(), static_cast<int>(timeout_ms), nullptr,
                                            0);
  const KafkaOwned<rd_kafka_queue_t> queue(rd_kafka_queue_new(handle_->get()));
  rd_kafka_DescribeTopics(handle_->get(), topics.get(), options.get(), queue.get());
  const KafkaOwned<rd_kafka_event_t> event(
      rd_kafka_queue_poll(queue.get(), static_cast<int>(timeout_ms) + 500));
  const std::string what = "topic '" + std::string(names[0]) + "' cannot be looked up";
  if (event == nullptr) return Failed(RD_KAFKA_RESP_ERR__TIMED_OUT, what);
  if (rd_kafka_event_error(event.get()) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return Failed(rd_kafka_event_error(event.get()), what);
  }
  size_t count = 0;
  const rd_kafka_TopicDescription_t** described = rd_kafka_DescribeTopics_result_topics(
      rd_kafka_event_DescribeTopics_result(event.get()), &count);
  std::vector<KafkaTopic> found;
  for (size_t i = 0; i < count; ++i) {
    const rd_kafka_error_t* error = rd_kafka_TopicDescription_error(described[i]);
    const std::string name = rd_kafka_TopicDescription_name(described[i]);
    if (error != nullptr && rd_kafka_error_code(error) != RD_KAFKA_RESP_ERR_NO_ERROR) {
      const rd_kafka_resp_err_t code = rd_kafka_error_code(error);
      const bool missing = code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
      return Failed(code, missing ? "there is no topic '" + name + "'"
                                  : "topic '" + name + "' cannot be looked up");
    }
    KafkaTopic topic{.name = name, .id = {}};
    size_t partitions = 0;
    rd_kafka_TopicDescription_partitions(described[i], &partitions);
    topic.partitions = static_cast<int32_t>(partitions);
    const rd_kafka_Uuid_t* id = rd_kafka_TopicDescription_topic_id(described[i]);
    if (id != nullptr) topic.id = rd_kafka_Uuid_base64str(id);
    found.push_back(std::move(topic));
  }
  handle_->ClearTrouble();
  return found;
}

/// `which`: RD_KAFKA_OFFSET_SPEC_..., or a time.
Result<RealKafkaAdmin::List> RealKafkaAdmin::ListOffsets(std::span<const KafkaPartition> partitions,
                                                         int64_t which, int64_t timeout_ms) {
  List wanted = ListOf(partitions);
  for (int i = 0; i < wanted->cnt; ++i) wanted->elems[i].offset = which;
  const KafkaOwned<rd_kafka_AdminOptions_t> options(
      rd_kafka_AdminOptions_new(handle_->get(), RD_KAFKA_ADMIN_OP_LISTOFFSETS));
  rd_kafka_AdminOptions_set_request_timeout(options.get(), static_cast<int>(timeout_ms), nullptr,
                                            0);
  const KafkaOwned<rd_kafka_queue_t> queue(rd_kafka_queue_new(handle_->get()));
  rd_kafka_ListOffsets(handle_->get(), wanted.get(), options.get(), queue.get());
  const KafkaOwned<rd_kafka_event_t> event(
      rd_kafka_queue_poll(queue.get(), static_cast<int>(timeout_ms) + 500));
  const std::string what = "offsets of topic '" + partitions[0].topic + "' cannot be looked up";
  if (event == nullptr) return Failed(RD_KAFKA_RESP_ERR__TIMED_OUT, what);
  if (rd_kafka_event_error(event.get()) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return Failed(rd_kafka_event_error(event.get()), what);
  }
  size_t count = 0;
  const rd_kafka_ListOffsetsResultInfo_t** infos =
      rd_kafka_ListOffsets_result_infos(rd_kafka_event_ListOffsets_result(event.get()), &count);
  List found = ListOf(partitions);
  for (size_t i = 0; i < count; ++i) {
    const rd_kafka_topic_partition_t* info =
        rd_kafka_ListOffsetsResultInfo_topic_partition(infos[i]);
    if (info->err != RD_KAFKA_RESP_ERR_NO_ERROR) return Failed(info->err, what);
    rd_kafka_topic_partition_list_set_offset(found.get(), info->topic, info->partition,
                                             info->offset);
  }
  return found;
}

Result<std::vector<KafkaOffsetRange>> RealKafkaAdmin::Ranges(
    std::span<const KafkaPartition> partitions, int64_t timeout_ms) {
  std::vector<KafkaOffsetRange> ranges(partitions.size());
  if (partitions.empty()) return ranges;
  TRY_ASSIGN(const List begin, ListOffsets(partitions, RD_KAFKA_OFFSET_SPEC_EARLIEST, timeout_ms));
  TRY_ASSIGN(const List end, ListOffsets(partitions, RD_KAFKA_OFFSET_SPEC_LATEST, timeout_ms));
  for (size_t i = 0; i < ranges.size(); ++i) {
    ranges[i] = {begin->elems[i].offset, end->elems[i].offset};
  }
  return ranges;
}

Result<std::vector<int64_t>> RealKafkaAdmin::OffsetsForTime(
    std::span<const KafkaPartition> partitions, int64_t timestamp, int64_t timeout_ms) {
  std::vector<int64_t> offsets;
  if (partitions.empty()) return offsets;
  TRY_ASSIGN(const List found, ListOffsets(partitions, timestamp, timeout_ms));
  TRY_ASSIGN(const List end, ListOffsets(partitions, RD_KAFKA_OFFSET_SPEC_LATEST, timeout_ms));
  for (int i = 0; i < found->cnt; ++i) {
    offsets.push_back(found->elems[i].offset >= 0 ? found->elems[i].offset : end->elems[i].offset);
  }
  return offsets;
}

Result<std::vector<std::optional<int64_t>>> RealKafkaAdmin::CommittedOffsets(
    std::span<const KafkaPartition> partitions, int64_t timeout_ms) {
  const List list = ListOf(partitions);
  const rd_kafka_resp_err_t code =
      rd_kafka_committed(handle_->get(), list.get(), static_cast<int>(timeout_ms));
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return Failed(code, "the committed offsets of the group cannot be read");
  }
  std::vector<std::optional<int64_t>> offsets;
  for (int i = 0; i < list->cnt; ++i) {
    const rd_kafka_topic_partition_t& entry = list->elems[i];
    if (entry.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return Failed(entry.err, "the committed offsets of the group cannot be read");
    }
    offsets.push_back(entry.offset >= 0 ? std::optional<int64_t>(entry.offset) : std::nullopt);
  }
  return offsets;
}

void RealKafkaAdmin::CommitOffsets(std::span<const std::pair<KafkaPartition, int64_t>> offsets) {
  if (!has_group_ || offsets.empty()) return;
  const List list(rd_kafka_topic_partition_list_new(static_cast<int>(offsets.size())));
  for (const auto& [partition, offset] : offsets) {
    rd_kafka_topic_partition_list_add(list.get(), partition.topic.c_str(), partition.partition)
        ->offset = offset;
  }
  (void)rd_kafka_commit(handle_->get(), list.get(), /*async=*/1);
  rd_kafka_poll(handle_->get(), 0);
}

}  // namespace

Result<std::unique_ptr<KafkaAdmin>> MakeRealKafkaAdmin(const KafkaConfig& config) {
  KafkaDefaults defaults = AdminDefaults();
  if (!config.group.empty()) defaults["group.id"] = config.group;
  TRY_ASSIGN(auto handle, KafkaHandle::Make(RD_KAFKA_CONSUMER, config, defaults, nullptr, nullptr));
  return std::make_unique<RealKafkaAdmin>(std::move(handle), !config.group.empty());
}

}  // namespace millrace
