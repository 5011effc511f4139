// SPDX-License-Identifier: Apache-2.0
// The transactional producer against librdkafka's mock cluster: coordinators that are lost,
// and what a step says of it. A real broker is tested in tests/kafka.
#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "env/kafka_client.h"
#include "env/kafka_transactions.h"

namespace millrace {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kPatience{60000};
constexpr int16_t kEndTxn = 26;  // number of the request

class TransactionalProducerTest : public testing::Test {
 protected:
  TransactionalProducerTest() : clients_(MakeRealKafkaClients()) {
    char text[256];
    owner_ = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), text, sizeof text);
    cluster_ = rd_kafka_mock_cluster_new(owner_, 3);
    rd_kafka_mock_topic_create(cluster_, "t", 2, 3);
    rd_kafka_mock_coordinator_set(cluster_, "transaction", "bank.p.0", 1);
    rd_kafka_mock_coordinator_set(cluster_, "group", "millrace.p.0", 2);
    const std::string brokers = rd_kafka_mock_cluster_bootstraps(cluster_);
    config_.producer.properties = {{"bootstrap.servers", brokers}};
    config_.reader_properties = config_.producer.properties;
    config_.transactional_id = "bank.p.0";
    config_.group = "millrace.p.0";
  }
  ~TransactionalProducerTest() override {
    producer_.reset();
    rd_kafka_mock_cluster_destroy(cluster_);
    rd_kafka_destroy(owner_);
  }

  void Make() {
    producer_.reset();
    producer_ = *clients_->MakeTransactionalProducer(config_);
    producer_->Init();
    EXPECT_EQ(Await().outcome, KafkaStepOutcome::kDone);
  }
  /// The result of the step that was begun.
  KafkaStepResult Await() {
    const auto end = steady_clock::now() + kPatience;
    while (steady_clock::now() < end) {
      if (auto result = producer_->Poll()) return *std::move(result);
      std::this_thread::sleep_for(milliseconds(2));
    }
    ADD_FAILURE() << "a step does not end: " << producer_->Waiting();
    return {.outcome = KafkaStepOutcome::kRefused, .error = {}, .mark = {}, .limits = {}};
  }
  void Write(int partition, std::string_view value) {
    EXPECT_TRUE(*producer_->Produce(
        {.topic = "t", .partition = partition, .key = {}, .value = value, .headers = {}}));
  }
  KafkaStepResult Flush() {
    producer_->Flush();
    return Await();
  }
  KafkaStepResult PutMark(int64_t epoch) {
    producer_->PutMark({"t", 0}, {.offset = epoch, .text = "epoch " + std::to_string(epoch)});
    return Await();
  }
  KafkaStepResult Commit() {
    producer_->Commit();
    return Await();
  }
  static size_t EntriesOf(const char* folder) {
    size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      (void)entry;
      ++count;
    }
    return count;
  }

  std::unique_ptr<KafkaClients> clients_;
  rd_kafka_t* owner_ = nullptr;
  rd_kafka_mock_cluster_t* cluster_ = nullptr;
  KafkaTransactionConfig config_;
  std::unique_ptr<KafkaTransactionalProducer> producer_;
};

TEST_F(TransactionalProducerTest, ACoordinatorLostDuringTheCommitLeavesItUnclear) {
  config_.timeout_ms = 3000;
  Make();
  ASSERT_TRUE(producer_->Begin());
  Write(1, "a");
  ASSERT_EQ(Flush().outcome, KafkaStepOutcome::kDone);
  ASSERT_EQ(PutMark(1).outcome, KafkaStepOutcome::kDone);
  rd_kafka_mock_broker_set_down(cluster_, 1);
  EXPECT_EQ(Commit().outcome, KafkaStepOutcome::kUnclear);
  rd_kafka_mock_broker_set_up(cluster_, 1);
  Make();  // a new one shuts the old one out, and goes on
  ASSERT_TRUE(producer_->Begin());
  ASSERT_EQ(PutMark(2).outcome, KafkaStepOutcome::kDone);
  EXPECT_EQ(Commit().outcome, KafkaStepOutcome::kDone);
}

TEST_F(TransactionalProducerTest, AnEndThatWasAskedForTwiceIsTold) {
  Make();
  ASSERT_TRUE(producer_->Begin());
  ASSERT_EQ(PutMark(1).outcome, KafkaStepOutcome::kDone);
  rd_kafka_mock_push_request_errors(cluster_, kEndTxn, 1,
                                    RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE);
  const KafkaStepResult result = Commit();
  EXPECT_EQ(result.outcome, KafkaStepOutcome::kDone);
  EXPECT_TRUE(result.disturbed);
}

TEST_F(TransactionalProducerTest, GroupsCoordinatorAwayLeavesNothingBehind) {
  config_.timeout_ms = 2000;
  const size_t threads = EntriesOf("/proc/self/task");
  const size_t descriptors = EntriesOf("/proc/self/fd");
  for (int turn = 0; turn < 2; ++turn) {
    Make();
    ASSERT_TRUE(producer_->Begin());
    Write(0, "a");
    ASSERT_EQ(Flush().outcome, KafkaStepOutcome::kDone);
    rd_kafka_mock_broker_set_down(cluster_, 2);
    EXPECT_NE(PutMark(1).outcome, KafkaStepOutcome::kDone);
    rd_kafka_mock_broker_set_up(cluster_, 2);
    producer_.reset();
    const auto gone = [&] {
      return EntriesOf("/proc/self/task") <= threads &&
             EntriesOf("/proc/self/fd") <= descriptors + 4;  // connections of the mock cluster
    };
    const auto end = steady_clock::now() + kPatience;
    while (!gone() && steady_clock::now() < end) std::this_thread::sleep_for(milliseconds(20));
    EXPECT_TRUE(gone()) << EntriesOf("/proc/self/task") << " threads, at first " << threads << ", "
                        << EntriesOf("/proc/self/fd") << " descriptors, at first " << descriptors;
  }
}

}  // namespace
}  // namespace millrace
