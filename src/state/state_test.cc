// SPDX-License-Identifier: Apache-2.0
// Random operations on every state table: a copy to which the deltas are applied equals the
// original.
#include <arrow/api.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "state/cell_table.h"
#include "state/encoding.h"
#include "state/key_table.h"
#include "state/ordered_table.h"
#include "state/time_table.h"
#include "state/timer_queue.h"

namespace millrace {
namespace {

using Contents = std::map<std::string, std::string>;

Contents Read(const StateTable& table) {
  Contents contents;
  EXPECT_TRUE(table.Snapshot([&](const StateChange& change) {
    EXPECT_FALSE(change.deleted);
    EXPECT_EQ(change.table, table.name());
    EXPECT_LT(change.key_group, kKeyGroups);
    const std::string key = std::to_string(change.key_group) + " " + std::string(change.key);
    EXPECT_TRUE(contents.emplace(key, change.value).second) << "twice in a snapshot";
    return OkStatus();
  }));
  EXPECT_EQ(contents.size(), table.entries());
  return contents;
}

int GroupOf(std::string_view key) { return KeyGroupOf(HashBytes(key)); }

/// Contents of a table whose entries' keys are the keys themselves, as Read gives them.
Contents WithGroups(const Contents& values) {
  Contents contents;
  for (const auto& [key, value] : values) {
    contents.emplace(std::to_string(GroupOf(key)) + " " + key, value);
  }
  return contents;
}

/// Moves what changed into the copy; returns the number of changes.
size_t MoveDelta(StateTable* from, StateTable* to) {
  size_t changes = 0;
  EXPECT_TRUE(from->CollectDelta([&](const StateChange& change) {
    ++changes;
    return to->Apply(change);
  }));
  return changes;
}

/// A KeyTable whose value is one number.
struct Numbers {
  std::vector<int64_t> values;
  KeyTable table;
  explicit Numbers(bool track)
      : table("numbers", track,
              {.write = [this](uint32_t slot,
                               std::string* out) { *out += std::to_string(values[slot]); },
               .read = [this](uint32_t slot, std::string_view bytes) -> Status {
                 Set(slot, std::stoll(std::string(bytes)));
                 return OkStatus();
               },
               .clear = nullptr}) {}
  void Set(uint32_t slot, int64_t value) {
    values.resize(table.slot_limit());
    values[slot] = value;
  }
};

std::string RandomKey(std::mt19937_64& random) {
  const uint64_t key = random() % 200;
  return key % 3 == 0 ? "a rather long key, beyond the inline bytes " + std::to_string(key)
                      : "k" + std::to_string(key);
}

TEST(KeyTableTest, DeltasRebuildIt) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    std::mt19937_64 random(seed);
    Numbers numbers(true);
    Numbers copy(true);
    Contents expected;
    for (int step = 0; step < 3000; ++step) {
      const std::string key = RandomKey(random);
      const uint64_t hash = HashBytes(key);
      const uint32_t found = numbers.table.Find(key, hash);
      ASSERT_EQ(found != KeyTable::kNone, expected.contains(key)) << "seed " << seed;
      if (found != KeyTable::kNone && random() % 3 == 0) {
        numbers.table.Erase(found);
        expected.erase(key);
      } else {
        const uint32_t slot = numbers.table.FindOrInsert(key, hash);
        numbers.Set(slot, step);
        numbers.table.MarkDirty(slot);
        expected[key] = std::to_string(step);
      }
      if (random() % 100 == 0) MoveDelta(&numbers.table, &copy.table);
    }
    MoveDelta(&numbers.table, &copy.table);
    EXPECT_EQ(Read(numbers.table), WithGroups(expected)) << "seed " << seed;
    EXPECT_EQ(Read(copy.table), WithGroups(expected)) << "seed " << seed;
    EXPECT_EQ(MoveDelta(&numbers.table, &copy.table), 0u);
  }
}

TEST(KeyTableTest, FindsManyKeysOfABatch) {
  EncodedKeys keys;
  keys.offsets.push_back(0);
  for (int i = 0; i < 20000; ++i) {
    keys.bytes += std::to_string(i % 5000);
    keys.offsets.push_back(static_cast<uint32_t>(keys.bytes.size()));
    keys.hashes.push_back(HashBytes(std::to_string(i % 5000)));
  }
  KeyTable table("t", false);
  std::vector<uint32_t> slots;
  table.FindOrInsert(keys, &slots);
  EXPECT_EQ(table.entries(), 5000u);
  for (size_t i = 0; i < slots.size(); ++i) {
    ASSERT_EQ(slots[i], slots[i % 5000]);
    ASSERT_EQ(table.key(slots[i]), keys.key(i));
  }
}

