// SPDX-License-Identifier: Apache-2.0
// Group windows that send their results early or late: when, and that the last result is right.
#include <gtest/gtest.h>

#include <map>

#include "plan/nodes/aggregate_nodes.h"
#include "support/operator_harness.h"

namespace millrace {
namespace {

using EmittedRows = std::vector<std::string>;
constexpr int64_t kEmittedSize = 10;

Schema EmittedInputSchema() {
  return Schema({{"k", DataType::String()},
                 {"v", DataType::BigInt()},
                 {"ws", DataType::Timestamp(3)},
                 {"we", DataType::Timestamp(3)},
                 {"ts", DataType::Timestamp(3).WithTimeAttribute(TimeAttribute::kRowtime)}});
}

struct Triggers {
  std::optional<int64_t> early_ms = std::nullopt;
  std::optional<int64_t> late_ms = std::nullopt;
  int64_t lateness_ms = 0;
};

PlanNodePtr EmittingNode(Triggers triggers, bool retracts = false) {
  const Schema input = EmittedInputSchema();
  std::vector<AggregateCall> calls = {MakeCall(input, "SUM", {1}, "s", retracts)};
  WindowEmission emission{
      .early_delay_ms = triggers.early_ms,
      .late_delay_ms = triggers.late_ms,
      .lateness_ms = triggers.lateness_ms,
      .window = {.kind = WindowKind::kTumble, .size = kEmittedSize, .slide = kEmittedSize},
      .time_column = 4,
      .start_key = 1,
      .end_key = 2};
  Schema schema;
  for (const size_t key : {0u, 2u, 3u}) schema.Append(input[key]);
  schema.Append(calls[0].output);
  return std::make_shared<GroupAggregateNode>(
      InputNode(input),
      GroupAggregateNode::Fields{.keys = {0, 2, 3}, .calls = calls, .emission = emission}, schema);
}

CellRow RowAt(const std::string& key, int64_t value, int64_t time) {
  const int64_t start = time / kEmittedSize * kEmittedSize;
  return {key, value, start, start + kEmittedSize, time};
}

/// `+I[a, .00, .01, 3]` of the window that begins 0 ms after the epoch.
std::string EmittedChange(std::string_view kind, const std::string& key, int64_t start,
                          int64_t sum) {
  const Schema schema({{"k", DataType::String()},
                       {"ws", DataType::Timestamp(3)},
                       {"we", DataType::Timestamp(3)},
                       {"s", DataType::BigInt()}});
  const Batch batch = BatchBuilder(schema).Row({key, start, start + kEmittedSize, sum}).Build();
  return std::string(kind) + FormatRow(schema, batch, 0).substr(2);
}

Batch OneRow(const std::string& key, int64_t value, int64_t time, EventTime watermark,
             ChangeKind kind = ChangeKind::kInsert) {
  return BatchBuilder(EmittedInputSchema())
      .Row(RowAt(key, value, time), kind)
      .Watermark(watermark)
      .Build();
}

TEST(EmittedWindowsTest, EarlyWithoutDelayEveryRowSendsItsChange) {
  OperatorHarness harness(EmittingNode({.early_ms = 0}));
  harness.OnBatch(0, OneRow("a", 1, 1, 0));
  EXPECT_EQ(harness.TakeRows(), EmittedRows{EmittedChange("+I", "a", 0, 1)});
  harness.OnBatch(0, OneRow("a", 2, 3, 1));
  EXPECT_EQ(harness.TakeRows(),
            (EmittedRows{EmittedChange("-U", "a", 0, 1), EmittedChange("+U", "a", 0, 3)}));
  harness.OnWatermark(0, 9);  // it closes, and its state goes
  EXPECT_EQ(harness.TakeRows(), EmittedRows());
  EXPECT_EQ(harness.entries("windows"), 0u);
  harness.OnBatch(0, OneRow("a", 5, 4, 9));
  EXPECT_EQ(harness.TakeRows(), EmittedRows());
  EXPECT_EQ(harness.metrics().rows_late, 1u);
}

TEST(EmittedWindowsTest, EarlyWithADelayItIsTheClockThatSends) {
  OperatorHarness harness(EmittingNode({.early_ms = 100}));
  harness.OnTime(1000);
  harness.OnBatch(0, OneRow("a", 1, 1, 0));
  harness.OnTime(1050);
  harness.OnBatch(0, OneRow("a", 2, 2, 0));
  harness.OnBatch(0, OneRow("b", 7, 2, 0));
  harness.OnTime(1099);
  EXPECT_EQ(harness.TakeRows(), EmittedRows());
  harness.OnTime(1100);
  EXPECT_EQ(harness.TakeRows(), EmittedRows{EmittedChange("+I", "a", 0, 3)});
  harness.OnBatch(0, OneRow("a", 4, 4, 0));
  harness.OnWatermark(0, 9);
  EXPECT_EQ(harness.TakeRows(),
            (EmittedRows{EmittedChange("-U", "a", 0, 3), EmittedChange("+U", "a", 0, 7),
                         EmittedChange("+I", "b", 0, 7)}));
  harness.OnTime(5000);
  EXPECT_EQ(harness.TakeRows(), EmittedRows());
}

TEST(EmittedWindowsTest, ClockAndWhatWasSentOutliveAStart) {
  OperatorHarness harness(EmittingNode({.early_ms = 100}));
  harness.OnTime(1000);
  harness.OnBatch(0, OneRow("a", 1, 1, 0));
  harness.OnTime(1100);
  EXPECT_EQ(harness.TakeRows(), EmittedRows{EmittedChange("+I", "a", 0, 1)});
  harness.OnBatch(0, OneRow("a", 2, 2, 0));
  harness.OnBatch(0, OneRow("b", 3, 2, 0));
  harness.Restart();
  harness.OnTime(1199);
  EXPECT_EQ(harness.TakeRows(), EmittedRows());
  harness.OnTime(1200);
  EXPECT_EQ(Sorted(harness.TakeRows()),
            Sorted({EmittedChange("-U", "a", 0, 1), EmittedChange("+U", "a", 0, 3),
                    EmittedChange("+I", "b", 0, 3)}));
}

TEST(EmittedWindowsTest, LateRowsSendTheResultAgainAsLongAsTheyMayCome) {
  OperatorHarness harness(EmittingNode({.late_ms = 0, .lateness_ms = 5}));
  harness.OnBatch(0, OneRow("a", 1, 1, 0));
  EXPECT_EQ(harness.TakeRows(), EmittedRows());
  harness.OnWatermark(0, 9);
  EXPECT_EQ(harness.TakeRows(), EmittedRows{EmittedChange("+I", "a", 0, 1)});
  harness.Restart();
  harness.OnBatch(0, OneRow("a", 2, 2, 13));
  EXPECT_EQ(harness.TakeRows(),
            (EmittedRows{EmittedChange("-U", "a", 0, 1), EmittedChange("+U", "a", 0, 3)}));
  harness.OnBatch(0, OneRow("b", 2, 2, 13));
  EXPECT_EQ(harness.TakeRows(), EmittedRows{EmittedChange("+I", "b", 0, 2)});
  harness.OnBatch(0, OneRow("a", 4, 4, 14));
  EXPECT_EQ(harness.TakeRows(), EmittedRows());
  EXPECT_EQ(harness.metrics().rows_late, 1u);
  EXPECT_EQ(harness.entries("windows"), 0u);
}

TEST(EmittedWindowsTest, LateChangesWaitForTheClockOrTheEndOfTheWindow) {
  OperatorHarness harness(EmittingNode({.late_ms = 100, .lateness_ms = 5}));
  harness.OnTime(1000);
  harness.OnBatch(0, OneRow("a", 1, 1, 0));
  harness.OnWatermark(0, 10);
  EXPECT_EQ(harness.TakeRows(), EmittedRows{EmittedChange("+I", "a", 0, 1)});
  harness.OnBatch(0, OneRow("a", 2, 2, 10));
  EXPECT_EQ(harness.TakeRows(), EmittedRows());
  harness.OnTime(1100);
  EXPECT_EQ(harness.TakeRows(),
            (EmittedRows{EmittedChange("-U", "a", 0, 1), EmittedChange("+U", "a", 0, 3)}));
  harness.OnBatch(0, OneRow("a", 4, 2, 10));
  harness.OnWatermark(0, 14);
  EXPECT_EQ(harness.TakeRows(),
            (EmittedRows{EmittedChange("-U", "a", 0, 3), EmittedChange("+U", "a", 0, 7)}));
}

TEST(EmittedWindowsTest, AWindowWhoseRowsWereAllTakenBackIsDeleted) {
  OperatorHarness harness(EmittingNode({.early_ms = 0}, true));
  harness.OnBatch(0, OneRow("a", 1, 1, 0));
  harness.OnBatch(0, OneRow("a", 1, 1, 0, ChangeKind::kDelete));
  harness.OnBatch(0, OneRow("b", 1, 1, 0, ChangeKind::kDelete));
  EXPECT_EQ(harness.TakeRows(),
            (EmittedRows{EmittedChange("+I", "a", 0, 1), EmittedChange("-D", "a", 0, 1)}));
  EXPECT_EQ(harness.entries("windows"), 0u);
}

/// Random rows of growing time, with watermarks 7 ms behind the latest.
Script RandomEmittedRows(uint64_t seed, size_t count) {
  std::mt19937_64 random(seed);
  Script script;
  for (size_t i = 0; i < count; ++i) {
    const auto time = static_cast<int64_t>(i / 2 + random() % 20);
    script.push_back({.cells = RowAt("k" + std::to_string(random() % 3),
                                     static_cast<int64_t>(random() % 5), time)});
  }
  AssignWatermarks(&script, {4}, 7);
  return script;
}

/// The sums that are left at the end: rows count that come while their window has not ended.
EmittedRows LastSums(const Script& script, int64_t lateness_ms) {
  std::map<std::pair<std::string, int64_t>, int64_t> sums;
  for (const ScriptRow& row : script) {
    const int64_t start = row.cells[2].integer();
    if (start + kEmittedSize - 1 + lateness_ms <= row.before) continue;
    sums[{row.cells[0].text(), start}] += row.cells[1].integer();
  }
  EmittedRows rows;
  for (const auto& [window, sum] : sums) {
    rows.push_back(EmittedChange("+I", window.first, window.second, sum));
  }
  return Sorted(std::move(rows));
}

TEST(EmittedWindowsTest, TheLastResultsAreRightForAnyTriggers) {
  for (uint64_t seed = 1; seed <= 3; ++seed) {
    const Script script = RandomEmittedRows(seed, 600);
    for (const Triggers& triggers :
         {Triggers{.early_ms = 0}, Triggers{.early_ms = 1000},
          Triggers{.late_ms = 0, .lateness_ms = 6},
          Triggers{.early_ms = 0, .late_ms = 0, .lateness_ms = 6},
          Triggers{.early_ms = 1000, .late_ms = 1000, .lateness_ms = 6}}) {
      const EmittedRows changes = RunEveryWay(EmittingNode(triggers), script);
      EXPECT_EQ(Net(changes), LastSums(script, triggers.lateness_ms)) << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace millrace
