// SPDX-License-Identifier: Apache-2.0
#include "log/topic_follower.h"

#include <gtest/gtest.h>

#include "env/simulated/clock.h"
#include "env/simulated/disk.h"
#include "log/segment/log_recovery.h"

namespace millrace {
namespace {

class TopicFollowerTest : public testing::Test {
 protected:
  void SetUp() override {
    settings_.sync_threads = 0;
    settings_.log.segment_bytes = 300;
    settings_.default_partitions = 1;
    auto store = TopicStore::Open(&disk_, &clock_, "/local", settings_);
    ASSERT_TRUE(store.has_value());
    store_ = *std::move(store);
  }
  void Append(int count, int batch = 1) {
    for (int i = 0; i < count; ++i) {
      std::vector<std::string> texts;
      for (int b = 0; b < batch; ++b) texts.push_back("value " + std::to_string(written_++));
      std::vector<TopicRecordView> records;
      for (const std::string& text : texts) {
        records.push_back({.timestamp_ms = written_ * 10, .value = text});
      }
      ASSERT_TRUE(store_->Append("t", records, {}, nullptr).has_value());
    }
  }
  /// The numbers of all records that come until nothing comes.
  std::vector<int> Drain() {
    std::vector<int> numbers;
    while (true) {
      const auto chunk = follower_.Poll("t", 0, {.bytes_max = 50});
      EXPECT_TRUE(chunk.has_value()) << chunk.error().ToString();
      if (!chunk || chunk->records.empty()) return numbers;
      for (const TopicRecordView& record : chunk->records) {
        numbers.push_back(std::stoi(std::string(record.value->substr(6))));
        EXPECT_EQ(record.offset, numbers.back());
      }
    }
  }
  static std::vector<int> Range(int begin, int end) {
    std::vector<int> numbers;
    for (int i = begin; i < end; ++i) numbers.push_back(i);
    return numbers;
  }

  SimulatedClock clock_;
  SimulatedDisk disk_{&clock_};
  TopicStoreSettings settings_;
  std::unique_ptr<TopicStore> store_;
  TopicFollower follower_{&disk_, "/local"};
  int written_ = 0;
};

TEST_F(TopicFollowerTest, FollowsAWriterOverSegments) {
  EXPECT_EQ(follower_.Poll("t", 0, {}).error().code, "MR0807");
  Append(1);
  EXPECT_EQ(follower_.ListTopics()->at(0).name, "t");
  EXPECT_EQ(Drain(), Range(0, 1));
  for (int round = 0; round < 20; ++round) {
    const int before = written_;
    Append(round % 5, 1 + round % 3);
    EXPECT_EQ(Drain(), Range(before, written_));
  }
  EXPECT_EQ(follower_.Poll("t", 1, {}).error().code, "MR0807");
  EXPECT_EQ(TopicFollower(&disk_, "/nowhere").ListTopics().error().code, "MR0807");
}

TEST_F(TopicFollowerTest, StartsAnywhere) {
  Append(30);
  using Start = TopicFollower::Start;
  ASSERT_TRUE(follower_.Seek("t", 0, Start::kLatest));
  EXPECT_EQ(Drain(), Range(0, 0));
  Append(2);
  EXPECT_EQ(Drain(), Range(30, 32));
  ASSERT_TRUE(follower_.Seek("t", 0, Start::kOffset, 17));
  EXPECT_EQ(Drain(), Range(17, 32));
  ASSERT_TRUE(follower_.Seek("t", 0, Start::kTime, 10 * 10 + 5));
  EXPECT_EQ(Drain(), Range(10, 32));
  ASSERT_TRUE(follower_.Seek("t", 0, Start::kEarliest));
  EXPECT_EQ(Drain(), Range(0, 32));
}

TEST_F(TopicFollowerTest, LeavesWhatIsHalfWritten) {
  Append(1);
  EXPECT_EQ(Drain(), Range(0, 1));
  const std::string path = SegmentPath("/local/topics/t/0", 0);
  const std::string before = *disk_.ReadAll(path);
  Append(1, 2);
  const std::string after = *disk_.ReadAll(path);
  for (size_t size = before.size(); size < after.size(); ++size) {
    auto file = disk_.OpenForAppend(path, std::nullopt);
    ASSERT_TRUE((*file)->Append(after.substr(0, size)));
    ASSERT_EQ(Drain(), Range(0, 0)) << size;
  }
  auto file = disk_.OpenForAppend(path, std::nullopt);
  ASSERT_TRUE((*file)->Append(after));
  EXPECT_EQ(Drain(), Range(1, 3));
}

TEST_F(TopicFollowerTest, GoesOnWhereRetentionLeftOff) {
  Append(5);
  EXPECT_EQ(Drain(), Range(0, 5));
  store_.reset();
  settings_.log.retention_bytes = 400;
  store_ = *TopicStore::Open(&disk_, &clock_, "/local", settings_);
  ASSERT_TRUE(follower_.Seek("t", 0, TopicFollower::Start::kEarliest));
  Append(40);
  const auto earliest = static_cast<int>(store_->Offsets("t", 0)->earliest);
  EXPECT_GT(earliest, 20);
  EXPECT_EQ(Drain(), Range(earliest, 45));
}

}  // namespace
}  // namespace millrace
