// SPDX-License-Identifier: Apache-2.0
// Brokers: the Kafka cluster of a world, with the faults of its scenario.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "env/simulated/kafka.h"
#include "env/simulated/kafka_transactions.h"
#include "simulation/world/scenario.h"

namespace millrace {

class Brokers final : public KafkaClients {
 public:
  /// The pointers outlive it. `on_fault` is told of each fault that fires.
  Brokers(const Scenario& scenario, Random* random, SimulatedClock* clock, SimulatedEvents* events,
          std::function<void(Fault)> on_fault);

  void Calm() { calm_ = true; }
  void Hijack() { transactions_.Hijack(); }
  /// What a read_committed reader of the output topic sees, by partition.
  std::vector<std::vector<SimulatedTransactions::Record>> Output();

  Result<std::unique_ptr<KafkaConsumer>> MakeConsumer(const KafkaConfig& config) override {
    return topics_.MakeConsumer(config);
  }
  Result<std::unique_ptr<KafkaProducer>> MakeProducer(const KafkaConfig& config) override {
    return topics_.MakeProducer(config);
  }
  Result<std::unique_ptr<KafkaAdmin>> MakeAdmin(const KafkaConfig& config) override {
    return topics_.MakeAdmin(config);
  }
  Result<std::unique_ptr<KafkaTransactionalProducer>> MakeTransactionalProducer(
      const KafkaTransactionConfig& config) override {
    return transactions_.MakeProducer(config);
  }

 private:
  static constexpr int kPartitions = 3;
  SimulatedTransactions::Fate DrawFate(SimulatedTransactions::Kind kind);

  const Scenario& scenario_;
  Random* random_;
  SimulatedClock* clock_;
  std::function<void(Fault)> on_fault_;
  bool calm_ = false;
  int64_t down_until_ = 0;
  SimulatedKafka topics_;
  SimulatedTransactions transactions_;
};

constexpr char kOutputTopic[] = "results";

}  // namespace millrace
