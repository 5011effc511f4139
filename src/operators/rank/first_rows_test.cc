// SPDX-License-Identifier: Apache-2.0
// Deduplication, Top-N of windows and the sort by time, cut in any way and interrupted, against
// what they mean: the rows that were on time, first or last, in order.
#include <gtest/gtest.h>

#include <map>

#include "plan/nodes/rank_nodes.h"
#include "support/operator_harness.h"

namespace millrace {
namespace {

constexpr int64_t kWindow = 1000;

Schema FirstRowsInputSchema() {
  const DataType time = DataType::Timestamp(3);
  return Schema({{"k", DataType::String()},
                 {"v", DataType::BigInt()},
                 {"ts", time.WithTimeAttribute(TimeAttribute::kRowtime)},
                 {"window_start", time},
                 {"window_end", time}});
}

Script RandomScript(uint64_t seed, size_t count) {
  std::mt19937_64 random(seed);
  Script script;
  int64_t now = 10'000;
  for (size_t i = 0; i < count; ++i) {
    now += static_cast<int64_t>(random() % 200);
    const int64_t reach = random() % 10 == 0 ? 3000 : 400;
    const int64_t time = now - static_cast<int64_t>(random() % static_cast<uint64_t>(reach));
    const int64_t start = time / kWindow * kWindow;
    const Cell key = random() % 9 == 0 ? kNullCell : Cell("k" + std::to_string(random() % 5));
    script.push_back(
        {.cells = {key, static_cast<int64_t>(random() % 7), time, start, start + kWindow}});
  }
  AssignWatermarks(&script, {2}, 300);
  return script;
}

std::string TextOf(const CellRow& row) {
  const Schema schema = FirstRowsInputSchema();
  return FormatRow(schema, BatchBuilder(schema).Row(row).Build(), 0);
}

std::string KeyOf(const ScriptRow& row) {
  return row.cells[0].is_null() ? "" : row.cells[0].text();
}

std::vector<std::string> TextsOf(const std::map<std::string, CellRow>& rows) {
  std::vector<std::string> texts;
  for (const auto& [key, row] : rows) texts.push_back(TextOf(row));
  return texts;
}

PlanNodePtr Deduplicate(bool keep_last, int64_t ttl_ms = 0) {
  DeduplicateNode::Fields fields{.keys = {0}, .time_column = 2, .keep_last = keep_last};
  fields.state_ttl_ms = ttl_ms;
  return std::make_shared<DeduplicateNode>(InputNode(FirstRowsInputSchema()), fields);
}

TEST(FirstRowsTest, TheFirstRowOfAKeyIsTheEarliestOnTime) {
  for (const uint64_t seed : {1, 2, 3}) {
    const Script script = RandomScript(seed, 120);
    std::map<std::string, CellRow> first;
    for (const ScriptRow& row : script) {
      const int64_t time = row.cells[2].integer();
      if (time < row.before) continue;
      const auto [place, is_new] = first.try_emplace(KeyOf(row), row.cells);
      if (!is_new && time < place->second[2].integer()) place->second = row.cells;
    }
    EXPECT_EQ(Sorted(RunEveryWay(Deduplicate(false), script)), Sorted(TextsOf(first)));
  }
}

/// Keys [begin, end), each with a row of this time.
Batch RowsOf(int begin, int end, int64_t time) {
  BatchBuilder builder(FirstRowsInputSchema());
  for (int i = begin; i < end; ++i) builder.Row({"k" + std::to_string(i), 1, time, 0, kWindow});
  return builder.Build();
}

TEST(FirstRowsTest, RowsThatMayBeFirstLieOnTheDiskUntilTheirTimeComes) {
  for (const uint64_t seed : {21, 22}) {
    const auto [fewest, most] = ExpectSameFromDisk(Deduplicate(false), RandomScript(seed, 600));
    EXPECT_EQ(fewest, 0u);
    EXPECT_GT(most, 5u);
  }
}

/// What is known of keys whose rows have left memory is given up; an earlier row is still first.
TEST(FirstRowsTest, AnEarlierRowIsFirstWhateverLiesOnTheDisk) {
  constexpr int kKeys = 20'000;
  for (const bool restarts : {false, true}) {
    OperatorHarness harness(Deduplicate(false));
    harness.UseDisk();
    harness.OnBatch(0, RowsOf(0, kKeys / 2, 50));
    harness.OnBatch(0, RowsOf(kKeys / 2, kKeys, 50));
    harness.LeaveMemory();
    if (restarts) harness.RestartFromDisk();
    harness.OnBatch(0, RowsOf(0, 200, 60));
    harness.OnBatch(0, RowsOf(100, 300, 40));
    harness.LeaveMemory();
    harness.OnWatermark(0, 45);
    EXPECT_EQ(harness.TakeRows().size(), 200u);
    harness.OnWatermark(0, 55);
    EXPECT_EQ(harness.TakeRows().size(), size_t{kKeys} - 200);
    harness.OnWatermark(0, 100);
    EXPECT_EQ(harness.TakeRows().size(), 0u);
  }
}

TEST(FirstRowsTest, KeysOnTheDiskExpire) {
  constexpr int kKeys = 600;
  OperatorHarness harness(Deduplicate(false, 1000));
  harness.UseDisk();
  harness.OnTime(5000);
  harness.OnBatch(0, RowsOf(0, kKeys, 10));
  harness.OnWatermark(0, 20);
  EXPECT_EQ(harness.TakeRows().size(), size_t{kKeys});
  harness.LeaveMemory();
  harness.OnTime(5500);
  harness.OnBatch(0, RowsOf(0, 100, 30));  // they have had their row, and come back into memory
  harness.OnWatermark(0, 40);
  EXPECT_EQ(harness.TakeRows().size(), 0u);
  harness.OnBatch(0, RowsOf(kKeys, kKeys + 1, 50));
  harness.OnWatermark(0, 60);
  EXPECT_EQ(harness.TakeRows().size(), 1u);
  harness.OnTime(6100);  // all but one are over, in memory and on the disk
  harness.OnBatch(0, RowsOf(0, kKeys + 1, 70));
  harness.OnWatermark(0, 80);
  EXPECT_EQ(harness.TakeRows().size(), size_t{kKeys});
  harness.LeaveMemory();
  for (int64_t now = 7200; now < 9000; now += 100) {
    harness.OnTime(now);
    harness.LeaveMemory();
  }
  EXPECT_LE(harness.entries_on_disk(), 5u) << "cells";
}

TEST(FirstRowsTest, LastRowsOnTheDiskExpire) {
  OperatorHarness harness(Deduplicate(true, 1000));
  harness.UseDisk();
  harness.OnTime(5000);
  harness.OnBatch(0, RowsOf(0, 300, 100));
  EXPECT_EQ(harness.TakeRows().size(), 300u);
  harness.LeaveMemory();
  harness.OnTime(5500);
  harness.OnBatch(0, RowsOf(0, 50, 10));  // older rows: only asked for
  harness.OnBatch(0, RowsOf(300, 301, 100));
  EXPECT_EQ(harness.TakeRows().size(), 1u);
  harness.OnTime(6100);
  harness.OnBatch(0, RowsOf(0, 301, 50));
  EXPECT_EQ(harness.TakeRows().size(), 300u) << "as if they had never been there";
  harness.LeaveMemory();
  for (int64_t now = 7200; now < 9000; now += 100) {
    harness.OnTime(now);
    harness.LeaveMemory();
  }
  EXPECT_LE(harness.entries_on_disk(), 5u) << "cells";
}

TEST(FirstRowsTest, TheLastRowOfAKeyIsTheLatest) {
  const Script script = RandomScript(4, 200);
  std::map<std::string, CellRow> last;
  for (const ScriptRow& row : script) {
    const auto [place, is_new] = last.try_emplace(KeyOf(row), row.cells);
    const bool replaces = row.cells[2].integer() >= place->second[2].integer();
    if (!is_new && replaces) place->second = row.cells;
  }
  std::map<std::string, int> counts;
  for (const std::string& change : RunEveryWay(Deduplicate(true), script)) {
    counts["+I" + change.substr(2)] += change[0] == '+' ? 1 : -1;
  }
  std::vector<std::string> left;
  for (const auto& [row, count] : counts) left.insert(left.end(), static_cast<size_t>(count), row);
  EXPECT_EQ(Sorted(left), Sorted(TextsOf(last)));
}

PlanNodePtr FirstOfWindows(std::vector<int> partition_keys = {0}) {
  WindowRankNode::Fields fields;
  fields.partition_keys = std::move(partition_keys);
  fields.window = {.start = 3, .end = 4};
  fields.order = {{1, true, false}};
  fields.range = {1, 2};
  return std::make_shared<WindowRankNode>(InputNode(FirstRowsInputSchema()), fields);
}

TEST(FirstRowsTest, AWindowSendsItsFirstRowsWhenItCloses) {
  const Script script = RandomScript(5, 300);
  std::map<std::string, std::vector<CellRow>> windows;
  for (const ScriptRow& row : script) {
    const int64_t end = row.cells[4].integer();
    if (end - 1 <= row.before) continue;
    auto& rows = windows[KeyOf(row) + std::to_string(end)];
    rows.push_back(row.cells);
    std::ranges::stable_sort(
        rows, [](const CellRow& a, const CellRow& b) { return a[1].integer() > b[1].integer(); });
    if (rows.size() > 2) rows.pop_back();
  }
  std::vector<std::string> expected;
  for (const auto& [window, rows] : windows) {
    for (const CellRow& row : rows) expected.push_back(TextOf(row));
  }
  const PlanNodePtr node = FirstOfWindows();
  EXPECT_EQ(Sorted(RunEveryWay(node, script)), Sorted(expected));
  OperatorHarness harness(node);
  const size_t empty = harness.state_entries();
  std::mt19937_64 random(1);
  harness.Feed(script, 0, script.size(), 0, random);
  harness.End();
  EXPECT_EQ(harness.state_entries(), empty);
}

TEST(FirstRowsTest, FirstRowsOfWindowsLieOnTheDiskUntilTheyAreAskedForOrTheWindowCloses) {
  for (const std::vector<int>& keys : {std::vector<int>{0}, std::vector<int>{}}) {
    const auto [fewest, most] =
        ExpectSameFromDisk(FirstOfWindows(keys), RandomScript(15, 700), /*in_order=*/false);
    EXPECT_EQ(fewest, 0u);
    EXPECT_GT(most, 1u);
  }
}

TEST(FirstRowsTest, AWindowOnTheDiskGoesOutInPartsAndIsGone) {
  for (const bool restarts : {false, true}) {
    OperatorHarness harness(FirstOfWindows());
    harness.UseDisk();
    for (const int64_t window : {0, 1, 2}) {
      BatchBuilder builder(FirstRowsInputSchema());
      const int64_t start = 10'000 + window * kWindow;
      for (int i = 0; i < 2400; ++i) {
        builder.Row({"k" + std::to_string(i % 800), i, start + 1, start, start + kWindow});
      }
      harness.OnBatch(0, builder.Build());
      harness.LeaveMemory();
    }
    EXPECT_GE(harness.entries_on_disk(), 3 * 1600u);
    if (restarts) harness.RestartFromDisk();
    EXPECT_TRUE(harness.op().Waiting().contains("1970-01-01 00:00:11")) << harness.op().Waiting();
    // One of the first window is displaced by a row that comes now.
    harness.OnBatch(0, BatchBuilder(FirstRowsInputSchema())
                           .Row({"k5", 9999, 10'500, 10'000, 10'000 + kWindow})
                           .Build());
    harness.OnWatermark(0, 10'998);
    EXPECT_EQ(harness.row_count(), 0u);
    harness.OnWatermark(0, 10'999);
    const std::vector<std::string> rows = harness.TakeRows();
    ASSERT_EQ(rows.size(), 1600u);
    const auto of_k5 = [&](int64_t value) {
      return std::ranges::count_if(rows, [value](const std::string& row) {
        return row.starts_with("+I[k5, " + std::to_string(value) + ",");
      });
    };
    EXPECT_EQ(of_k5(9999), 1);
    EXPECT_EQ(of_k5(1605), 1);
    EXPECT_EQ(of_k5(805), 0);
    EXPECT_EQ(harness.entries_in_memory(), 0u) << "the windows that are still open";
    harness.End();
    EXPECT_EQ(harness.TakeRows().size(), 3200u);
    harness.LeaveMemory();
    EXPECT_LE(harness.entries_on_disk(), 6u) << "cells";
  }
}

TEST(FirstRowsTest, RowsGoOutInOrderOfTime) {
  const PlanNodePtr node = std::make_shared<TemporalSortNode>(
      InputNode(FirstRowsInputSchema()), std::vector<SortKey>{{2, false, true}, {1, true, false}});
  const Script script = RandomScript(6, 300);
  std::map<std::string, const ScriptRow*> by_text;
  for (const ScriptRow& row : script) by_text[TextOf(row.cells)] = &row;
  std::pair<int64_t, int64_t> before{0, 0};
  size_t count = 0;
  for (const std::string& text : RunEveryWay(node, script)) {
    ASSERT_TRUE(by_text.contains(text));
    const CellRow& row = by_text[text]->cells;
    const std::pair<int64_t, int64_t> now{row[2].integer(), -row[1].integer()};
    EXPECT_LE(before, now);
    before = now;
    ++count;
  }
  EXPECT_GT(count, 250U);
  EXPECT_LE(count, script.size());
  const auto [fewest, most] = ExpectSameFromDisk(node, script);
  EXPECT_EQ(fewest, 0U);
  EXPECT_GT(most, 1U);
}

}  // namespace
}  // namespace millrace
