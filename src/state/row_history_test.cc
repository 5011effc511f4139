// SPDX-License-Identifier: Apache-2.0
// RowHistory against a plain list of the rows that have not gone, through deltas and restarts.
#include "state/row_history.h"

#include <arrow/api.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <random>

namespace millrace {
namespace {

/// A history of BIGINT rows whose keys' values are its own part of them, and what deltas made.
class Store {
 public:
  explicit Store(bool short_lived = false) : short_lived_(short_lived) { Start(); }

  uint32_t Key(const std::string& name) {
    const uint32_t key = keys_->FindOrInsert(name, HashBytes(name));
    keys_->MarkDirty(key);
    return key;
  }
  size_t Insert(const std::string& name, int64_t time, int64_t value) {
    arrow::Int64Builder builder;
    EXPECT_TRUE(builder.Append(value).ok());
    const std::vector<std::shared_ptr<arrow::Array>> columns = {*builder.Finish()};
    std::vector<uint32_t> slots;
    rows_->Add(columns, std::vector<int32_t>{0}, &slots);
    return history_->Insert(Key(name), time, slots[0]);
  }
  void Trim(const std::string& name, size_t count) {
    history_->EncodeInserted();
    history_->TrimFront(Key(name), count);
  }
  void Drop(const std::string& name) {
    const uint32_t key = Key(name);
    history_->EncodeInserted();
    history_->Clear(key);
    keys_->Erase(key);
  }

  /// "time:value" in order.
  std::vector<std::string> Rows(const std::string& name) {
    std::vector<std::string> texts;
    const uint32_t key = keys_->Find(name, HashBytes(name));
    if (key == KeyTable::kNone) return texts;
    for (const HistoryEntry& entry : history_->entries_of(key)) {
      const auto value = rows_->Gather(0, std::vector<uint32_t>{entry.row});
      texts.push_back(std::to_string(entry.time) + ":" +
                      std::to_string(static_cast<const arrow::Int64Array&>(**value).Value(0)));
    }
    return texts;
  }

  /// How many entries the delta of the history had, deletes included.
  size_t Collect() {
    const size_t before = changes_;
    history_->EncodeInserted();
    Collect(*history_, &blocks_);
    const size_t blocks = changes_ - before;
    Collect(*keys_, &values_);
    return blocks;
  }

  /// Goes on from the deltas.
  void Restart() {
    Collect();
    std::map<std::string, std::string> whole;
    EXPECT_TRUE(history_->Snapshot([&](const StateChange& change) {
      whole[std::string(change.key)] = change.value;
      return OkStatus();
    }));
    EXPECT_EQ(whole.size(), blocks_.size());
    Start();
    for (const auto& [key, value] : values_) {
      EXPECT_TRUE(keys_->Apply({keys_->name(), key, value, false, 0}));
    }
    for (const auto& [key, value] : blocks_) {
      EXPECT_TRUE(history_->Apply({history_->name(), key, value, false, 0}));
    }
    EXPECT_TRUE(history_->Restored());
  }
  size_t stored_blocks() const { return blocks_.size(); }
  RowHistory& history() { return *history_; }

 private:
  void Start() {
    rows_ = std::make_unique<RowStore>(std::vector<DataType>{DataType::BigInt()});
    keys_ = std::make_unique<KeyTable>(
        "keys", true,
        KeyTable::Values{
            .write = [this](uint32_t key, std::string* out) { history_->WriteKey(key, out); },
            .read = [this](uint32_t key,
                           std::string_view bytes) { return history_->ReadKey(key, &bytes); },
            .clear = {}});
    history_ = std::make_unique<RowHistory>("frames", true, keys_.get(), rows_.get(), short_lived_);
  }
  void Collect(StateTable& table, std::map<std::string, std::string>* into) {
    EXPECT_TRUE(table.CollectDelta([&](const StateChange& change) {
      ++changes_;
      if (change.deleted) {
        EXPECT_EQ(into->erase(std::string(change.key)), 1u) << "nothing there to delete";
      } else {
        (*into)[std::string(change.key)] = change.value;
      }
      return OkStatus();
    }));
  }

