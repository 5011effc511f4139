// SPDX-License-Identifier: Apache-2.0
#include "env/real/kafka/transactional_producer.h"

#include "env/real/kafka/transactional_client.h"

namespace millrace {
namespace {

/// Hands steps to the client, which outlives this if its thread hangs.
class RealTransactionalProducer final : public KafkaTransactionalProducer {
 public:
  explicit RealTransactionalProducer(std::shared_ptr<KafkaTransactionalClient> client)
      : client_(std::move(client)) {}
  ~RealTransactionalProducer() override { KafkaTransactionalClient::Stop(std::move(client_)); }

  Result<bool> Produce(const KafkaOutput& record) override { return client_->Produce(record); }
  void Init() override {
    client_->Start([client = client_.get()] { return client->InitNow(); });
  }
  Status Begin() override { return client_->Begin(); }
  void Flush() override {
    client_->Start([client = client_.get()] { return client->FlushNow(); });
  }
  void PutMark(const KafkaPartition& at, const KafkaMark& mark) override {
    client_->Start([client = client_.get(), at, mark] { return client->PutMarkNow(at, mark); });
  }
  void Commit() override {
    client_->Start([client = client_.get()] { return client->CommitNow(); });
  }
  void ReadMark(const KafkaPartition& at) override {
    client_->Start([client = client_.get(), at] { return client->ReadMarkNow(at); });
  }
  void ReadLimits(std::span<const std::string> topics) override {
    client_->Start(
        [client = client_.get(), asked = std::vector<std::string>(topics.begin(), topics.end())] {
          return client->ReadLimitsNow(asked);
        });
  }
  void AwaitEnds(std::span<const std::string> topics) override {
    client_->Start(
        [client = client_.get(), asked = std::vector<std::string>(topics.begin(), topics.end())] {
          return client->AwaitEndsNow(asked);
        });
  }
  std::optional<KafkaStepResult> Poll() override { return client_->Poll(); }
  std::string Waiting() override { return client_->Waiting(); }

 private:
  std::shared_ptr<KafkaTransactionalClient> client_;
};

}  // namespace

Result<std::unique_ptr<KafkaTransactionalProducer>> MakeRealKafkaTransactionalProducer(
    const KafkaTransactionConfig& config) {
  TRY_ASSIGN(auto client, KafkaTransactionalClient::Open(config));
  return std::make_unique<RealTransactionalProducer>(std::move(client));
}

}  // namespace millrace
