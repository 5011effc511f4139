// SPDX-License-Identifier: Apache-2.0
// One suite over both implementations of DurableState, and restoring tables on any number of
// shards.
#include "state/durable_state.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <random>

#include "data/key_codec.h"
#include "state/cell_table.h"
#include "state/encoding.h"
#include "state/epoch_delta.h"
#include "state/key_table.h"
#include "state/memory_state.h"
#include "state/restore.h"
#include "state/rocksdb/rocks_state.h"

namespace millrace {
namespace {

using Contents = std::map<std::string, std::string>;

Contents Read(const DurableState& state, std::string_view prefix) {
  Contents contents;
  EXPECT_TRUE(state.Visit(prefix, [&](std::string_view key, std::string_view value) {
    contents.emplace(key, value);
    return OkStatus();
  }));
  return contents;
}

class DurableStateTest : public testing::TestWithParam<bool> {
 protected:
  DurableStateTest() : directory_(testing::TempDir() + "/millrace_durable_state") {
    std::filesystem::remove_all(directory_);
    Reopen();
  }
  ~DurableStateTest() override {
    state_.reset();
    std::filesystem::remove_all(directory_);
  }
  void Reopen() {
    state_.reset();
    if (!GetParam()) {
      state_ = std::make_unique<MemoryState>(&device_);
      return;
    }
    auto opened = OpenRocksState(directory_);
    ASSERT_TRUE(opened) << opened.error().ToString();
    state_ = *std::move(opened);
  }

