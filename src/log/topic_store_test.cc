// SPDX-License-Identifier: Apache-2.0
#include "log/topic_store.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>

#include "env/simulated/clock.h"
#include "env/simulated/disk.h"

namespace millrace {
namespace {

class TopicStoreTest : public testing::Test {
 protected:
  TopicStoreTest() { settings_.sync_threads = 0; }

  void Open() {
    store_.reset();
    auto store = TopicStore::Open(&disk_, &clock_, "/data/local", settings_);
    ASSERT_TRUE(store.has_value()) << store.error().ToString();
    store_ = *std::move(store);
  }
  std::vector<AppendedRange> Append(const std::string& topic,
                                    const std::vector<TopicRecordView>& records,
                                    const AppendOptions& options = {}) {
    auto ranges = store_->Append(topic, records, options, nullptr);
    EXPECT_TRUE(ranges.has_value()) << ranges.error().ToString();
    return ranges ? *ranges : std::vector<AppendedRange>();
  }
  /// "key=value" of all records of a partition.
  std::vector<std::string> Texts(const std::string& topic, int32_t partition) {
    std::vector<std::string> texts;
    int64_t at = store_->Offsets(topic, partition)->earliest;
    while (true) {
      const auto chunk = store_->Read(topic, partition, at, {});
      EXPECT_TRUE(chunk.has_value());
      if (chunk->records.empty()) return texts;
      for (const TopicRecordView& record : chunk->records) {
        EXPECT_EQ(record.offset, at++);
        texts.push_back(std::string(record.key.value_or("")) + "=" +
                        std::string(record.value.value_or("null")));
      }
    }
  }
  void PowerOff() {
    disk_.SetFaults([](auto, const std::string&) -> Status {
      return ExternalError("MR0801", "the machine is off");
    });
    store_.reset();
    disk_.SetFaults(nullptr);
  }

