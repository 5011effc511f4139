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
#include "state/deltas/net_changes.h"
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

/// A batch; no value: deleted.
void Write(DurableState* state, const StateMarker& marker,
           const std::map<std::string, std::optional<std::string>>& changes) {
  ASSERT_TRUE(state->Begin(marker));
  for (const auto& [key, value] : changes) {
    ASSERT_TRUE(value ? state->Put(key, *value) : state->Delete(key));
  }
  ASSERT_TRUE(state->Commit());
}

/// The deltas of an epoch by shard.
void WriteDeltas(DurableState* state, uint64_t epoch,
                 const std::vector<std::pair<int, std::string>>& deltas) {
  NetChanges changes;
  for (const auto& [shard, delta] : deltas) ASSERT_TRUE(changes.Add(delta, shard));
  ASSERT_TRUE(changes.WriteTo(state, {.epoch = epoch, .hash = 1, .manifest = "m"}));
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
  ASSERT_TRUE(state_->Begin({1, 77, "manifest 1"}));
  ASSERT_TRUE(state_->Put("a1", "x"));
  EXPECT_TRUE(Read(*state_, "a").empty());
  ASSERT_TRUE(state_->Put("a2", "y"));
  ASSERT_TRUE(state_->Commit());
  Write(state_.get(), {2, 78, "manifest 2"},
        {{"a1", std::nullopt}, {"a2", "z"}, {"b", std::string("\0\xff", 2)}});
  EXPECT_EQ(Read(*state_, "a"), (Contents{{"a2", "z"}}));
  ASSERT_TRUE(state_->Begin({3, 79, "never committed"}));
  ASSERT_TRUE(state_->Put("c", "never committed"));
  Reopen();
  ASSERT_TRUE(state_->marker());
  EXPECT_EQ(state_->marker()->epoch, 2u);
  EXPECT_EQ(state_->marker()->hash, 78u);
  EXPECT_EQ(state_->marker()->manifest, "manifest 2");
  EXPECT_EQ(Read(*state_, "b"), (Contents{{"b", std::string("\0\xff", 2)}}));
  EXPECT_EQ(Read(*state_, "c"), Contents{});
}

// More batches than the database has files: what came later counts.
TEST_P(DurableStateTest, BatchesCoverEachOther) {
  Contents expected;
  for (uint64_t epoch = 1; epoch <= 40; ++epoch) {
    std::map<std::string, std::optional<std::string>> changes;
    for (uint64_t i = 0; i < 20; ++i) {
      const std::string key = "k" + std::to_string(epoch * i % 50);
      changes[key] = std::to_string(epoch);
      expected[key] = std::to_string(epoch);
    }
    changes["k" + std::to_string(epoch % 7)] = std::nullopt;
    expected.erase("k" + std::to_string(epoch % 7));
    Write(state_.get(), {epoch, 1, "m"}, changes);
    if (epoch % 13 == 0) Reopen();
  }
  EXPECT_EQ(Read(*state_, "k"), expected);
}

TEST_P(DurableStateTest, ClearedItIsAsNew) {
  Write(state_.get(), {5, 1, "m"}, {{"a", "x"}});
  ASSERT_TRUE(state_->Begin({6, 1, "m"}));
  ASSERT_TRUE(state_->Put("never", "committed"));
  ASSERT_TRUE(state_->Clear());
  EXPECT_FALSE(state_->marker());
  EXPECT_TRUE(Read(*state_, "").empty());
  Write(state_.get(), {6, 1, "m"}, {{"b", "y"}});
  EXPECT_EQ(Read(*state_, "b"), (Contents{{"b", "y"}}));
  EXPECT_EQ(Read(*state_, "never"), Contents{});
}

TEST_P(DurableStateTest, APrefixOfTheGreatestBytesHasAnEnd) {
  Write(state_.get(), {1, 1, "m"},
        {{"\xff", "1"}, {"\xff\xff", "2"}, {"\xff\xff\x01", "3"}, {"\xfe", "4"}});
  EXPECT_EQ(Read(*state_, "\xff\xff").size(), 2u);
  EXPECT_EQ(Read(*state_, "\xff").size(), 3u);
}

TEST_P(DurableStateTest, RangesAreVisitedTogether) {
  Write(state_.get(), {.epoch = 1},
        {{"a1", "x"}, {"a2", "y"}, {"b1", "z"}, {"c1", "u"}, {"c2", "v"}, {"d", "w"}});
  Write(state_.get(), {.epoch = 2}, {{"a2", std::nullopt}, {"c1", "U"}, {"c3", "V"}});
  Reopen();
  const std::vector<std::string_view> prefixes = {"a", "b2", "c", "e"};
  std::vector<std::string> seen;
  ASSERT_TRUE(state_->VisitRanges(
      prefixes, [&](size_t index, std::string_view key, std::string_view value) {
        seen.push_back(std::to_string(index) + " " + std::string(key) + " " + std::string(value));
        return OkStatus();
      }));
  EXPECT_EQ(seen, (std::vector<std::string>{"0 a1 x", "2 c1 U", "2 c2 v", "2 c3 V"}));
}

