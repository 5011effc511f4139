// SPDX-License-Identifier: Apache-2.0
// SimulatedKafka: a cluster in memory with the faults that tests ask for. One thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "env/kafka_client.h"

namespace millrace {

class SimulatedKafka final : public KafkaClients {
 public:
  struct Record {
    std::optional<std::string> key;
    std::optional<std::string> value;
    int64_t timestamp = 0;
    std::vector<std::pair<std::string, std::optional<std::string>>> headers;
  };
  struct Partition {
    int64_t begin = 0;  // offset of records[0]
    std::vector<Record> records;
    int64_t end() const { return begin + static_cast<int64_t>(records.size()); }
  };
  struct Topic {
    std::string id;
    std::vector<Partition> partitions;
  };

  void CreateTopic(const std::string& name, int partitions);
  void Append(const std::string& topic, int partition, Record record);
  Topic& topic(const std::string& name) { return topics_.at(name); }
  std::map<KafkaPartition, int64_t>& committed() { return committed_; }

  bool unreachable = false;
  size_t queue_max = 100000;  // of a producer, records without outcome
  size_t record_bytes_max = 1000000;
  bool acknowledges = true;  // false: what is produced has no outcome yet

  Result<std::unique_ptr<KafkaConsumer>> MakeConsumer(const KafkaConfig& config) override;
  Result<std::unique_ptr<KafkaProducer>> MakeProducer(const KafkaConfig& config) override;
  Result<std::unique_ptr<KafkaAdmin>> MakeAdmin(const KafkaConfig& config) override;

 private:
  friend class SimulatedConsumer;
  friend class SimulatedProducer;
  friend class SimulatedAdmin;
  Partition* Find(const KafkaPartition& partition);

  std::map<std::string, Topic> topics_;
  std::map<KafkaPartition, int64_t> committed_;
  int made_ = 0;
};

}  // namespace millrace
