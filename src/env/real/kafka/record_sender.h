// SPDX-License-Identifier: Apache-2.0
// Records on their way to librdkafka: topics by name, and one record handed over.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "env/real/kafka/handle.h"

namespace millrace {

/// Hands records to one client. Thread-safe.
class KafkaRecordSender {
 public:
  explicit KafkaRecordSender(rd_kafka_t* client) : client_(client) {}
  /// False: the queue is full.
  Result<bool> Send(const KafkaOutput& record);

 private:
  Result<rd_kafka_topic_t*> Topic(std::string_view name);
  rd_kafka_resp_err_t Send(const KafkaOutput& record, rd_kafka_topic_t* topic);

  rd_kafka_t* client_;
  std::mutex mutex_;
  std::map<std::string, KafkaOwned<rd_kafka_topic_t>, std::less<>> topics_;  // guarded by mutex_
};

}  // namespace millrace
