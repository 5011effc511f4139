// SPDX-License-Identifier: Apache-2.0
#include "env/kafka_client.h"
#include "env/real/kafka/admin.h"
#include "env/real/kafka/consumer.h"
#include "env/real/kafka/producer.h"
#include "env/real/kafka/transactional_producer.h"

namespace millrace {
namespace {

class RealKafkaClients final : public KafkaClients {
 public:
  Result<std::unique_ptr<KafkaConsumer>> MakeConsumer(const KafkaConfig& config) override {
    return MakeRealKafkaConsumer(config);
  }
  Result<std::unique_ptr<KafkaProducer>> MakeProducer(const KafkaConfig& config) override {
    return MakeRealKafkaProducer(config);
  }
  Result<std::unique_ptr<KafkaAdmin>> MakeAdmin(const KafkaConfig& config) override {
    return MakeRealKafkaAdmin(config);
  }
  Result<std::unique_ptr<KafkaTransactionalProducer>> MakeTransactionalProducer(
      const KafkaTransactionConfig& config) override {
    return MakeRealKafkaTransactionalProducer(config);
  }
};

}  // namespace

std::unique_ptr<KafkaClients> MakeRealKafkaClients() {
  return std::make_unique<RealKafkaClients>();
}

}  // namespace millrace