TEST(KeyTableTest, OnlyChangedKeysAreInADelta) {
  Numbers numbers(true);
  Numbers copy(false);
  for (int i = 0; i < 1000; ++i) {
    const std::string key = std::to_string(i);
    const uint32_t slot = numbers.table.FindOrInsert(key, HashBytes(key));
    numbers.Set(slot, i);
    numbers.table.MarkDirty(slot);
  }
  EXPECT_EQ(MoveDelta(&numbers.table, &copy.table), 1000u);
  numbers.Set(7, 8);
  numbers.table.MarkDirty(7);
  numbers.table.MarkDirty(7);
  EXPECT_EQ(MoveDelta(&numbers.table, &copy.table), 1u);
}

struct Rows {
  KeyTable keys{"keys", false};
  RowStore rows{
      {DataType::BigInt(), DataType::String(), DataType::Boolean(), DataType::Decimal(20, 2)}};
  OrderedTable table;
  explicit Rows(bool track) : table("rows", track, &keys, &rows) {}

  void Insert(const std::string& key, int64_t time, uint64_t sequence, std::mt19937_64& random) {
    arrow::Int64Builder number;
    arrow::StringBuilder text;
    arrow::BooleanBuilder flag;
    arrow::Decimal128Builder decimal(arrow::decimal128(20, 2));
    const bool null = random() % 5 == 0;
    ASSERT_TRUE((null ? number.AppendNull() : number.Append(static_cast<int64_t>(random()))).ok());
    ASSERT_TRUE(
        (random() % 5 == 0 ? text.AppendNull() : text.Append(std::string(random() % 40, 'x')))
            .ok());
    ASSERT_TRUE((random() % 5 == 0 ? flag.AppendNull() : flag.Append(random() % 2 == 0)).ok());
    ASSERT_TRUE((null ? decimal.AppendNull() : decimal.Append(arrow::Decimal128(time))).ok());
    const std::vector<std::shared_ptr<arrow::Array>> columns = {*number.Finish(), *text.Finish(),
                                                                *flag.Finish(), *decimal.Finish()};
    std::vector<uint32_t> slots;
    const int32_t row = 0;
    rows.Add(columns, std::span(&row, 1), &slots);
    table.Insert(keys.FindOrInsert(key, HashBytes(key)), {time, sequence, slots[0]});
  }
};

TEST(OrderedTableTest, DeltasRebuildIt) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    std::mt19937_64 random(seed);
    Rows original(true);
    Rows copy(true);
    for (uint64_t step = 0; step < 2000; ++step) {
      const std::string key = "k" + std::to_string(random() % 5);
      const uint32_t slot = original.keys.Find(key, HashBytes(key));
      if (slot != KeyTable::kNone && random() % 4 == 0) {
        original.table.TrimFront(slot, random() % (original.table.entries_of(slot).size() + 1));
      } else {
        original.Insert(key, static_cast<int64_t>(step / 10 + random() % 50) - 30, step, random);
      }
      if (random() % 50 == 0) MoveDelta(&original.table, &copy.table);
    }
    MoveDelta(&original.table, &copy.table);
    EXPECT_EQ(Read(original.table), Read(copy.table)) << "seed " << seed;
    EXPECT_EQ(original.rows.rows(), original.table.entries());
    EXPECT_EQ(copy.rows.rows(), copy.table.entries());
    for (uint32_t key = 0; key < original.keys.slot_limit(); ++key) {
      const auto entries = original.table.entries_of(key);
      EXPECT_TRUE(std::is_sorted(entries.begin(), entries.end()));
    }
    EXPECT_EQ(MoveDelta(&original.table, &copy.table), 0u);
  }
}

TEST(OrderedTableTest, AShortLivedEntryLeavesNoTrace) {
  std::mt19937_64 random(1);
  Rows original(true);
  Rows copy(true);
  original.Insert("a", 1, 0, random);
  original.table.TrimFront(0, 1);
  EXPECT_EQ(MoveDelta(&original.table, &copy.table), 0u);
}

TEST(TimerQueueTest, DeltasRebuildItAndPopIsInOrder) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    std::mt19937_64 random(seed);
    TimerQueue timers("timers", true);
    TimerQueue copy("timers", true);
    std::set<std::pair<EventTime, std::string>> expected;
    EventTime now = -100;
    for (int step = 0; step < 1000; ++step) {
      const EventTime time = now + static_cast<EventTime>(random() % 60);
      const std::string payload = std::to_string(random() % 7);
      if (random() % 5 == 0) {
        timers.Remove(time, payload, GroupOf(payload));
        expected.erase({time, payload});
      } else {
        timers.Add(time, payload, GroupOf(payload));
        expected.emplace(time, payload);
      }
      if (random() % 20 == 0) {
        now += 10;
        EventTime popped = 0;
        std::string text;
        while (timers.Pop(now, &popped, &text)) {
          ASSERT_EQ(std::pair(popped, text), *expected.begin());
          expected.erase(expected.begin());
        }
        ASSERT_TRUE(expected.empty() || expected.begin()->first > now);
        ASSERT_EQ(timers.next(), expected.empty() ? kMaxWatermark : expected.begin()->first);
      }
      if (random() % 30 == 0) MoveDelta(&timers, &copy);
    }
    MoveDelta(&timers, &copy);
    EXPECT_EQ(Read(timers), Read(copy));
    EXPECT_EQ(timers.entries(), expected.size());
  }
}