  std::string directory_;
  MemoryStateDevice device_;
  std::unique_ptr<DurableState> state_;
};

TEST_P(DurableStateTest, AnEpochIsThereAsAWholeOrNotAtAll) {
  EXPECT_FALSE(state_->marker());
  state_->Put("a1", "x");
  state_->Put("a2", "y");
  EXPECT_TRUE(Read(*state_, "").empty());
  ASSERT_TRUE(state_->Commit({1, 77, "manifest 1"}));
  state_->Put("a2", "z");
  state_->Delete("a1");
  state_->Put("b", std::string("\0\xff", 2));
  ASSERT_TRUE(state_->Commit({2, 78, "manifest 2"}));
  EXPECT_EQ(Read(*state_, "a"), (Contents{{"a2", "z"}}));
  EXPECT_GT(state_->unflushed_bytes(), 0u);
  ASSERT_TRUE(state_->Flush());
  EXPECT_EQ(state_->unflushed_bytes(), 0u);
  Reopen();
  ASSERT_TRUE(state_->marker());
  EXPECT_EQ(state_->marker()->epoch, 2u);
  EXPECT_EQ(state_->marker()->hash, 78u);
  EXPECT_EQ(state_->marker()->manifest, "manifest 2");
  EXPECT_EQ(Read(*state_, "b"), (Contents{{"b", std::string("\0\xff", 2)}}));
}

TEST_P(DurableStateTest, ClearedItIsAsNew) {
  state_->Put("a", "x");
  ASSERT_TRUE(state_->Commit({5, 1, "m"}));
  ASSERT_TRUE(state_->Flush());
  state_->Put("never", "committed");
  ASSERT_TRUE(state_->Clear());
  EXPECT_FALSE(state_->marker());
  EXPECT_TRUE(Read(*state_, "").empty());
  state_->Put("b", "y");
  ASSERT_TRUE(state_->Commit({6, 1, "m"}));
  EXPECT_EQ(Read(*state_, "b"), (Contents{{"b", "y"}}));
  EXPECT_EQ(Read(*state_, "never"), Contents{});
}

TEST_P(DurableStateTest, APrefixOfTheGreatestBytesHasAnEnd) {
  state_->Put("\xff", "1");
  state_->Put("\xff\xff", "2");
  state_->Put("\xff\xff\x01", "3");
  state_->Put("\xfe", "4");
  ASSERT_TRUE(state_->Commit({1, 1, "m"}));
  EXPECT_EQ(Read(*state_, "\xff\xff").size(), 2u);
  EXPECT_EQ(Read(*state_, "\xff").size(), 3u);
}

INSTANTIATE_TEST_SUITE_P(Both, DurableStateTest, testing::Bool(),
                         [](const auto& info) { return info.param ? "RocksDb" : "Memory"; });

// The process died while the database was made for the first time.
TEST(RocksStateTest, AHalfMadeDatabaseIsNone) {
  const std::string directory = testing::TempDir() + "/millrace_half_made_state";
  std::filesystem::remove_all(directory);
  for (const char* left : {"000004.log", "MANIFEST-000001", "LOCK"}) {
    std::filesystem::create_directories(directory);
    std::ofstream(directory + "/" + left) << "something";
    const auto state = OpenRocksState(directory);
    ASSERT_TRUE(state) << state.error().ToString();
    EXPECT_FALSE((*state)->marker());
  }
  std::filesystem::remove_all(directory);
}

TEST(MemoryStateTest, ForgetsWhatWasNotFlushed) {
  MemoryStateDevice device;
  {
    MemoryState state(&device);
    state.Put("a", "1");
    ASSERT_TRUE(state.Commit({1, 1, "m"}));
    ASSERT_TRUE(state.Flush());
    state.Put("a", "2");
    ASSERT_TRUE(state.Commit({2, 1, "m"}));
  }
  const MemoryState state(&device);
  EXPECT_EQ(state.marker()->epoch, 1u);
  EXPECT_EQ(Read(state, "a"), (Contents{{"a", "1"}}));
}

TEST(EpochDeltaTest, NetChangesAreTheDeltasOneAfterTheOther) {
  MemoryState one_by_one(nullptr);
  MemoryState together(nullptr);
  std::vector<std::pair<int, std::string>> deltas;
  std::mt19937 random(5);
  for (int epoch = 0; epoch < 40; ++epoch) {
    for (int shard = 0; shard < 2; ++shard) {
      DeltaWriter writer;
      for (const std::string table : {"left", "right", "cells"}) {
        writer.Begin(random() % 2 == 0 ? "join" : "other", table, /*merges=*/table == "cells");
        for (int i = 0; i < 60; ++i) {
          const std::string key = std::to_string(random() % 900);
          const int group = random() % 3 == 0 ? -1 : static_cast<int>(random() % 3);
          writer.Add({.key = key,
                      .value = std::to_string(epoch),
                      .deleted = random() % 4 == 0,
                      .key_group = group});
        }
      }
      deltas.emplace_back(shard, writer.Take());
    }
  }
  NetChanges changes;
  for (const auto& [shard, delta] : deltas) {
    ASSERT_TRUE(ApplyDelta(delta, shard, &one_by_one));
    ASSERT_TRUE(changes.Add(delta, shard));
  }
  ASSERT_TRUE(one_by_one.Commit({.epoch = 1}));
  changes.PutInto(&together);
  ASSERT_TRUE(together.Commit({.epoch = 1}));
  EXPECT_GT(Read(one_by_one, "").size(), 1000);
  EXPECT_EQ(Read(together, ""), Read(one_by_one, ""));
}

TEST(EpochDeltaTest, EveryCutOfADeltaIsSeen) {
  DeltaWriter writer;
  writer.Begin("op", "table", false);
  writer.Add({"table", "key", "value", false, 9});
  writer.Add({"table", "gone", {}, true, 127});
  writer.Begin("op", "cells", true);
  writer.Add({"cells", "watermark", "12345678", false, -1});
  writer.Begin("op", "empty", false);
  const std::string delta = writer.Take();
  EXPECT_EQ(writer.Take(), "");
  std::vector<std::string> entries;
  ASSERT_TRUE(ReadDelta(delta, 3, [&](const StateEntry& entry) {
    entries.push_back(std::string(entry.table) + "/" + std::to_string(entry.key_group) + "/" +
                      std::string(entry.key) + (entry.deleted ? " deleted" : "") + "=" +
                      std::string(entry.value));
    EXPECT_EQ(entry.shard, 3);
    return OkStatus();
  }));
  EXPECT_EQ(entries, (std::vector<std::string>{"table/9/key=value", "table/127/gone deleted=",
                                               "cells/-1/watermark=12345678"}));
  size_t seen = 0;
  for (size_t size = 1; size < delta.size(); ++size) {
    seen += ReadDelta(std::string_view(delta).substr(0, size), 0,
                      [](const StateEntry&) { return OkStatus(); })
                ? 0
                : 1;
  }
  EXPECT_EQ(seen, delta.size() - 2) << "only the end of the first table is an end, too";
}

/// One operator on one shard: numbers by key and a watermark.
struct Instance {
  std::map<uint32_t, std::string> values;
  StateStore store{true};
  KeyTable keys{"keys",
                true,
                {.write = [this](uint32_t slot, std::string* out) { *out += values[slot]; },
                 .read = [this](uint32_t slot, std::string_view bytes) -> Status {
                   values[slot] = bytes;
                   return OkStatus();
                 },
                 .clear = [this](uint32_t slot) { values.erase(slot); }}};
  CellTable cells{"cells", true};

