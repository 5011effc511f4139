// SPDX-License-Identifier: Apache-2.0
// The clients on librdkafka against its own mock cluster: what goes in comes out, and errors are
// told apart. A real broker is tested in tests/kafka.
#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <chrono>
#include <thread>

#include "env/kafka_client.h"

namespace millrace {
namespace {

constexpr int64_t kTimeoutMillis = 20000;

class RealKafkaTest : public testing::Test {
 protected:
  RealKafkaTest() : clients_(MakeRealKafkaClients()) {
    char text[256];
    owner_ = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), text, sizeof text);
    cluster_ = rd_kafka_mock_cluster_new(owner_, 1);
    rd_kafka_mock_topic_create(cluster_, "t", 2, 1);
    config_.properties = {{"bootstrap.servers", rd_kafka_mock_cluster_bootstraps(cluster_)}};
  }
  ~RealKafkaTest() override {
    rd_kafka_mock_cluster_destroy(cluster_);
    rd_kafka_destroy(owner_);
  }

  /// Repeats `done` until it is true.
  template <typename Done>
  bool Await(Done done) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(kTimeoutMillis);
    while (std::chrono::steady_clock::now() < end) {
      if (done()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return false;
  }
  void Deliver(const std::vector<KafkaOutput>& records) {
    auto producer = *clients_->MakeProducer(config_);
    for (const KafkaOutput& record : records) ASSERT_TRUE(*producer->Produce(record));
    KafkaOutcomes outcomes;
    ASSERT_TRUE(Await([&] {
      EXPECT_TRUE(producer->Poll(&outcomes));
      return outcomes.delivered.size() == records.size();
    }));
    EXPECT_TRUE(outcomes.failed.empty());
  }

  std::unique_ptr<KafkaClients> clients_;
  rd_kafka_t* owner_ = nullptr;
  rd_kafka_mock_cluster_t* cluster_ = nullptr;
  KafkaConfig config_;
};

TEST_F(RealKafkaTest, RecordsComeBackWithKeysNullsHeadersAndTimes) {
  const KafkaOutputHeader headers[] = {{.name = "h", .value = "1"}, {.name = "n", .value = {}}};
  Deliver({{.topic = "t", .partition = 1, .key = "k", .value = "v", .headers = {}, .tag = 1},
           {.topic = "t", .partition = 1, .key = {}, .value = {}, .headers = {}, .tag = 2},
           {.topic = "t",
            .partition = 1,
            .key = "",
            .value = "",
            .timestamp = 1234567,
            .headers = headers,
            .tag = 3}});
  auto consumer = *clients_->MakeConsumer(config_);
  const auto handle = consumer->Assign({"t", 1}, 0, kKafkaNoEpoch);
  ASSERT_TRUE(handle);
  KafkaRecords records;
  std::optional<int64_t> end;
  ASSERT_TRUE(Await([&] {
    const auto polled = consumer->Poll(*handle, {.headers = true}, &records);
    EXPECT_TRUE(polled);
    if (polled) end = polled->end_offset;
    return records.size() == 3 && end.has_value();
  }));
  EXPECT_EQ(*end, 3);
  EXPECT_EQ(records.View(records.keys[0]), "k");
  EXPECT_EQ(records.View(records.values[0]), "v");
  EXPECT_TRUE(records.keys[1].is_null());
  EXPECT_TRUE(records.values[1].is_null());
  EXPECT_FALSE(records.values[2].is_null());
  EXPECT_EQ(records.values[2].length, 0u);
  EXPECT_EQ(records.timestamps[2], 1234567);
  EXPECT_EQ(records.offsets, (std::vector<int64_t>{0, 1, 2}));
  ASSERT_EQ(records.headers.size(), 2u);
  EXPECT_EQ(records.View(records.headers[0].value), "1");
  EXPECT_TRUE(records.headers[1].value.is_null());
  EXPECT_EQ(records.header_ends, (std::vector<uint32_t>{0, 0, 2}));
}

TEST_F(RealKafkaTest, PartitionsArePolledEachForItself) {
  Deliver({{.topic = "t", .partition = 0, .key = {}, .value = "a", .headers = {}, .tag = 1},
           {.topic = "t", .partition = 1, .key = {}, .value = "b", .headers = {}, .tag = 1}});
  auto consumer = *clients_->MakeConsumer(config_);
  const int first = *consumer->Assign({"t", 0}, 0, kKafkaNoEpoch);
  const int second = *consumer->Assign({"t", 1}, 0, kKafkaNoEpoch);
  KafkaRecords of_second;
  ASSERT_TRUE(Await([&] {
    EXPECT_TRUE(consumer->Poll(second, {}, &of_second));
    return of_second.size() == 1;
  }));
  EXPECT_EQ(of_second.View(of_second.values[0]), "b");
  KafkaRecords of_first;
  ASSERT_TRUE(Await([&] {
    EXPECT_TRUE(consumer->Poll(first, {}, &of_first));
    return of_first.size() == 1;
  }));
  EXPECT_EQ(of_first.View(of_first.values[0]), "a");
}

TEST_F(RealKafkaTest, AnOffsetThatIsNotThereIsAnError) {
  Deliver({{.topic = "t", .partition = 0, .key = {}, .value = "a", .headers = {}, .tag = 1}});
  auto consumer = *clients_->MakeConsumer(config_);
  const int handle = *consumer->Assign({"t", 0}, 77, kKafkaNoEpoch);
  KafkaRecords records;
  std::string code;
  ASSERT_TRUE(Await([&] {
    const auto polled = consumer->Poll(handle, {}, &records);
    if (!polled) code = polled.error().code;
    return !polled;
  }));
  EXPECT_EQ(code, "MR0521");
}

TEST_F(RealKafkaTest, ARecordOverTheLimitIsToldApart) {
  config_.properties.emplace_back("message.max.bytes", "2000");
  auto producer = *clients_->MakeProducer(config_);
  const std::string large(5000, 'x');
  const auto refused = producer->Produce(
      {.topic = "t", .partition = 0, .key = {}, .value = large, .headers = {}, .tag = 1});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "MR0527");
}

