// SPDX-License-Identifier: Apache-2.0
// Rows that lie on the disk until their time comes: against a map, with epochs that are applied
// late, starts in between, and all that can leave leaving.
#include <arrow/api.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "state/deltas/net_changes.h"
#include "state/epoch_delta.h"
#include "state/memory_state.h"
#include "state/restore.h"
#include "state/time_table.h"

namespace millrace {
namespace {

struct TimedNumbers {
  TimedNumbers() {
    store.Register(&cells);
    store.Register(&times);
  }
  StateStore store{true};
  RowStore rows{{DataType::Int()}};
  CellTable cells{"cells", true};
  TimeTable times{"times", true, &rows, &cells};
};

class ColdTimeTableTest : public testing::Test {
 protected:
  void Start(bool restored) {
    numbers_ = std::make_unique<TimedNumbers>();
    StateStore* const store = &numbers_->store;
    const RestoredOperator op{.id = "op", .shards = {&store, 1}};
    ASSERT_TRUE(AttachCold(state_, op, restored));
    if (!restored) return;
    ASSERT_TRUE(RestoreOperator(state_, op, /*moved=*/false, [](const StateEntry&) {}));
    ASSERT_TRUE(numbers_->times.Fetch(kMinWatermark));
  }

  /// The next number, in a key group of its own choice.
  void Add(int64_t time) {
    const int group = static_cast<int>(random_() % kKeyGroups);
    arrow::Int32Builder builder;
    ASSERT_TRUE(builder.Append(next_).ok());
    std::vector<uint32_t> slots;
    const std::vector<std::shared_ptr<arrow::Array>> columns = {*builder.Finish()};
    const int32_t row = 0;
    numbers_->rows.Add(columns, std::span(&row, 1), &slots);
    numbers_->times.Add(time, slots[0], group);
    expected_[time].emplace_back(next_++, group);
  }

  std::vector<int32_t> NumbersOf(std::span<const uint32_t> slots) const {
    const auto column = numbers_->rows.Gather(0, slots);
    EXPECT_TRUE(column.has_value());
    const auto& values = static_cast<const arrow::Int32Array&>(**column);
    return {values.raw_values(), values.raw_values() + values.length()};
  }

  std::vector<int32_t> Expected(int64_t time, int group) const {
    std::vector<int32_t> numbers;
    for (const auto& [number, of] : expected_.at(time)) {
      if (group < 0 || of == group) numbers.push_back(number);
    }
    return numbers;
  }

  /// Takes what is there up to a time, time by time.
  void TakeTimes(int64_t until) {
    TimeTable& times = numbers_->times;
    while (!times.empty() && times.next() <= until) {
      ASSERT_TRUE(times.Fetch(until, 5));
      std::vector<int64_t> taken;
      times.ForEachTime([&](int64_t time, std::span<const uint32_t> rows) {
        if (time > until) return false;
        EXPECT_EQ(expected_.begin()->first, time);
        EXPECT_EQ(NumbersOf(rows), Expected(time, -1)) << "at " << time;
        expected_.erase(expected_.begin());
        taken.push_back(time);
        return true;
      });
      ASSERT_FALSE(taken.empty());
      for (const int64_t time : taken) times.Drop(time);
    }
    ASSERT_TRUE(expected_.empty() || expected_.begin()->first > until);
  }

  /// Takes the first time, one key group after the other.
  void TakeGroups() {
    if (expected_.empty()) return;
    const int64_t time = expected_.begin()->first;
    for (int group = 0; group < kKeyGroups; ++group) {
      const auto rows = numbers_->times.FetchGroup(time, group);
      ASSERT_TRUE(rows.has_value());
      ASSERT_EQ(NumbersOf(*rows), Expected(time, group)) << "at " << time;
      numbers_->times.DropGroup(time, group);
    }
    expected_.erase(expected_.begin());
  }

  void EndEpoch() {
    DeltaWriter writer;
    ASSERT_TRUE(writer.Collect("op", numbers_->store, ++epoch_));
    waiting_.push_back(writer.Take());
  }
  void Apply() {
    NetChanges changes;
    for (const std::string& delta : waiting_) ASSERT_TRUE(changes.Add(delta, 0));
    ASSERT_TRUE(changes.WriteTo(&state_, {.epoch = epoch_}));
    waiting_.clear();
    applied_ = epoch_;
  }

  std::mt19937_64 random_{5};
  MemoryState state_{nullptr};
  std::unique_ptr<TimedNumbers> numbers_;
  std::map<int64_t, std::vector<std::pair<int32_t, int>>> expected_;  // and their key groups
  int32_t next_ = 0;
  uint64_t epoch_ = 0;
  uint64_t applied_ = 0;
  std::vector<std::string> waiting_;
};

TEST_F(ColdTimeTableTest, RowsAreThereWhenTheirTimeComes) {
  Start(false);
  size_t fewest = SIZE_MAX;
  int64_t now = 0;
  for (int round = 0; round < 3000; ++round) {
    for (uint64_t i = random_() % 20; i > 0; --i) {
      Add(now + 1 + static_cast<int64_t>(random_() % (random_() % 2 == 0 ? 5 : 400)));
    }
    if (random_() % 3 == 0) EndEpoch();
    if (random_() % 5 == 0) Apply();
    if (random_() % 2 == 0) {
      numbers_->times.Shrink(applied_, random_() % 3 == 0 ? 0 : 2000);
      fewest = std::min(fewest, numbers_->times.entries());
    }
    if (random_() % 3 == 0) TakeTimes(now += static_cast<int64_t>(random_() % 12));
    if (random_() % 20 == 0) TakeGroups();
    if (!expected_.empty()) now = std::max(now, expected_.begin()->first - 10);
    if (round % 500 == 499) {  // a start: everything decided is applied first
      EndEpoch();
      Apply();
      Start(true);
    }
    if (HasFatalFailure() || HasNonfatalFailure()) FAIL() << "in round " << round;
  }
  EXPECT_EQ(fewest, 0u) << "rows leave memory";
  TakeTimes(kMaxWatermark - 1);
  EXPECT_EQ(numbers_->rows.rows(), 0u);
  EndEpoch();
  Apply();
  size_t left = 0;
  EXPECT_TRUE(VisitOperator(
      state_, "op", [&](const StateEntry& entry) { left += entry.table == "times" ? 1 : 0; }));
  EXPECT_EQ(left, 0u);
}

TEST_F(ColdTimeTableTest, TheLatestLeaveFirst) {
  Start(false);
  for (int64_t time = 1; time <= 100; ++time) Add(time);
  EndEpoch();
  numbers_->times.Shrink(applied_, 0);
  EXPECT_EQ(numbers_->times.entries(), 100u) << "they are not on the disk yet";
  Apply();
  const size_t all = numbers_->times.memory_bytes();
  numbers_->times.Shrink(applied_, all / 4);
  EXPECT_LE(numbers_->times.memory_bytes(), all);
  const size_t kept = numbers_->times.entries();
  EXPECT_GT(kept, 0u);
  EXPECT_LT(kept, 100u);
  size_t complete = 0;
  numbers_->times.ForEachTime([&](int64_t time, std::span<const uint32_t>) {
    EXPECT_EQ(time, static_cast<int64_t>(++complete));
    return true;
  });
  EXPECT_EQ(complete, kept);
}

}  // namespace
}  // namespace millrace
