// SPDX-License-Identifier: Apache-2.0
// Transactions over topics in files: nothing is seen before the commit, everything once after it,
// wherever the power goes.
#include "log/local_transactions.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "env/simulated/clock.h"
#include "env/simulated/disk.h"
#include "log/local_kafka.h"

namespace millrace {
namespace {

const KafkaPartition kAt{"out", 0};

class LocalTransactionsTest : public testing::Test {
 protected:
  void SetUp() override { Open(); }
  void Open() {
    producer_.reset();
    clients_.reset();
    store_.reset();
    TopicStoreSettings settings;
    settings.sync_threads = 0;
    settings.default_partitions = 2;
    auto store = TopicStore::Open(&disk_, &clock_, "/local", settings);
    ASSERT_TRUE(store) << store.error().ToString();
    store_ = *std::move(store);
    clients_ = MakeLocalKafkaClients(store_.get());
    producer_ = *clients_->MakeTransactionalProducer({.transactional_id = "shop p/1"});
  }
  void PowerLoss() {
    const auto random = MakeRandom(++seed_);
    disk_.Crash(random.get());
    Open();
  }

  /// Polls, syncing in between, until the step is over.
  KafkaStepResult Await() {
    for (int i = 0; i < 10; ++i) {
      if (auto result = producer_->Poll()) return *std::move(result);
      EXPECT_TRUE(store_->Sync());
    }
    ADD_FAILURE() << "the step does not end";
    return {};
  }
  void Init() {
    producer_->Init();
    EXPECT_EQ(Await().outcome, KafkaStepOutcome::kDone);
    EXPECT_TRUE(producer_->Begin());
  }
  void Put(const std::string& value) {
    const auto taken =
        producer_->Produce({.topic = "out", .key = value.substr(0, 1), .value = value});
    EXPECT_TRUE(taken && *taken);
  }
  void Flush(int64_t epoch) {
    producer_->Flush();
    EXPECT_EQ(Await().outcome, KafkaStepOutcome::kDone);
    producer_->PutMark(kAt, {.offset = epoch, .text = "epoch " + std::to_string(epoch)});
    EXPECT_EQ(Await().outcome, KafkaStepOutcome::kDone);
  }
  void Commit(int64_t epoch) {
    Flush(epoch);
    producer_->Commit();
    EXPECT_EQ(Await().outcome, KafkaStepOutcome::kDone);
    EXPECT_TRUE(producer_->Begin());
  }
  std::string Mark() {
    producer_->ReadMark(kAt);
    const KafkaStepResult result = Await();
    return result.mark ? result.mark->text : "";
  }
  std::vector<std::string> Seen() {
    std::vector<std::string> values;
    if (!store_->FindTopic("out")) return values;
    for (int32_t partition = 0; partition < 2; ++partition) {
      for (int64_t at = 0;;) {
        const auto chunk = store_->Read("out", partition, at, {});
        EXPECT_TRUE(chunk);
        if (!chunk || chunk->records.empty()) break;
        for (const TopicRecordView& record : chunk->records) values.emplace_back(*record.value);
        at = chunk->next_offset;
      }
    }
    std::ranges::sort(values);
    return values;
  }

  SimulatedClock clock_;
  SimulatedDisk disk_{&clock_};
  uint64_t seed_ = 0;
  std::unique_ptr<TopicStore> store_;
  std::unique_ptr<KafkaClients> clients_;
  std::unique_ptr<KafkaTransactionalProducer> producer_;
};

using Values = std::vector<std::string>;

TEST_F(LocalTransactionsTest, NothingIsSeenBeforeTheCommit) {
  Init();
  EXPECT_EQ(Mark(), "");
  Put("a1");
  Put("b1");
  Flush(1);
  EXPECT_EQ(Seen(), Values());
  producer_->Commit();
  EXPECT_EQ(Await().outcome, KafkaStepOutcome::kDone);
  EXPECT_EQ(Seen(), (Values{"a1", "b1"}));
  EXPECT_EQ(Mark(), "epoch 1");
}

TEST_F(LocalTransactionsTest, WhatWasNotCommittedIsGone) {
  Init();
  Put("a1");
  Commit(1);
  Put("a2");
  Flush(2);
  EXPECT_TRUE(store_->Sync());
  PowerLoss();
  Init();
  EXPECT_EQ(Mark(), "epoch 1");
  Put("a3");
  Commit(2);
  EXPECT_EQ(Seen(), (Values{"a1", "a3"}));
}

/// The commit is durable, and the power goes at any moment of what follows.
TEST_F(LocalTransactionsTest, WhatWasCommittedIsCopiedOnce) {
  for (int epoch = 1; epoch <= 60; ++epoch) {
    Init();
    for (int i = 0; i < 40; ++i)
      Put(std::string(1, static_cast<char>('a' + i % 20)) + std::to_string(epoch * 100 + i));
    Flush(epoch);
    producer_->Commit();
    for (int i = 0; i < epoch % 4; ++i) {
      (void)producer_->Poll();
      if (i < 2) {
        EXPECT_TRUE(store_->Sync());
      }
    }
    const bool durable = epoch % 4 > 0;
    if (!durable) {
      EXPECT_TRUE(store_->Sync());  // the commit, and none of the copies
    }
    PowerLoss();
    producer_->Init();
    EXPECT_EQ(Await().outcome, KafkaStepOutcome::kDone);
    EXPECT_EQ(Mark(), "epoch " + std::to_string(epoch));
    EXPECT_EQ(Seen().size(), static_cast<size_t>(epoch) * 40);
  }
}

TEST_F(LocalTransactionsTest, ItsTopicIsNobodysBusiness) {
  Init();
  Put("a1");
  Commit(1);
  const auto admin = *clients_->MakeAdmin({});
  const auto topics = admin->ListTopics(1000);
  ASSERT_TRUE(topics);
  ASSERT_EQ(topics->size(), 1u);
  EXPECT_EQ(topics->front().name, "out");
}

TEST_F(LocalTransactionsTest, LargeOnesAndManyParts) {
  Init();
  Put("a" + std::string(3 << 20, 'x'));
  for (int i = 0; i < 3000; ++i) Put("b" + std::to_string(i));
  Commit(1);
  EXPECT_EQ(Seen().size(), 3001u);
  PowerLoss();
  Init();
  EXPECT_EQ(Seen().size(), 3001u);
}

}  // namespace
}  // namespace millrace