TEST(TimeTableTest, DeltasRebuildIt) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    std::mt19937_64 random(seed);
    RowStore rows({DataType::Int()});
    RowStore copied_rows({DataType::Int()});
    TimeTable table("times", true, &rows);
    TimeTable copy("times", true, &copied_rows);
    std::map<int64_t, std::vector<int32_t>> expected;
    for (int32_t step = 0; step < 1000; ++step) {
      arrow::Int32Builder number;
      ASSERT_TRUE(number.Append(step).ok());
      std::vector<uint32_t> slots;
      const std::vector<std::shared_ptr<arrow::Array>> columns = {*number.Finish()};
      const int32_t row = 0;
      rows.Add(columns, std::span(&row, 1), &slots);
      const int64_t time = step / 10 + static_cast<int64_t>(random() % 20);
      table.Add(time, slots[0], step % kKeyGroups);
      expected[time].push_back(step);
      if (random() % 12 == 0) {
        ASSERT_EQ(table.next(), expected.begin()->first);
        table.Drop(table.next());
        expected.erase(expected.begin());
      }
      if (random() % 30 == 0) MoveDelta(&table, &copy);
    }
    MoveDelta(&table, &copy);
    EXPECT_EQ(Read(table), Read(copy)) << "seed " << seed;
    EXPECT_EQ(rows.rows(), table.entries());
    EXPECT_EQ(copied_rows.rows(), copy.entries());
    for (const auto& [time, values] : expected) {
      const auto array = copied_rows.Gather(0, copy.rows_at(time));
      ASSERT_TRUE(array.has_value());
      const auto& numbers = static_cast<const arrow::Int32Array&>(**array);
      ASSERT_EQ(std::vector<int32_t>(numbers.raw_values(), numbers.raw_values() + numbers.length()),
                values);
    }
  }
}

TEST(CellTableTest, KeepsItsCells) {
  CellTable cells("cells", true);
  CellTable copy("cells", true);
  cells.Add("watermark", kMinWatermark);
  const size_t sequence = cells.Add("sequence", 0);
  copy.Add("watermark", kMinWatermark);
  copy.Add("sequence", 0);
  EXPECT_EQ(MoveDelta(&cells, &copy), 2u) << "the first delta has all cells";
  EXPECT_EQ(MoveDelta(&cells, &copy), 0u);
  cells.Set(sequence, -5);
  EXPECT_EQ(MoveDelta(&cells, &copy), 1u);
  EXPECT_EQ(copy.get(sequence), -5);
  EXPECT_EQ(copy.get(0), kMinWatermark);
}

TEST(CellTableTest, CellsOfSeveralShardsMakeOne) {
  CellTable one("cells", true);
  CellTable two("cells", true);
  CellTable both("cells", true);
  for (CellTable* cells : {&one, &two, &both}) {
    cells->Add("watermark", kMinWatermark);
    cells->Add("sequence", 0, CellTable::Rule::kGreatest);
  }
  one.Set(0, 100);
  one.Set(1, 7);
  two.Set(1, 9);
  MoveDelta(&one, &both);
  EXPECT_TRUE(two.CollectDelta([&](const StateChange& change) { return both.Merge(change); }));
  EXPECT_EQ(both.get(0), kMinWatermark) << "the other shard's watermark has not moved yet";
  EXPECT_EQ(both.get(1), 9);
}

// Arrival numbers are given per shard, so rows of two shards may have the same.
TEST(TimeTableTest, RowsOfTwoShardsWithEqualNumbersStayTwo) {
  RowStore rows({DataType::Int()});
  TimeTable table("times", true, &rows);
  std::string key;
  PutOrdered(5, &key);
  PutOrdered(0, &key);
  const std::string value(5, '\0');
  EXPECT_TRUE(table.Apply({"times", key, value, false, 70}));
  EXPECT_TRUE(table.Apply({"times", key, value, false, 3}));
  EXPECT_EQ(table.rows_at(5).size(), 2u);
  EXPECT_TRUE(table.Apply({"times", key, {}, true, 70}));
  EXPECT_EQ(table.rows_at(5).size(), 1u);
}

}  // namespace
}  // namespace millrace
