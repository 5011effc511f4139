// SPDX-License-Identifier: Apache-2.0
#include "env/real/kafka/mark_reader.h"

#include <charconv>
#include <vector>

namespace millrace {
namespace {

struct FreeResource {
  void operator()(rd_kafka_ConfigResource_t* resource) const {
    rd_kafka_ConfigResource_destroy(resource);
  }
};
using Resource = std::unique_ptr<rd_kafka_ConfigResource_t, FreeResource>;

std::optional<int64_t> EntryOf(const rd_kafka_ConfigResource_t* resource, std::string_view name) {
  size_t count = 0;
  const rd_kafka_ConfigEntry_t** entries = rd_kafka_ConfigResource_configs(resource, &count);
  for (size_t i = 0; i < count; ++i) {
    const char* value = rd_kafka_ConfigEntry_value(entries[i]);
    if (value == nullptr || name != rd_kafka_ConfigEntry_name(entries[i])) continue;
    const std::string_view text(value);
    int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc() && end == text.data() + text.size()) return number;
  }
  return std::nullopt;
}

void TakeLimits(const rd_kafka_DescribeConfigs_result_t* answer, KafkaTransactionLimits* limits) {
  size_t count = 0;
  const rd_kafka_ConfigResource_t** resources =
      rd_kafka_DescribeConfigs_result_resources(answer, &count);
  for (size_t i = 0; i < count; ++i) {
    // Without the right to see it, or for a topic that is made by the first record: not known.
    if (rd_kafka_ConfigResource_error(resources[i]) != RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    if (rd_kafka_ConfigResource_type(resources[i]) == RD_KAFKA_RESOURCE_BROKER) {
      limits->timeout_max_ms = EntryOf(resources[i], "transaction.max.timeout.ms");
    } else if (const auto bytes = EntryOf(resources[i], "max.message.bytes")) {
      limits->record_bytes_max[rd_kafka_ConfigResource_name(resources[i])] = *bytes;
    }
  }
}

}  // namespace

Result<std::unique_ptr<KafkaMarkReader>> KafkaMarkReader::Make(
    const KafkaTransactionConfig& config) {
  // Marks are read as committed: the answer waits for transactions that are being ended.
  const KafkaDefaults defaults = {{"group.id", config.group},
                                  {"isolation.level", "read_committed"},
                                  {"enable.auto.commit", "false"},
                                  {"allow.auto.create.topics", "false"},
                                  {"reconnect.backoff.max.ms", "1000"}};
  KafkaConfig reader{.properties = config.reader_properties,
                     .group = config.group,
                     .client_id = config.producer.client_id,
                     .wake = {}};
  TRY_ASSIGN(auto handle, KafkaHandle::Make(RD_KAFKA_CONSUMER, reader, defaults, nullptr, nullptr));
  return std::unique_ptr<KafkaMarkReader>(new KafkaMarkReader(std::move(handle)));
}

std::string KafkaMarkReader::Trouble() {
  rd_kafka_poll(handle_->get(), 0);
  return handle_->Trouble();
}

Result<std::optional<KafkaMark>> KafkaMarkReader::Read(const KafkaPartition& at, int timeout_ms) {
  const KafkaOwned<rd_kafka_topic_partition_list_t> list(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(list.get(), at.topic.c_str(), at.partition);
  rd_kafka_resp_err_t code = rd_kafka_committed(handle_->get(), list.get(), timeout_ms);
  const rd_kafka_topic_partition_t& entry = list->elems[0];
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) code = entry.err;
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    Error error = FromKafka(code, "the decision record cannot be read", Trouble());
    // "The group's coordinator is loading", "a transaction is being ended": it passes.
    if (code == RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT) error.retryable = true;
    return std::unexpected(std::move(error));
  }
  handle_->ClearTrouble();
  if (entry.offset < 0) return std::nullopt;
  KafkaMark mark{.offset = entry.offset, .text = {}};
  if (entry.metadata != nullptr) {
    mark.text.assign(static_cast<const char*>(entry.metadata), entry.metadata_size);
  }
  return mark;
}