TEST_P(DurableStateTest, SomeAreVisitedFromAPlace) {
  Write(state_.get(), {.epoch = 1},
        {{"a1", "1"}, {"b1", "2"}, {"b2", "3"}, {"b3", "4"}, {"b4", "5"}, {"c1", "6"}});
  const auto some = [this](std::string_view from, size_t count) {
    std::string seen;
    EXPECT_TRUE(state_->VisitSome("b", from, count, [&](std::string_view, std::string_view value) {
      seen += value;
      return OkStatus();
    }));
    return seen;
  };
  EXPECT_EQ(some("", 3), "234");
  EXPECT_EQ(some("b2", 2), "34");
  EXPECT_EQ(some(std::string_view("b2\0", 3), 9), "45");
  EXPECT_EQ(some("b5", 9), "");
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

// Keys of all lengths that begin alike, in groups, of shards and of nobody.
TEST(NetChangesTest, AreTheDeltasOneAfterTheOther) {
  MemoryState together(nullptr);
  Contents expected;
  NetChanges changes;
  std::vector<std::string> deltas(80);
  std::mt19937 random(5);
  for (size_t step = 0; step < deltas.size(); ++step) {
    const int shard = static_cast<int>(step % 2);
    DeltaWriter writer;
    for (const std::string table : {"left", "right", "cells"}) {
      const std::string id = random() % 2 == 0 ? "join" : "other";
      writer.Begin(id, table, /*merges=*/table == "cells");
      for (int i = 0; i < 60; ++i) {
        const std::string key = std::string(random() % 20, '\0') + std::to_string(random() % 90) +
                                std::string(random() % 3, '\xff');
        StateEntry entry{.operator_id = id, .table = table, .shard = shard, .key = key};
        const std::string value = std::to_string(step);
        entry.value = value;
        entry.deleted = random() % 4 == 0;
        entry.key_group = static_cast<int>(random() % 3) - 1;
        writer.Add(
            {.key = key, .value = value, .deleted = entry.deleted, .key_group = entry.key_group});
        if (entry.key_group < 0) entry.key_group = table == "cells" ? kShardEntry : kFreeEntry;
        std::string state_key;
        AppendStateKey(entry, &state_key);
        std::string buffer;
        expected.erase(state_key);
        if (!entry.deleted) expected[state_key] = StateValue(entry, &buffer);
      }
    }
    deltas[step] = writer.Take();
    ASSERT_TRUE(changes.Add(deltas[step], shard));
  }
  ASSERT_TRUE(changes.WriteTo(&together, {.epoch = 1}));
  EXPECT_GT(expected.size(), 1000);
  EXPECT_EQ(Read(together, ""), expected);
}

// DurableState takes a batch in order.
TEST(NetChangesTest, ComeInOrderAndOnce) {
  class Recorder final : public DurableState {
   public:
    std::optional<StateMarker> marker() const override { return std::nullopt; }
    Status Begin(const StateMarker&) override { return OkStatus(); }
    Status Put(std::string_view key, std::string_view) override { return Add(key); }
    Status Delete(std::string_view key) override { return Add(key); }
    Status Commit() override { return OkStatus(); }
    Status Clear() override { return OkStatus(); }
    Status Get(std::span<const std::string_view>,
               const std::function<Status(size_t, std::string_view)>&) const override {
      return OkStatus();
    }
    Status Visit(std::string_view, const Visitor&) const override { return OkStatus(); }
    Status Add(std::string_view key) {
      keys.emplace_back(key);
      return OkStatus();
    }
    std::vector<std::string> keys;
  };
  DeltaWriter writer;
  std::mt19937 random(7);
  for (const std::string id : {"b", "a", "aa"}) {
    writer.Begin(id, "table", true);
    for (int i = 0; i < 2000; ++i) {
      std::string key(random() % 24, 'x');
      for (size_t at = random() % 4; at < key.size(); at += 1 + random() % 9) {
        key[at] = static_cast<char>(random());
      }
      writer.Add({.key = key, .value = "v", .key_group = static_cast<int>(random() % 129) - 1});
    }
  }
  const std::string delta = writer.Take();
  NetChanges changes;
  ASSERT_TRUE(changes.Add(delta, 200));
  Recorder recorder;
  ASSERT_TRUE(changes.WriteTo(&recorder, {.epoch = 1}));
  EXPECT_GT(recorder.keys.size(), 3000u);
  for (size_t i = 1; i < recorder.keys.size(); ++i) {
    ASSERT_LT(recorder.keys[i - 1], recorder.keys[i]) << i;
  }
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
    std::vector<std::pair<int, std::string>> deltas;
    for (size_t shard = 0; shard < instances.all.size(); ++shard) {
      DeltaWriter writer;
      ASSERT_TRUE(writer.Collect("op", instances.all[shard]->store, epoch + 1));
      deltas.emplace_back(static_cast<int>(shard), writer.Take());
    }
    for (int shard = 0; leftovers != nullptr && shard < 4; ++shard) {
      deltas.emplace_back(shard, leftovers[shard].Take());
    }
    WriteDeltas(&state, ++epoch, deltas);
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
    std::vector<std::pair<int, std::string>> deltas;
    for (int shard = 0; shard < 2; ++shard) {
      DeltaWriter writer;
      ASSERT_TRUE(writer.Collect("op", two.all[static_cast<size_t>(shard)]->store, 1));
      deltas.emplace_back(shard, writer.Take());
    }
    WriteDeltas(&state, 1, deltas);
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
  ASSERT_TRUE(writer.Collect("sink", writer_store, 1));
  WriteDeltas(&state, 1, {{3, writer.Take()}});
  FreeTable taker;
  StateStore taker_store(true);
  taker_store.Register(&taker);
  StateStore* const stores[] = {nullptr, &taker_store};
  ASSERT_TRUE(RestoreOperator(state, {.id = "sink", .shards = stores}, true,
                              [](const StateEntry&) { ADD_FAILURE(); }));
  EXPECT_EQ(taker.entries_, (Contents{{"m1", "one"}, {"m2", "two"}}));
  taker.changes = {{"m1", std::nullopt}};
  ASSERT_TRUE(writer.Collect("sink", taker_store, 2));
  WriteDeltas(&state, 2, {{1, writer.Take()}});
  EXPECT_EQ(Read(state, StatePrefix("sink", "free")).size(), 1u);
}

}  // namespace
}  // namespace millrace