  SimulatedClock clock_;
  SimulatedDisk disk_{&clock_};
  TopicStoreSettings settings_;
  std::unique_ptr<TopicStore> store_;
};

TEST_F(TopicStoreTest, KeepsRecordsWhole) {
  Open();
  const TopicRecordView record{.timestamp_ms = -5,
                               .key = "k",
                               .value = std::nullopt,
                               .headers = {{"h", "1"}, {"n", std::nullopt}}};
  Append("t", {record, {.value = ""}}, {.partition = 2});
  for (int round = 0; round < 2; ++round) {
    const auto chunk = store_->Read("t", 2, 0, {});
    ASSERT_TRUE(chunk.has_value());
    ASSERT_EQ(chunk->records.size(), 2u);
    TopicRecordView expected = record;
    expected.offset = 0;
    EXPECT_EQ(chunk->records[0], expected);
    EXPECT_EQ(chunk->records[1].timestamp_ms, 1'700'000'000'000);
    EXPECT_EQ(chunk->records[1].value, "");
    EXPECT_EQ(chunk->records[1].key, std::nullopt);
    EXPECT_EQ(chunk->next_offset, 2);
    Open();
  }
  const PartitionOffsets offsets = *store_->Offsets("t", 2);
  EXPECT_EQ(offsets.earliest, 0);
  EXPECT_EQ(offsets.end, 2);
  EXPECT_EQ(offsets.durable, 2);
}

TEST_F(TopicStoreTest, TopicsComeIntoBeingOnce) {
  Open();
  EXPECT_TRUE(store_->ListTopics().empty());
  EXPECT_EQ(store_->EnsureTopic("b", 2)->partitions, 2);
  EXPECT_EQ(store_->EnsureTopic("b", 7)->partitions, 2);
  Append("a", {{.value = "x"}});
  Open();
  const auto topics = store_->ListTopics();
  ASSERT_EQ(topics.size(), 2u);
  EXPECT_EQ(topics[0].name, "a");
  EXPECT_EQ(topics[0].partitions, 4);
  EXPECT_NE(topics[0].id, topics[1].id);
  EXPECT_FALSE(store_->FindTopic("c").has_value());
  EXPECT_EQ(store_->EnsureTopic("../etc").error().code, "MR0807");
  EXPECT_EQ(store_->EnsureTopic("c", -1).error().code, "MR0807");
  EXPECT_EQ(store_->Read("c", 0, 0, {}).error().code, "MR0807");
  EXPECT_EQ(store_->Read("a", 4, 0, {}).error().code, "MR0807");
  EXPECT_EQ(store_->Read("a", 0, 9, {}).error().code, "MR0806");
  EXPECT_EQ(store_->Append("a", {}, {.partition = 4}, nullptr).error().code, "MR0807");
}

TEST_F(TopicStoreTest, ADeletedTopicStartsAgainAsAnother) {
  Open();
  Append("t", {{.value = "old"}}, {.partition = 0});
  const GroupOffset position{.topic = "t", .partition = 0, .offset = 1};
  ASSERT_TRUE(store_->CommitGroup("g", {&position, 1}));
  const std::string id = store_->FindTopic("t")->id;
  ASSERT_TRUE(store_->DeleteTopic("t"));
  EXPECT_FALSE(store_->FindTopic("t").has_value());
  EXPECT_EQ(store_->DeleteTopic("t").error().code, "MR0807");
  EXPECT_EQ(store_->CommittedOffset("g", "t", 0), std::nullopt);
  Append("t", {{.value = "new"}}, {.partition = 0});
  EXPECT_NE(store_->FindTopic("t")->id, id);
  Open();
  EXPECT_EQ(Texts("t", 0), std::vector<std::string>{"=new"});
}

TEST_F(TopicStoreTest, SpreadsByKeyElseBatchByBatch) {
  Open();
  std::vector<std::string> keys;
  for (int i = 0; i < 50; ++i) keys.push_back("key" + std::to_string(i));
  std::vector<TopicRecordView> records;
  for (const std::string& key : keys) records.push_back({.key = key, .value = "1"});
  const auto ranges = Append("t", records);
  EXPECT_EQ(ranges.size(), 4u);
  Append("t", records);
  for (int32_t p = 0; p < 4; ++p) {
    const auto texts = Texts("t", p);
    const size_t half = texts.size() / 2;
    EXPECT_GT(half, 5u);
    EXPECT_TRUE(std::equal(texts.begin(), texts.begin() + static_cast<long>(half),
                           texts.begin() + static_cast<long>(half), texts.end()));
  }
  std::set<int32_t> partitions;
  for (int i = 0; i < 4; ++i) {
    const auto range = Append("u", {{.value = "a"}, {.value = "b"}});
    ASSERT_EQ(range.size(), 1u);  // a batch stays together
    EXPECT_EQ(range[0].count, 2);
    partitions.insert(range[0].partition);
  }
  EXPECT_EQ(partitions.size(), 4u);
}

TEST_F(TopicStoreTest, OneCallbackForAllPartitions) {
  Open();
  std::vector<std::string> keys = {"a", "b", "c", "d", "e", "f", "g"};
  std::vector<TopicRecordView> records;
  for (const std::string& key : keys) records.push_back({.key = key});
  int called = 0;
  const auto count = [&](const Status& durable) { called += durable ? 1 : 100; };
  const auto ranges = store_->Append("t", records, {}, count);
  ASSERT_GT(ranges->size(), 1u);
  EXPECT_EQ(called, 0);
  EXPECT_GT(store_->statistics().unsynced_bytes, 0u);
  ASSERT_TRUE(store_->Sync());
  EXPECT_EQ(called, 1);
  EXPECT_EQ(store_->statistics().unsynced_bytes, 0u);
  ASSERT_TRUE(store_->Append("t", {}, {}, count));
  EXPECT_EQ(called, 2);
}

TEST_F(TopicStoreTest, IdempotencyKeysSurviveRestartsAndPowerLoss) {
  Open();
  const AppendOptions first{.identity = {.idempotency_key = "request-1"}};
  const auto ranges = Append("t", {{.value = "a"}, {.value = "b"}}, first);
  ASSERT_EQ(ranges.size(), 1u);
  EXPECT_FALSE(ranges[0].duplicate);
  int durable = 0;
  const auto repeat = [&] {
    const std::vector<TopicRecordView> records = {{.value = "a"}, {.value = "b"}};
    const auto again =
        store_->Append("t", records, first, [&](const Status& s) { durable += s ? 1 : 100; });
    EXPECT_TRUE(again->at(0).duplicate);
    EXPECT_EQ(again->at(0).partition, ranges[0].partition);
    EXPECT_EQ(again->at(0).first_offset, ranges[0].first_offset);
    EXPECT_EQ(again->at(0).count, 2);
  };
  repeat();
  EXPECT_EQ(durable, 0);  // the first is not durable either
  ASSERT_TRUE(store_->Sync());
  EXPECT_EQ(durable, 1);
  Open();  // with the snapshot of the clean end
  repeat();
  ASSERT_TRUE(store_->Sync());
  EXPECT_EQ(durable, 2);
  PowerOff();
  disk_.Crash(MakeRandom(1).get());
  ASSERT_TRUE(
      disk_.Remove("/data/local/topics/t/" + std::to_string(ranges[0].partition) + "/identities"));
  Open();
  repeat();  // from the records
  EXPECT_EQ(store_->statistics().duplicates, 1u);
  EXPECT_EQ(Texts("t", ranges[0].partition), (std::vector<std::string>{"=a", "=b"}));
  const std::string long_key(300, 'x');
  EXPECT_EQ(
      store_->Append("t", {}, {.identity = {.idempotency_key = long_key}}, nullptr).error().code,
      "MR0809");
  ASSERT_TRUE(store_->Sync());  // the callback of the last repeat refers to this function's locals
  EXPECT_EQ(durable, 3);
}

TEST_F(TopicStoreTest, ALostBatchIsNotTakenForADuplicate) {
  settings_.default_partitions = 1;
  settings_.log.segment_bytes = 300;  // snapshots now and then
  int lost = 0;
  for (uint64_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    store_.reset();
    ASSERT_TRUE(disk_.RemoveTree("/data"));
    Open();
    const auto random = MakeRandom(seed);
    std::vector<std::string> sent;
    const auto send = [&](const std::string& name) {
      const AppendOptions options{.identity = {.producer_id = 4,
                                               .sequence = static_cast<int64_t>(sent.size()),
                                               .idempotency_key = name}};
      const std::vector<TopicRecordView> records = {{.value = name}, {.value = "second"}};
      return store_->Append("t", records, options, nullptr)->at(0);
    };
    for (int i = 0; i < 20; ++i) {
      const std::string name = "request " + std::to_string(i);
      EXPECT_FALSE(send(name).duplicate);
      sent.push_back(name);
      if (random->Next() % 8 == 0) ASSERT_TRUE(store_->Sync());
    }
    PowerOff();
    disk_.Crash(random.get());
    Open();
    // The client repeats everything; what was lost comes back, the rest is there once.
    std::vector<std::string> expected;
    const std::vector<std::string> all = std::move(sent);
    sent.clear();
    for (const std::string& name : all) {
      if (!send(name).duplicate) ++lost;
      sent.push_back(name);
      expected.push_back("=" + name);
      expected.push_back("=second");
    }
    ASSERT_EQ(Texts("t", 0), expected);
  }
  EXPECT_GT(lost, 100);
}

TEST_F(TopicStoreTest, GroupsAndTimes) {
  Open();
  for (int64_t i = 0; i < 10; ++i) {
    Append("t", {{.timestamp_ms = i * 100, .value = "x"}}, {.partition = 0});
  }
  EXPECT_EQ(*store_->OffsetForTime("t", 0, 250), 3);
  EXPECT_EQ(*store_->OffsetForTime("t", 0, 901), std::nullopt);
  EXPECT_EQ(*store_->OffsetForTime("t", 1, 0), std::nullopt);
  const std::vector<GroupOffset> offsets = {{.topic = "t", .partition = 0, .offset = 4},
                                            {.topic = "t", .partition = 3, .offset = 0}};
  ASSERT_TRUE(store_->CommitGroup("a group", offsets));
  const GroupOffset later{.topic = "t", .partition = 1, .offset = 6};
  store_->CommitGroupLater("a group", {&later, 1});
  EXPECT_EQ(store_->CommittedOffset("a group", "t", 1), 6);
  Open();
  EXPECT_EQ(store_->CommittedOffset("a group", "t", 0), 4);
  EXPECT_EQ(store_->CommittedOffset("a group", "t", 1), 6);
  EXPECT_EQ(store_->CommittedOffset("a group", "t", 2), std::nullopt);
  EXPECT_EQ(store_->CommittedOffset("b", "t", 0), std::nullopt);
}

TEST_F(TopicStoreTest, OneProcessPerDirectory) {
  Open();
  const auto second = TopicStore::Open(&disk_, &clock_, "/data/local", settings_);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, "MR0803");
}

TEST_F(TopicStoreTest, RefusesWhatIsNotAStore) {
  Open();
  Append("t", {{.value = "x"}});
  store_.reset();
  const std::string manifest = *disk_.ReadAll("/data/local/topics.manifest");
  ASSERT_TRUE(disk_.Remove("/data/local/topics.manifest"));
  EXPECT_EQ(TopicStore::Open(&disk_, &clock_, "/data/local", settings_).error().code, "MR0805");
  ASSERT_TRUE(disk_.WriteAtomic("/data/local/topics.manifest", manifest.substr(1)));
  EXPECT_EQ(TopicStore::Open(&disk_, &clock_, "/data/local", settings_).error().code, "MR0805");
  ASSERT_TRUE(disk_.WriteAtomic("/data/local/topics.manifest", manifest));
  ASSERT_TRUE(disk_.RemoveTree("/data/local/topics/t/1"));
  EXPECT_EQ(TopicStore::Open(&disk_, &clock_, "/data/local", settings_).error().code, "MR0805");
}

TEST_F(TopicStoreTest, AFullDiskIsSaidAndPasses) {
  Open();
  Append("t", {{.value = "before"}}, {.partition = 0});
  disk_.SetCapacity(500);
  const std::string large(1000, 'x');
  const std::vector<TopicRecordView> records = {{.value = large}};
  const auto full = store_->Append("t", records, {.partition = 0}, nullptr);
  ASSERT_FALSE(full.has_value());
  EXPECT_EQ(full.error().code, "MR0802");
  EXPECT_TRUE(store_->status().has_value());
  EXPECT_EQ(Texts("t", 0).size(), 1u);
  disk_.SetCapacity(UINT64_MAX);
  Append("t", records, {.partition = 0});
  EXPECT_EQ(Texts("t", 0).size(), 2u);
}

TEST_F(TopicStoreTest, ListenersAreCalledUntilRemoved) {
  Open();
  Append("t", {{.value = "x"}});
  int called = 0;
  const uint64_t id = *store_->AddListener("t", [&] { ++called; });
  Append("t", {{.value = "x"}});
  EXPECT_EQ(called, 1);
  store_->RemoveListener("t", id);
  Append("t", {{.value = "x"}});
  EXPECT_EQ(called, 1);
  EXPECT_EQ(store_->AddListener("u", [] {}).error().code, "MR0807");
}

TEST_F(TopicStoreTest, WithThreadsOnARealDisk) {
  char path[] = "/tmp/millrace-topics-XXXXXX";
  ASSERT_NE(mkdtemp(path), nullptr);
  const auto disk = MakeRealDisk();
  const auto clock = MakeSystemClock();
  settings_.sync_threads = 2;
  settings_.log.segment_bytes = 4000;
  std::atomic<int> durable = 0;
  constexpr int kThreads = 3;
  constexpr int kEach = 100;
  {
    auto store = TopicStore::Open(disk.get(), clock.get(), path, settings_);
    ASSERT_TRUE(store.has_value()) << store.error().ToString();
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < kEach; ++i) {
          const std::string key = std::to_string(t) + "/" + std::to_string(i);
          const std::vector<TopicRecordView> records = {{.key = key, .value = "some value"}};
          EXPECT_TRUE((*store)->Append("t", records, {}, [&](const Status& status) {
            if (status) ++durable;
          }));
        }
      });
    }
    threads.clear();
    ASSERT_TRUE((*store)->Sync());
    EXPECT_EQ(durable, kThreads * kEach);
    EXPECT_LT((*store)->statistics().syncs, static_cast<uint64_t>(kThreads * kEach));
  }
  auto store = TopicStore::Open(disk.get(), clock.get(), path, settings_);
  ASSERT_TRUE(store.has_value()) << store.error().ToString();
  int64_t records = 0;
  for (int32_t p = 0; p < 4; ++p) records += (*store)->Offsets("t", p)->end;
  EXPECT_EQ(records, kThreads * kEach);
  store->reset();
  EXPECT_TRUE(disk->RemoveTree(path));
}

}  // namespace
}  // namespace millrace
