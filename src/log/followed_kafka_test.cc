// SPDX-License-Identifier: Apache-2.0
#include "log/followed_kafka.h"

#include <gtest/gtest.h>

#include <array>

#include "env/simulated/clock.h"
#include "env/simulated/disk.h"
#include "log/local_kafka.h"

namespace millrace {
namespace {

class FollowedKafkaTest : public testing::Test {
 protected:
  void SetUp() override {
    settings_.sync_threads = 0;
    settings_.default_partitions = 2;
    auto store = TopicStore::Open(&disk_, &clock_, "/topics", settings_);
    ASSERT_TRUE(store.has_value());
    store_ = *std::move(store);
    written_ = MakeLocalKafkaClients(store_.get());
    followed_ = MakeFollowedKafkaClients(&disk_, "/topics");
  }

  void Produce(int partition, const std::vector<std::string>& values, int64_t timestamp) {
    const auto producer = written_->MakeProducer({});
    for (const std::string& value : values) {
      const std::array headers = {KafkaOutputHeader{"h", "v"}};
      ASSERT_TRUE(*(*producer)->Produce({.topic = "t",
                                         .partition = partition,
                                         .key = "k",
                                         .value = value,
                                         .timestamp = timestamp++,
                                         .headers = headers}));
    }
    KafkaOutcomes outcomes;
    ASSERT_TRUE((*producer)->Poll(&outcomes).has_value());
  }

  SimulatedClock clock_;
  SimulatedDisk disk_{&clock_};
  TopicStoreSettings settings_;
  std::unique_ptr<TopicStore> store_;
  std::unique_ptr<KafkaClients> written_;
  std::unique_ptr<KafkaClients> followed_;
};

TEST_F(FollowedKafkaTest, ReadsBesideTheWriter) {
  Produce(1, {"a", "b", "c"}, 100);
  const auto consumer = followed_->MakeConsumer({});
  const auto handle = (*consumer)->Assign({"t", 1}, 1, kKafkaNoEpoch);
  ASSERT_TRUE(handle.has_value());
  KafkaRecords records;
  auto polled = (*consumer)->Poll(*handle, {.headers = true}, &records);
  ASSERT_TRUE(polled.has_value()) << polled.error().ToString();
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records.View(records.values[0]), "b");
  EXPECT_EQ(records.View(records.keys[0]), "k");
  EXPECT_EQ(records.offsets[1], 2);
  EXPECT_EQ(records.timestamps[1], 102);
  EXPECT_EQ(records.View(records.headers[0].name), "h");
  polled = (*consumer)->Poll(*handle, {}, &records);
  EXPECT_EQ(polled->end_offset, 3);
  Produce(1, {"d"}, 200);
  KafkaRecords more;
  polled = (*consumer)->Poll(*handle, {}, &more);
  ASSERT_EQ(more.size(), 1u);
  EXPECT_EQ(more.View(more.values[0]), "d");
}

TEST_F(FollowedKafkaTest, SaysWhatIsThere) {
  Produce(0, {"a", "b", "c"}, 100);
  const auto admin = followed_->MakeAdmin({});
  const std::array<std::string, 1> names = {"t"};
  const auto topics = (*admin)->DescribeTopics(names, 0);
  ASSERT_TRUE(topics.has_value());
  EXPECT_EQ((*topics)[0].partitions, 2);
  const std::array partitions = {KafkaPartition{"t", 0}, KafkaPartition{"t", 1}};
  const auto ranges = (*admin)->Ranges(partitions, 0);
  ASSERT_TRUE(ranges.has_value()) << ranges.error().ToString();
  EXPECT_EQ((*ranges)[0].begin, 0);
  EXPECT_EQ((*ranges)[0].end, 3);
  EXPECT_EQ((*ranges)[1].end, 0);
  const auto offsets = (*admin)->OffsetsForTime(partitions, 101, 0);
  ASSERT_TRUE(offsets.has_value());
  EXPECT_EQ((*offsets)[0], 1);
  EXPECT_EQ((*offsets)[1], 0);
  const std::array<std::string, 1> unknown = {"u"};
  EXPECT_EQ((*admin)->DescribeTopics(unknown, 0).error().code, "MR0523");
  EXPECT_FALSE(followed_->MakeProducer({}).has_value());
}

}  // namespace
}  // namespace millrace