Result<KafkaTransactionLimits> KafkaMarkReader::Limits(std::span<const std::string> topics,
                                                       int timeout_ms) {
  const rd_kafka_metadata_t* raw = nullptr;
  const rd_kafka_resp_err_t code =
      rd_kafka_metadata(handle_->get(), /*all_topics=*/0, nullptr, &raw, timeout_ms);
  const KafkaOwned<const rd_kafka_metadata_t> metadata(raw);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return std::unexpected(FromKafka(code, "the cluster cannot be asked", Trouble()));
  }
  std::vector<Resource> resources;
  for (const std::string& topic : topics) {
    resources.emplace_back(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
  }
  if (metadata->broker_cnt > 0) {
    const std::string broker = std::to_string(metadata->brokers[0].id);
    resources.emplace_back(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_BROKER, broker.c_str()));
  }
  std::vector<rd_kafka_ConfigResource_t*> asked;
  for (const Resource& resource : resources) asked.push_back(resource.get());
  const KafkaOwned<rd_kafka_AdminOptions_t> options(
      rd_kafka_AdminOptions_new(handle_->get(), RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS));
  rd_kafka_AdminOptions_set_request_timeout(options.get(), timeout_ms, nullptr, 0);
  const KafkaOwned<rd_kafka_queue_t> queue(rd_kafka_queue_new(handle_->get()));
  rd_kafka_DescribeConfigs(handle_->get(), asked.data(), asked.size(), options.get(), queue.get());
  const KafkaOwned<rd_kafka_event_t> event(rd_kafka_queue_poll(queue.get(), timeout_ms + 500));
  KafkaTransactionLimits limits;
  const rd_kafka_resp_err_t failed =
      event == nullptr ? RD_KAFKA_RESP_ERR__TIMED_OUT : rd_kafka_event_error(event.get());
  if (failed != RD_KAFKA_RESP_ERR_NO_ERROR) {
    if (!MayPass(failed)) return limits;  // not allowed to see them
    return std::unexpected(FromKafka(failed, "the cluster cannot be asked", Trouble()));
  }
  TakeLimits(rd_kafka_event_DescribeConfigs_result(event.get()), &limits);
  return limits;
}

Status KafkaMarkReader::AddPartitions(const std::string& topic,
                                      rd_kafka_topic_partition_list_t* list, int timeout_ms) {
  const KafkaOwned<rd_kafka_topic_t> asked(
      rd_kafka_topic_new(handle_->get(), topic.c_str(), nullptr));
  const rd_kafka_metadata_t* raw = nullptr;
  rd_kafka_resp_err_t code = asked == nullptr ? rd_kafka_last_error()
                                              : rd_kafka_metadata(handle_->get(), /*all_topics=*/0,
                                                                  asked.get(), &raw, timeout_ms);
  const KafkaOwned<const rd_kafka_metadata_t> metadata(raw);
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR && metadata->topic_cnt > 0) {
    code = metadata->topics[0].err;
    for (int i = 0; i < metadata->topics[0].partition_cnt; ++i) {
      rd_kafka_topic_partition_list_add(list, topic.c_str(), metadata->topics[0].partitions[i].id)
          ->offset = RD_KAFKA_OFFSET_SPEC_LATEST;
    }
  }
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return OkStatus();
  return std::unexpected(FromKafka(code, "topic '" + topic + "' cannot be looked up", Trouble()));
}

Result<KafkaEnds> KafkaMarkReader::Ends(std::span<const std::string> topics, bool of_stable_records,
                                        int timeout_ms) {
  const KafkaOwned<rd_kafka_topic_partition_list_t> list(rd_kafka_topic_partition_list_new(16));
  for (const std::string& topic : topics) TRY(AddPartitions(topic, list.get(), timeout_ms));
  const KafkaOwned<rd_kafka_AdminOptions_t> options(
      rd_kafka_AdminOptions_new(handle_->get(), RD_KAFKA_ADMIN_OP_LISTOFFSETS));
  rd_kafka_AdminOptions_set_request_timeout(options.get(), timeout_ms, nullptr, 0);
  const KafkaOwned<rd_kafka_error_t> refused(rd_kafka_AdminOptions_set_isolation_level(
      options.get(), of_stable_records ? RD_KAFKA_ISOLATION_LEVEL_READ_COMMITTED
                                       : RD_KAFKA_ISOLATION_LEVEL_READ_UNCOMMITTED));
  if (refused != nullptr) {
    return InternalError("ends of topics cannot be asked for",
                         rd_kafka_error_string(refused.get()));
  }
  const KafkaOwned<rd_kafka_queue_t> queue(rd_kafka_queue_new(handle_->get()));
  rd_kafka_ListOffsets(handle_->get(), list.get(), options.get(), queue.get());
  const KafkaOwned<rd_kafka_event_t> event(rd_kafka_queue_poll(queue.get(), timeout_ms + 500));
  rd_kafka_resp_err_t code =
      event == nullptr ? RD_KAFKA_RESP_ERR__TIMED_OUT : rd_kafka_event_error(event.get());
  KafkaEnds ends;
  size_t count = 0;
  const rd_kafka_ListOffsetsResultInfo_t** infos = nullptr;
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
    infos =
        rd_kafka_ListOffsets_result_infos(rd_kafka_event_ListOffsets_result(event.get()), &count);
  }
  for (size_t i = 0; i < count && code == RD_KAFKA_RESP_ERR_NO_ERROR; ++i) {
    const rd_kafka_topic_partition_t* end =
        rd_kafka_ListOffsetsResultInfo_topic_partition(infos[i]);
    code = end->err;
    ends[{end->topic, end->partition}] = end->offset;
  }
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return ends;
  return std::unexpected(FromKafka(code, "ends of topics cannot be looked up", Trouble()));
}

}  // namespace millrace
