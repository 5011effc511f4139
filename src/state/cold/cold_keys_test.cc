// SPDX-License-Identifier: Apache-2.0
// Keys whose values lie on the disk until they are asked for: against a map, with epochs that are
// applied late, deletions that are on their way, and starts in between.
#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "state/deltas/net_changes.h"
#include "state/epoch_delta.h"
#include "state/key_table.h"
#include "state/memory_state.h"

namespace millrace {
namespace {

/// An operator with a text per key.
struct Texts {
  explicit Texts(const DurableState* state, bool restored) {
    store.Register(&keys);
    keys.AttachCold(std::make_unique<ColdEntries>(state, "op", "keys"), restored);
  }
  StateStore store{true};
  std::map<uint32_t, std::string> values;
  KeyTable keys{"keys",
                true,
                {.write = [this](uint32_t slot, std::string* out) { *out += values[slot]; },
                 .read = [this](uint32_t slot, std::string_view bytes) -> Status {
                   EXPECT_FALSE(values.contains(slot)) << "read over a value in memory";
                   values[slot] = bytes;
                   return OkStatus();
                 },
                 .clear = [this](uint32_t slot) { values.erase(slot); },
                 .may_be_cold = true}};
};

EncodedKeys Encode(const std::vector<std::string>& texts) {
  EncodedKeys keys;
  keys.offsets.push_back(0);
  for (const std::string& text : texts) {
    keys.bytes += text;
    keys.offsets.push_back(static_cast<uint32_t>(keys.bytes.size()));
    keys.hashes.push_back(HashBytes(text));
  }
  return keys;
}

class ColdKeysTest : public testing::Test {
 protected:
  void Start(bool restored) { texts_ = std::make_unique<Texts>(&state_, restored); }

  /// A batch: half of the keys are read, some are set, some deleted.
  void RunBatch() {
    std::vector<std::string> batch;
    for (int i = 0; i < 20; ++i) batch.push_back("key " + std::to_string(random_() % kKeys));
    ASSERT_TRUE(texts_->keys.Load(Encode(batch)));
    for (const std::string& key : batch) {
      const uint64_t hash = HashBytes(key);
      const uint32_t slot = texts_->keys.Find(key, hash);
      const auto expected = expected_.find(key);
      ASSERT_EQ(slot != KeyTable::kNone, expected != expected_.end()) << key;
      if (slot != KeyTable::kNone) ASSERT_EQ(texts_->values[slot], expected->second) << key;
      switch (random_() % 4) {
        case 0: Set(key, hash); break;
        case 1: Delete(key, slot); break;
        default: break;
      }
    }
  }
  void Set(const std::string& key, uint64_t hash) {
    const uint32_t slot = texts_->keys.FindOrInsert(key, hash);
    texts_->values[slot] = expected_[key] = std::to_string(random_());
    texts_->keys.MarkDirty(slot);
  }
  void Delete(const std::string& key, uint32_t slot) {
    if (slot == KeyTable::kNone) return;
    texts_->keys.Erase(slot);
    texts_->values.erase(slot);
    expected_.erase(key);
  }

  void EndEpoch() {
    epoch_ += 1 + random_() % 3;  // numbers are left out
    DeltaWriter writer;
    ASSERT_TRUE(writer.Collect("op", texts_->store, epoch_));
    waiting_.emplace_back(epoch_, writer.Take());
  }
  /// Some of the epochs that wait, oldest first, together.
  void Apply(size_t count) {
    if (count == 0 || waiting_.empty()) return;
    NetChanges changes;
    std::vector<std::string> deltas;
    deltas.reserve(count);
    for (; count > 0 && !waiting_.empty(); --count, waiting_.pop_front()) {
      applied_ = waiting_.front().first;
      deltas.push_back(std::move(waiting_.front().second));
      ASSERT_TRUE(changes.Add(deltas.back(), 0));
    }
    ASSERT_TRUE(changes.WriteTo(&state_, {.epoch = applied_}));
  }

  static constexpr int kKeys = 300;
  std::mt19937_64 random_{11};
  MemoryState state_{nullptr};
  std::unique_ptr<Texts> texts_;
  std::map<std::string, std::string> expected_;
  uint64_t epoch_ = 0;
  uint64_t applied_ = 0;
  std::deque<std::pair<uint64_t, std::string>> waiting_;
};

TEST_F(ColdKeysTest, AreThereWhenTheyAreAskedFor) {
  Start(false);
  size_t fewest = kKeys;
  for (int round = 0; round < 6000; ++round) {
    RunBatch();
    if (HasFatalFailure()) FAIL() << "in round " << round;
    if (random_() % 3 == 0) EndEpoch();
    Apply(random_() % 10 == 0 ? random_() % 4 : 0);
    if (random_() % 4 == 0) {
      texts_->keys.Shrink(applied_, random_() % 3 == 0 ? 0 : 3000);
      fewest = std::min(fewest, texts_->keys.entries());
    }
    if (round % 1000 == 999) {  // a start: everything decided is applied first
      EndEpoch();
      Apply(waiting_.size());
      Start(true);
    }
  }
  EXPECT_LT(fewest, 30u) << "entries leave memory";
}

TEST_F(ColdKeysTest, StayUntilTheirEpochIsApplied) {
  Start(false);
  Set("a", HashBytes("a"));
  texts_->keys.Shrink(0, 0);
  EXPECT_EQ(texts_->keys.entries(), 1u) << "not collected";
  EndEpoch();
  texts_->keys.Shrink(0, 0);
  EXPECT_EQ(texts_->keys.entries(), 1u) << "not applied";
  Apply(1);
  EndEpoch();
  Apply(1);
  texts_->keys.Shrink(applied_, 0);
  EXPECT_EQ(texts_->keys.entries(), 0u);
  EXPECT_TRUE(texts_->values.empty());
  ASSERT_TRUE(texts_->keys.Load(Encode({"a", "b"})));
  EXPECT_EQ(texts_->keys.entries(), 1u);
}

}  // namespace
}  // namespace millrace