TEST_F(RealKafkaTest, AFullQueueIsNoError) {
  config_.properties = {{"bootstrap.servers", "127.0.0.1:1"},
                        {"queue.buffering.max.messages", "2"}};
  auto producer = *clients_->MakeProducer(config_);
  const KafkaOutput record{.topic = "t", .partition = 0, .key = {}, .value = "a", .headers = {}};
  EXPECT_TRUE(*producer->Produce(record));
  EXPECT_TRUE(*producer->Produce(record));
  EXPECT_FALSE(*producer->Produce(record));
  EXPECT_EQ(producer->in_flight(), 2u);
  KafkaOutcomes outcomes;
  EXPECT_TRUE(Await([&] {
    EXPECT_TRUE(producer->Poll(&outcomes));
    return producer->Waiting().contains("127.0.0.1:1");
  }));
}

TEST_F(RealKafkaTest, NobodyThereMayPass) {
  config_.properties = {{"bootstrap.servers", "127.0.0.1:1"}};
  auto admin = *clients_->MakeAdmin(config_);
  const auto topics = admin->ListTopics(300);
  ASSERT_FALSE(topics);
  EXPECT_EQ(topics.error().code, "MR0522");
  EXPECT_TRUE(topics.error().retryable);
}

TEST_F(RealKafkaTest, ABadPropertyIsNamedWithoutItsValue) {
  config_.properties.emplace_back("sasl.mechanism", "secret-thing");
  config_.properties.emplace_back("fetch.wait.max.ms", "secret-value");
  const auto made = clients_->MakeConsumer(config_);
  ASSERT_FALSE(made);
  EXPECT_TRUE(made.error().message.contains("fetch.wait.max.ms"));
  EXPECT_FALSE(made.error().ToString().contains("secret-value"));
}

}  // namespace
}  // namespace millrace
