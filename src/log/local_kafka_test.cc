// SPDX-License-Identifier: Apache-2.0
#include "log/local_kafka.h"

#include <gtest/gtest.h>

#include "env/simulated/clock.h"
#include "env/simulated/disk.h"
#include "log/topic/partitioner.h"

namespace millrace {
namespace {

class LocalKafkaTest : public testing::Test {
 protected:
  void SetUp() override {
    settings_.sync_threads = 0;
    settings_.default_partitions = 3;
    settings_.log.record_bytes_max = 10'000;
    Open();
  }
  void Open() {
    clients_.reset();
    store_.reset();
    auto store = TopicStore::Open(&disk_, &clock_, "/local", settings_);
    ASSERT_TRUE(store.has_value());
    store_ = *std::move(store);
    clients_ = MakeLocalKafkaClients(store_.get());
    producer_ = *clients_->MakeProducer({});
    consumer_ = *clients_->MakeConsumer({});
    admin_ = *clients_->MakeAdmin({.group = "g"});
  }
  /// Produces, makes durable, and returns what came of it.
  KafkaOutcomes Produce(const std::vector<KafkaOutput>& records) {
    KafkaOutcomes outcomes;
    for (const KafkaOutput& record : records) {
      const auto taken = producer_->Produce(record);
      EXPECT_TRUE(taken.has_value() && *taken);
    }
    EXPECT_TRUE(producer_->Poll(&outcomes));
    EXPECT_TRUE(outcomes.delivered.empty());
    EXPECT_TRUE(store_->Sync());
    EXPECT_TRUE(producer_->Poll(&outcomes));
    return outcomes;
  }

