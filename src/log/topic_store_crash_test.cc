// SPDX-License-Identifier: Apache-2.0
// A store that loses power at any operation: topics, records and group offsets that were promised
// are there, and a client that repeats what it got no answer for ends with everything exactly once.
#include <gtest/gtest.h>

#include <map>

#include "env/simulated/clock.h"
#include "env/simulated/disk.h"
#include "log/topic_store.h"

namespace millrace {
namespace {

class StoreMachine {
 public:
  explicit StoreMachine(uint64_t seed) : random_(MakeRandom(seed)) {
    settings_.sync_threads = 0;
    settings_.default_partitions = 2;
    settings_.log.segment_bytes = 300 + Below(2000);
    PowerOn();
  }
  uint64_t Below(uint64_t limit) { return random_->Next() % limit; }
  bool is_on() const { return operations_left_ > 0; }
  void PlanPowerLoss(uint64_t operations) { operations_left_ = operations; }
  bool has_store() const { return store_ != nullptr; }

  void Open() {
    store_.reset();
    auto store = TopicStore::Open(&disk_, &clock_, "/data/local", settings_);
    if (!store) {
      ASSERT_FALSE(is_on()) << store.error().ToString();
      return;
    }
    store_ = *std::move(store);
    Check();
  }

  void Step() {
    clock_.AdvanceMillis(static_cast<int64_t>(Below(10)));
    switch (Below(12)) {
      case 0: CreateOrDelete(); break;
      case 1: Commit(); break;
      case 2:
      case 3: (void)store_->Sync(); break;
      case 4:
        if (Below(4) == 0) Open();
        break;
      default: Send();
    }
  }

  void LosePower() {
    operations_left_ = 0;
    store_.reset();
    disk_.SetFaults(nullptr);
    disk_.Crash(random_.get());
    operations_left_ = UINT64_MAX;
    PowerOn();
  }

  /// The client repeats all it ever sent; then every batch is there once.
  void RepeatAndCompare() {
    for (const std::string& name : sent_) ASSERT_TRUE(Append(name, nullptr).has_value());
    std::map<std::string, int> counts;
    ReadAll(&counts);
    for (const std::string& name : sent_) {
      ASSERT_EQ(counts[name], 1) << name;
      ASSERT_EQ(counts[name + "'"], 1) << name;
    }
    ASSERT_EQ(counts.size(), 2 * sent_.size());
  }
  size_t acknowledged() const { return acknowledged_.size(); }

 private:
  void PowerOn() {
    disk_.SetFaults([this](auto, const std::string&) -> Status {
      if (operations_left_ == 0) return ExternalError("MR0801", "the machine is off");
      if (operations_left_ != UINT64_MAX) --operations_left_;
      return OkStatus();
    });
  }

  Result<std::vector<AppendedRange>> Append(const std::string& name, DurableCallback callback) {
    const std::string second = name + "'";
    // One record by its key, one with the batch: two partitions as a rule.
    const std::vector<TopicRecordView> records = {{.key = name, .value = name}, {.value = second}};
    return store_->Append("events", records, {.identity = {.idempotency_key = name}},
                          std::move(callback));
  }

  void Send() {
    // Some are sent again although nobody asked.
    const bool again = !sent_.empty() && Below(5) == 0;
    if (!again) sent_.push_back("batch " + std::to_string(sent_.size()));
    const std::string name = again ? sent_[Below(sent_.size())] : sent_.back();
    (void)Append(name, [this, name](const Status& durable) {
      if (durable) acknowledged_[name] = true;
    });
  }

  void CreateOrDelete() {
    const std::string name = "topic" + std::to_string(Below(3));
    if (Below(3) > 0) {
      if (store_->EnsureTopic(name))
        topics_[name] = Fate::kThere;
      else if (topics_[name] == Fate::kGone)
        topics_[name] = Fate::kUnknown;
    } else if (store_->FindTopic(name)) {
      topics_[name] = store_->DeleteTopic(name) ? Fate::kGone : Fate::kUnknown;
    }
  }

  void Commit() {
    const GroupOffset offset{.topic = "events", .partition = 0, .offset = ++attempted_};
    if (store_->CommitGroup("g", {&offset, 1})) committed_ = attempted_;
  }

  void ReadAll(std::map<std::string, int>* counts) {
    if (!store_->FindTopic("events")) return;
    for (int32_t partition = 0; partition < 2; ++partition) {
      for (int64_t at = 0;;) {
        const auto chunk = store_->Read("events", partition, at, {});
        if (!chunk && !is_on()) return;
        ASSERT_TRUE(chunk.has_value()) << chunk.error().ToString();
        if (chunk->records.empty()) break;
        for (const auto& record : chunk->records) ++(*counts)[std::string(*record.value)];
        at = chunk->next_offset;
      }
    }
  }

  void Check() {
    for (auto& [name, fate] : topics_) {
      const bool there = store_->FindTopic(name).has_value();
      if (fate != Fate::kUnknown) {
        ASSERT_EQ(there, fate == Fate::kThere) << name;
      }
      fate = there ? Fate::kThere : Fate::kGone;
    }
    const int64_t committed = store_->CommittedOffset("g", "events", 0).value_or(0);
    ASSERT_GE(committed, committed_);
    ASSERT_LE(committed, attempted_);
    committed_ = committed;
    std::map<std::string, int> counts;
    ReadAll(&counts);
    if (!is_on()) return;
    for (const auto& [name, count] : counts) ASSERT_EQ(count, 1) << name;
    for (const auto& [name, acknowledged] : acknowledged_) {
      ASSERT_EQ(counts[name] + counts[name + "'"], 2) << name;
    }
  }

  enum class Fate { kGone, kThere, kUnknown };

  std::unique_ptr<Random> random_;
  SimulatedClock clock_;
  SimulatedDisk disk_{&clock_};
  TopicStoreSettings settings_;
  std::unique_ptr<TopicStore> store_;
  std::vector<std::string> sent_;
  std::map<std::string, bool> acknowledged_;
  std::map<std::string, Fate> topics_;
  int64_t attempted_ = 0;
  int64_t committed_ = 0;
  uint64_t operations_left_ = UINT64_MAX;
};

TEST(TopicStoreCrashTest, ManySeeds) {
  size_t acknowledged = 0;
  for (uint64_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    StoreMachine machine(seed);
    for (int life = 0; life < 5; ++life) {
      machine.PlanPowerLoss(1 + machine.Below(400));
      machine.Open();
      while (machine.is_on() && machine.has_store() && !testing::Test::HasFailure()) {
        machine.Step();
      }
      machine.LosePower();
    }
    machine.Open();
    ASSERT_FALSE(testing::Test::HasFailure());
    machine.RepeatAndCompare();
    ASSERT_FALSE(testing::Test::HasFailure());
    acknowledged += machine.acknowledged();
  }
  EXPECT_GT(acknowledged, 1000u);
}

}  // namespace
}  // namespace millrace