  Instance() {
    cells.Add("watermark", 0);
    cells.Add("sequence", 0, CellTable::Rule::kGreatest);
    store.Register(&keys);
    store.Register(&cells);
  }
  void Set(const std::string& key, std::string value) {
    const uint32_t slot = keys.FindOrInsert(key, HashBytes(key));
    values[slot] = std::move(value);
    keys.MarkDirty(slot);
  }
};

struct Instances {
  std::vector<std::unique_ptr<Instance>> all;
  std::vector<StateStore*> stores;
  explicit Instances(size_t shards, size_t active) : stores(shards, nullptr) {
    for (size_t i = 0; i < active; ++i) {
      all.push_back(std::make_unique<Instance>());
      stores[i] = &all.back()->store;
    }
  }
};

// 4 shards -> 2 -> 3, of which two are active -> 1: keys follow their groups, cells merge, and no
// cell of a shard that is gone is left behind.
TEST(RestoreTest, KeysFollowTheirGroupsToAnyNumberOfShards) {
  MemoryState state(nullptr);
  uint64_t epoch = 0;
  std::map<std::string, std::string> expected;
  const auto save = [&](Instances& instances, DeltaWriter* leftovers) {
    for (size_t shard = 0; shard < instances.all.size(); ++shard) {
      DeltaWriter writer;
      ASSERT_TRUE(writer.Collect("op", instances.all[shard]->store));
      ASSERT_TRUE(ApplyDelta(writer.Take(), static_cast<int>(shard), &state));
    }
    if (leftovers != nullptr) {
      for (int shard = 0; shard < 4; ++shard) {
        ASSERT_TRUE(ApplyDelta(leftovers[shard].Take(), shard, &state));
      }
    }
    ASSERT_TRUE(state.Commit({++epoch, 1, "m"}));
  };
  {
    Instances four(4, 4);
    for (int i = 0; i < 500; ++i) {
      const std::string key = "key " + std::to_string(i);
      expected[key] = std::to_string(i);
      const int shard = ShardOf(KeyGroupOf(HashBytes(key)), 4);
      four.all[static_cast<size_t>(shard)]->Set(key, expected[key]);
    }
    for (int shard = 0; shard < 4; ++shard) {
      four.all[static_cast<size_t>(shard)]->cells.Set(0, 100 + shard);
      four.all[static_cast<size_t>(shard)]->cells.Set(1, 10 * shard);
    }
    save(four, nullptr);
  }
  const std::pair<size_t, size_t> runs[] = {{2, 2}, {3, 2}, {1, 1}};
  for (const auto& [shards, active] : runs) {
    Instances instances(shards, active);
    DeltaWriter leftovers[4];
    ASSERT_TRUE(RestoreOperator(state, {.id = "op", .shards = instances.stores}, /*moved=*/true,
                                [&](const StateEntry& entry) {
                                  DeltaWriter& writer = leftovers[entry.shard];
                                  writer.Begin(entry.operator_id, entry.table, true);
                                  writer.Add({entry.table, entry.key, {}, true, -1});
                                }));
    std::map<std::string, std::string> found;
    for (size_t shard = 0; shard < active; ++shard) {
      Instance& instance = *instances.all[shard];
      EXPECT_EQ(instance.cells.get(0), 100) << "the least watermark of four";
      EXPECT_EQ(instance.cells.get(1), 30) << "the greatest counter of four";
      for (uint32_t slot = 0; slot < instance.keys.slot_limit(); ++slot) {
        const std::string key(instance.keys.key(slot));
        const auto owner =
            static_cast<size_t>(ShardOf(KeyGroupOf(HashBytes(key)), static_cast<int>(shards)));
        EXPECT_EQ(owner < active ? owner : 0, shard);
        found[key] = instance.values[slot];
      }
    }
    EXPECT_EQ(found, expected) << shards << " shards";
    save(instances, leftovers);
    size_t cells = 0;
    EXPECT_TRUE(state.Visit(StatePrefix("op", "cells"), [&](std::string_view, std::string_view) {
      ++cells;
      return OkStatus();
    }));
    EXPECT_EQ(cells, 2 * active) << "cells of shards that are gone are left";
  }
}

TEST(RestoreTest, WithoutAMoveEachShardHasItsOwnCells) {
  MemoryState state(nullptr);
  {
    Instances two(2, 2);
    two.all[0]->cells.Set(0, 5);
    two.all[1]->cells.Set(0, 9);
    for (int shard = 0; shard < 2; ++shard) {
      DeltaWriter writer;
      ASSERT_TRUE(writer.Collect("op", two.all[static_cast<size_t>(shard)]->store));
      ASSERT_TRUE(ApplyDelta(writer.Take(), shard, &state));
    }
    ASSERT_TRUE(state.Commit({1, 1, "m"}));
  }
  Instances two(2, 2);
  ASSERT_TRUE(RestoreOperator(state, {.id = "op", .shards = two.stores}, /*moved=*/false,
                              [](const StateEntry&) { ADD_FAILURE() << "nothing is left over"; }));
  EXPECT_EQ(two.all[0]->cells.get(0), 5);
  EXPECT_EQ(two.all[1]->cells.get(0), 9);
}

/// A table whose entries have keys of their own and belong to nobody in particular.
class FreeTable final : public StateTable {
 public:
  std::string_view name() const override { return "free"; }
  Status CollectDelta(const std::function<Status(const StateChange&)>& visit) override {
    for (const auto& [key, value] : changes) {
      TRY(visit({name(), key, value.value_or(""), !value.has_value(), -1}));
    }
    changes.clear();
    return OkStatus();
  }
  Status Snapshot(const std::function<Status(const StateChange&)>&) const override {
    return OkStatus();
  }
  Status Apply(const StateChange& change) override {
    entries_[std::string(change.key)] = change.value;
    return OkStatus();
  }
  size_t entries() const override { return entries_.size(); }
  size_t memory_bytes() const override { return 0; }