  SimulatedClock clock_;
  SimulatedDisk disk_{&clock_};
  TopicStoreSettings settings_;
  std::unique_ptr<TopicStore> store_;
  std::unique_ptr<KafkaClients> clients_;
  std::unique_ptr<KafkaProducer> producer_;
  std::unique_ptr<KafkaConsumer> consumer_;
  std::unique_ptr<KafkaAdmin> admin_;
};

TEST_F(LocalKafkaTest, CarriesRecordsWithAllTheirParts) {
  const std::vector<KafkaOutputHeader> headers = {{"h", "1"}, {"n", std::nullopt}};
  const KafkaOutcomes outcomes = Produce({{.topic = "t",
                                           .partition = 1,
                                           .key = "k",
                                           .value = "v",
                                           .timestamp = 77,
                                           .headers = headers,
                                           .tag = 5},
                                          {.topic = "t", .partition = 1, .tag = 6}});
  EXPECT_EQ(outcomes.delivered, (std::vector<uint64_t>{5, 6}));
  EXPECT_EQ(producer_->in_flight(), 0u);
  const int handle = *consumer_->Assign({"t", 1}, 0, kKafkaNoEpoch);
  KafkaRecords records;
  const auto polled = consumer_->Poll(handle, {.headers = true}, &records);
  ASSERT_TRUE(polled.has_value());
  EXPECT_EQ(polled->records, 2u);
  EXPECT_EQ(polled->end_offset, 2);
  EXPECT_EQ(records.View(records.keys[0]), "k");
  EXPECT_EQ(records.View(records.values[0]), "v");
  EXPECT_TRUE(records.keys[1].is_null());
  EXPECT_TRUE(records.values[1].is_null());
  EXPECT_EQ(records.offsets, (std::vector<int64_t>{0, 1}));
  EXPECT_EQ(records.timestamps, (std::vector<int64_t>{77, clock_.WallMillis()}));
  EXPECT_EQ(records.timestamp_types[0], KafkaTimestampType::kCreateTime);
  EXPECT_EQ(records.leader_epochs, (std::vector<int32_t>{0, 0}));
  EXPECT_EQ(records.header_ends, (std::vector<uint32_t>{2, 2}));
  EXPECT_EQ(records.View(records.headers[0].name), "h");
  EXPECT_EQ(records.View(records.headers[0].value), "1");
  EXPECT_TRUE(records.headers[1].value.is_null());
}

TEST_F(LocalKafkaTest, ReadsOnWhereItStopped) {
  std::vector<KafkaOutput> outputs;
  for (uint64_t i = 0; i < 10; ++i) {
    outputs.push_back({.topic = "t", .partition = 0, .key = "k", .value = "v", .tag = i});
  }
  Produce(outputs);
  const int handle = *consumer_->Assign({"t", 0}, 3, 0);
  KafkaRecords records;
  const KafkaPollLimits limits{.records = 4, .keys = false};
  EXPECT_EQ(consumer_->Poll(handle, limits, &records)->end_offset, std::nullopt);
  EXPECT_EQ(consumer_->Poll(handle, limits, &records)->end_offset, 10);
  EXPECT_EQ(consumer_->Poll(handle, limits, &records)->end_offset, 10);
  EXPECT_EQ(records.offsets, (std::vector<int64_t>{3, 4, 5, 6, 7, 8, 9}));
  EXPECT_TRUE(records.keys[0].is_null());  // not asked for
  EXPECT_TRUE(records.header_ends.empty());
  Produce({{.topic = "t", .partition = 0, .value = "more"}});
  EXPECT_EQ(consumer_->Poll(handle, limits, &records)->records, 1u);
  consumer_->Unassign(handle);
  const int beyond = *consumer_->Assign({"t", 0}, 100, 0);
  EXPECT_EQ(consumer_->Poll(beyond, limits, &records).error().code, "MR0521");
  EXPECT_FALSE(consumer_->Assign({"t", 3}, 0, 0).has_value());
}

TEST_F(LocalKafkaTest, ChoosesPartitionsAsTheJavaClient) {
  Produce({{.topic = "t", .key = "21"}, {.topic = "t", .key = "foobar"}});
  std::vector<int64_t> expected(3);
  ++expected[static_cast<size_t>(PartitionOfKey("21", 3))];
  ++expected[static_cast<size_t>(PartitionOfKey("foobar", 3))];
  std::vector<KafkaPartition> partitions = {{"t", 0}, {"t", 1}, {"t", 2}};
  const auto ranges = *admin_->Ranges(partitions, 0);
  for (size_t i = 0; i < 3; ++i) EXPECT_EQ(ranges[i].end, expected[i]);
  for (int i = 0; i < 3; ++i) Produce({{.topic = "u", .value = "1"}, {.topic = "u", .value = "2"}});
  for (int32_t i = 0; i < 3; ++i) EXPECT_EQ(store_->Offsets("u", i)->end, 2);
}

TEST_F(LocalKafkaTest, AnswersQuestions) {
  const std::vector<std::string> names = {"new"};
  const auto described = *admin_->DescribeTopics(names, 0);
  ASSERT_EQ(described.size(), 1u);
  EXPECT_EQ(described[0].partitions, 3);
  EXPECT_FALSE(described[0].id.empty());
  EXPECT_EQ(admin_->ListTopics(0)->size(), 1u);
  for (int64_t time = 100; time < 400; time += 100) {
    Produce({{.topic = "new", .partition = 1, .value = "v", .timestamp = time}});
  }
  const std::vector<KafkaPartition> partitions = {{"new", 1}, {"new", 2}};
  EXPECT_EQ(*admin_->OffsetsForTime(partitions, 150, 0), (std::vector<int64_t>{1, 0}));
  EXPECT_EQ(*admin_->OffsetsForTime(partitions, 999, 0), (std::vector<int64_t>{3, 0}));
  EXPECT_EQ(*admin_->CommittedOffsets(partitions, 0),
            (std::vector<std::optional<int64_t>>{std::nullopt, std::nullopt}));
  const std::vector<std::pair<KafkaPartition, int64_t>> commits = {{{"new", 1}, 2}};
  admin_->CommitOffsets(commits);
  Open();
  EXPECT_EQ(*admin_->CommittedOffsets(partitions, 0),
            (std::vector<std::optional<int64_t>>{2, std::nullopt}));
}

TEST_F(LocalKafkaTest, RefusesWhatIsTooLargeAlone) {
  const std::string large(20'000, 'x');
  const auto refused = producer_->Produce({.topic = "t", .value = large});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, "MR0527");
  EXPECT_EQ(Produce({{.topic = "t", .value = "small", .tag = 1}}).delivered.size(), 1u);
}

TEST_F(LocalKafkaTest, WaitsForSpaceAndKeepsTheOrder) {
  Produce({{.topic = "t", .partition = 0, .value = "a", .tag = 1}});
  disk_.SetCapacity(1);
  ASSERT_TRUE(*producer_->Produce({.topic = "t", .partition = 0, .value = "b", .tag = 2}));
  KafkaOutcomes outcomes;
  ASSERT_TRUE(producer_->Poll(&outcomes));
  EXPECT_NE(producer_->Waiting().find("MR0802"), std::string::npos);
  EXPECT_EQ(producer_->in_flight(), 1u);
  disk_.SetCapacity(UINT64_MAX);
  ASSERT_TRUE(*producer_->Produce({.topic = "t", .partition = 0, .value = "c", .tag = 3}));
  ASSERT_TRUE(producer_->Poll(&outcomes) && store_->Sync() && producer_->Poll(&outcomes));
  EXPECT_EQ(outcomes.delivered, (std::vector<uint64_t>{2, 3}));
  EXPECT_TRUE(producer_->Waiting().empty());
}

TEST_F(LocalKafkaTest, AFailedSyncIsFatal) {
  Produce({{.topic = "t", .partition = 0, .value = "a", .tag = 1}});
  disk_.SetFaults([](SimulatedDisk::Operation operation, const std::string&) -> Status {
    if (operation != SimulatedDisk::Operation::kSync) return OkStatus();
    return ExternalError("MR0801", "EIO");
  });
  ASSERT_TRUE(*producer_->Produce({.topic = "t", .partition = 0, .value = "b", .tag = 2}));
  KafkaOutcomes outcomes;
  ASSERT_TRUE(producer_->Poll(&outcomes));
  EXPECT_FALSE(store_->Sync().has_value());
  const Status failed = producer_->Poll(&outcomes);
  ASSERT_FALSE(failed.has_value());
  EXPECT_EQ(failed.error().code, "MR0808");
  EXPECT_TRUE(outcomes.delivered.empty());
}

TEST_F(LocalKafkaTest, TheQueueIsBounded) {
  size_t taken = 0;
  while (taken < 1'000'000) {
    const auto produced = producer_->Produce({.topic = "t", .partition = 0, .value = "v"});
    ASSERT_TRUE(produced.has_value());
    if (!*produced) break;
    ++taken;
  }
  EXPECT_EQ(taken, 100'000u);
  EXPECT_EQ(producer_->in_flight(), taken);
  KafkaOutcomes outcomes;
  ASSERT_TRUE(producer_->Poll(&outcomes) && store_->Sync() && producer_->Poll(&outcomes));
  EXPECT_EQ(outcomes.delivered.size(), taken);
  EXPECT_TRUE(*producer_->Produce({.topic = "t", .partition = 0, .value = "v"}));
}

}  // namespace
}  // namespace millrace