  bool short_lived_;
  std::unique_ptr<RowStore> rows_;
  std::unique_ptr<KeyTable> keys_;
  std::unique_ptr<RowHistory> history_;
  std::map<std::string, std::string> values_;
  std::map<std::string, std::string> blocks_;
  size_t changes_ = 0;
};

std::string Text(const std::pair<int64_t, int64_t>& row) {
  return std::to_string(row.first) + ":" + std::to_string(row.second);
}

TEST(RowHistoryTest, SameAsAListThroughRestarts) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    std::mt19937_64 random(seed);
    Store store(/*short_lived=*/seed % 3 == 0);
    std::map<std::string, std::vector<std::pair<int64_t, int64_t>>> expected;
    int64_t oldest = 0;
    for (int64_t i = 0; i < 2000; ++i) {
      const std::string name = "k" + std::to_string(random() % 4);
      auto& list = expected[name];
      const uint64_t what = random() % 20;
      if (what == 0) {
        store.Restart();
      } else if (what <= 3) {
        store.Collect();
      } else if (what == 4 && random() % 8 == 0) {
        store.Drop(name);
        list.clear();
      } else if (what <= 9) {
        oldest = std::max(oldest, i - static_cast<int64_t>(random() % 60));
        const auto gone =
            std::ranges::count_if(list, [&](auto& row) { return row.first < oldest; });
        store.Trim(name, static_cast<size_t>(gone));
        list.erase(list.begin(), list.begin() + gone);
      } else {
        const int64_t time = std::max(oldest, i - static_cast<int64_t>(random() % 30));
        const auto place =
            std::ranges::upper_bound(list, time, {}, [](auto& r) { return r.first; });
        EXPECT_EQ(store.Insert(name, time, i), static_cast<size_t>(place - list.begin()));
        list.insert(place, {time, i});
      }
      std::vector<std::string> texts;
      for (const auto& row : list) texts.push_back(Text(row));
      ASSERT_EQ(store.Rows(name), texts) << "seed " << seed << " step " << i;
    }
  }
}

TEST(RowHistoryTest, ARowBeforeThoseThatAreGoneStays) {
  Store store;
  for (int64_t i = 0; i < 9; ++i) store.Insert("a", 100 + i, i);
  store.Collect();
  store.Trim("a", 2);  // 100 and 101 are still in a block
  store.Insert("a", 50, 9);
  store.Restart();
  EXPECT_EQ(store.Rows("a").size(), 8u);
  EXPECT_EQ(store.Rows("a")[0], "50:9");
  EXPECT_EQ(store.Rows("a")[1], "102:2");
}

TEST(RowHistoryTest, ABlockOfAKeyThatWentIsNotThatOfTheNextKey) {
  Store store;
  for (int64_t i = 0; i < 6; ++i) store.Insert("a", 100 + i, i);
  store.Drop("a");
  for (int64_t i = 0; i < 6; ++i) store.Insert("b", 200 + i, 10 + i);  // of the same slot
  store.Restart();
  EXPECT_TRUE(store.Rows("a").empty());
  EXPECT_EQ(store.Rows("b").size(), 6u);
  EXPECT_EQ(store.Rows("b")[0], "200:10");
}

TEST(RowHistoryTest, LastRowsNeedNoEntriesOfTheirOwn) {
  Store store;
  size_t entries = 0;
  for (int64_t i = 0; i < 100; ++i) {
    store.Insert("a", 0, i);
    if (i > 0) store.Trim("a", 1);
    entries += store.Collect();
  }
  EXPECT_EQ(entries, 0u);
  store.Restart();
  EXPECT_EQ(store.Rows("a"), std::vector<std::string>{"0:99"});
}

TEST(RowHistoryTest, RowsAreDeletedInBlocks) {
  Store store;
  size_t entries = 0;
  for (int64_t i = 0; i < 1000; ++i) {
    store.Insert("a", i, i);
    if (i >= 100) store.Trim("a", 1);
    entries += store.Collect();
  }
  EXPECT_LE(entries, 2u * 1000 / RowHistory::kBlockRows);
  EXPECT_LE(store.stored_blocks(), 100 / RowHistory::kBlockRows + 1);
  store.Restart();
  EXPECT_EQ(store.Rows("a").size(), 100u);
  EXPECT_EQ(store.Rows("a")[0], "900:900");
}

}  // namespace
}  // namespace millrace