  std::map<std::string, std::optional<std::string>> changes;
  Contents entries_;
};

// What one shard wrote and another one, which took it over, deletes, is gone.
TEST(RestoreTest, FreeEntriesMoveAndCanBeDeletedByTheirTaker) {
  MemoryState state(nullptr);
  FreeTable writer_table;
  StateStore writer_store(true);
  writer_store.Register(&writer_table);
  writer_table.changes = {{"m1", "one"}, {"m2", "two"}};
  DeltaWriter writer;
  ASSERT_TRUE(writer.Collect("sink", writer_store));
  ASSERT_TRUE(ApplyDelta(writer.Take(), 3, &state));
  ASSERT_TRUE(state.Commit({1, 1, "m"}));
  FreeTable taker;
  StateStore taker_store(true);
  taker_store.Register(&taker);
  StateStore* const stores[] = {nullptr, &taker_store};
  ASSERT_TRUE(RestoreOperator(state, {.id = "sink", .shards = stores}, true,
                              [](const StateEntry&) { ADD_FAILURE(); }));
  EXPECT_EQ(taker.entries_, (Contents{{"m1", "one"}, {"m2", "two"}}));
  taker.changes = {{"m1", std::nullopt}};
  ASSERT_TRUE(writer.Collect("sink", taker_store));
  ASSERT_TRUE(ApplyDelta(writer.Take(), 1, &state));
  ASSERT_TRUE(state.Commit({2, 1, "m"}));
  EXPECT_EQ(Read(state, StatePrefix("sink", "free")).size(), 1u);
}

}  // namespace
}  // namespace millrace
