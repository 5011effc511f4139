// SPDX-License-Identifier: Apache-2.0
#include "env/real/kafka/record_sender.h"

namespace millrace {
namespace {

/// An empty text is not null: librdkafka tells them apart by the address.
const void* Address(const std::optional<std::string_view>& bytes) {
  if (!bytes) return nullptr;
  return bytes->data() == nullptr ? "" : bytes->data();
}

}  // namespace

Result<rd_kafka_topic_t*> KafkaRecordSender::Topic(std::string_view name) {
  const std::lock_guard lock(mutex_);
  const auto found = topics_.find(name);
  if (found != topics_.end()) return found->second.get();
  const std::string text(name);
  KafkaOwned<rd_kafka_topic_t> topic(rd_kafka_topic_new(client_, text.c_str(), nullptr));
  if (topic == nullptr) {
    return std::unexpected(
        FromKafka(rd_kafka_last_error(), "topic '" + text + "' cannot be written"));
  }
  return topics_.emplace(text, std::move(topic)).first->second.get();
}

Result<bool> KafkaRecordSender::Send(const KafkaOutput& record) {
  TRY_ASSIGN(rd_kafka_topic_t* const topic, Topic(record.topic));
  const rd_kafka_resp_err_t code = Send(record, topic);
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return true;
  if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL) return false;
  return std::unexpected(
      FromKafka(code, "Kafka refuses a record of topic '" + std::string(record.topic) + "'"));
}

rd_kafka_resp_err_t KafkaRecordSender::Send(const KafkaOutput& record, rd_kafka_topic_t* topic) {
  void* const tag = reinterpret_cast<void*>(record.tag);
  void* const value = const_cast<void*>(Address(record.value));
  const size_t value_size = record.value ? record.value->size() : 0;
  const void* const key = Address(record.key);
  const size_t key_size = record.key ? record.key->size() : 0;
  if (record.headers.empty() && record.timestamp == kKafkaNoTimestamp) {
    const int failed = rd_kafka_produce(topic, record.partition, RD_KAFKA_MSG_F_COPY, value,
                                        value_size, key, key_size, tag);
    return failed == 0 ? RD_KAFKA_RESP_ERR_NO_ERROR : rd_kafka_last_error();
  }
  KafkaOwned<rd_kafka_headers_t> headers;
  if (!record.headers.empty()) {
    headers.reset(rd_kafka_headers_new(record.headers.size()));
    for (const KafkaOutputHeader& header : record.headers) {
      rd_kafka_header_add(headers.get(), header.name.data(),
                          static_cast<ssize_t>(header.name.size()), Address(header.value),
                          header.value ? static_cast<ssize_t>(header.value->size()) : 0);
    }
  }
  const int64_t timestamp = record.timestamp == kKafkaNoTimestamp ? 0 : record.timestamp;
  const rd_kafka_resp_err_t code = rd_kafka_producev(
      client_, RD_KAFKA_V_RKT(topic), RD_KAFKA_V_PARTITION(record.partition),
      RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_VALUE(value, value_size),
      RD_KAFKA_V_KEY(key, key_size), RD_KAFKA_V_TIMESTAMP(timestamp),
      RD_KAFKA_V_HEADERS(headers.get()), RD_KAFKA_V_OPAQUE(tag), RD_KAFKA_V_END);
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) (void)headers.release();  // the message owns them now
  return code;
}

}  // namespace millrace
