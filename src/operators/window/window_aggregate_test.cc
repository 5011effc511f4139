// SPDX-License-Identifier: Apache-2.0
// Window aggregation against an oracle that follows Flink's late rules row by row.
#include <gtest/gtest.h>

#include <set>

#include "operators/window/window_times.h"
#include "plan/nodes/aggregate_nodes.h"
#include "support/operator_harness.h"

namespace millrace {
namespace {

Schema WindowInputSchema() {
  return Schema({{"k", DataType::String()},
                 {"v", DataType::BigInt()},
                 {"f", DataType::Boolean()},
                 {"ts", DataType::Timestamp(3).WithTimeAttribute(TimeAttribute::kRowtime)}});
}

PlanNodePtr MakeNode(WindowSpec spec, bool keyed = true, bool retracts = false) {
  const Schema input = WindowInputSchema();
  WindowAggregateNode::Fields fields;
  if (keyed) fields.keys = {0};
  fields.calls = {MakeCall(input, "COUNT", {}, "n", retracts),
                  MakeCall(input, "SUM", {1}, "s", retracts),
                  MakeCall(input, "COUNT", {1}, "d", retracts, true),
                  MakeCall(input, "MAX", {1}, "m", retracts, false, 2)};
  fields.window = spec;
  fields.time_column = 3;
  fields.emit_start = fields.emit_end = true;
  Schema schema;
  if (keyed) schema.Append(input[0]);
  for (const AggregateCall& call : fields.calls) schema.Append(call.output);
  schema.Append({"window_start", DataType::Timestamp(3)});
  schema.Append({"window_end", DataType::Timestamp(3)});
  return std::make_shared<WindowAggregateNode>(InputNode(input), fields, schema);
}

struct Group {
  int64_t count = 0;
  int64_t sum = 0;
  std::multiset<int64_t> values;
  std::multiset<int64_t> filtered;
};

std::string TextOf(const std::string& key, const Group& group, int64_t start, int64_t end) {
  const Schema schema({{"k", DataType::String()},
                       {"n", DataType::BigInt()},
                       {"s", DataType::BigInt()},
                       {"d", DataType::BigInt()},
                       {"m", DataType::BigInt()},
                       {"ws", DataType::Timestamp(3)},
                       {"we", DataType::Timestamp(3)}});
  const std::set<int64_t> distinct(group.values.begin(), group.values.end());
  const Batch batch =
      BatchBuilder(schema)
          .Row({key, group.count, group.values.empty() ? kNullCell : Cell(group.sum),
                distinct.size(),
                group.filtered.empty() ? kNullCell : Cell(*group.filtered.rbegin()), start, end})
          .Build();
  return FormatRow(schema, batch, 0);
}

/// Flink's rules, one row at a time.
class WindowsOracle {
 public:
  explicit WindowsOracle(const WindowSpec& spec) : times_(*WindowTimes::Create(spec)) {}

  void Add(const ScriptRow& row) {
    Advance(row.before);
    const int64_t slice = times_.SliceEnd(row.cells[3].integer());
    bool counted = false;
    for (int64_t end = slice; end <= times_.LastWindowEnd(slice); end += times_.slice_width()) {
      if (end - 1 <= row.before) continue;
      counted = true;
      AddTo(&windows_[end][row.cells[0].text()], row);
    }
    late += counted ? 0 : 1;
    Advance(row.after);
  }
  void Advance(EventTime watermark) {
    while (!windows_.empty() && windows_.begin()->first - 1 <= watermark) {
      const int64_t end = windows_.begin()->first;
      for (const auto& [key, group] : windows_.begin()->second) {
        if (group.count != 0) rows.push_back(TextOf(key, group, times_.WindowStart(end), end));
      }
      windows_.erase(windows_.begin());
    }
  }

  std::vector<std::string> rows;
  uint64_t late = 0;

 private:
  static void AddTo(Group* group, const ScriptRow& row) {
    const int sign = IsAddition(row.kind) ? 1 : -1;
    group->count += sign;
    if (row.cells[1].is_null()) return;
    const int64_t value = row.cells[1].integer();
    group->sum += sign * value;
    const auto change = [&](std::multiset<int64_t>& values) {
      if (sign > 0) {
        values.insert(value);
      } else {
        values.erase(values.find(value));
      }
    };
    change(group->values);
    if (!row.cells[2].is_null() && std::get<bool>(row.cells[2])) change(group->filtered);
  }

  WindowTimes times_;
  std::map<int64_t, std::map<std::string, Group>> windows_;
};

Script RandomScript(uint64_t seed, size_t count) {
  std::mt19937_64 random(seed);
  Script script;
  int64_t now = -40'000;
  for (size_t i = 0; i < count; ++i) {
    now += static_cast<int64_t>(random() % 400);
    if (random() % 200 == 0) now += 60'000;
    const int64_t time =
        now - static_cast<int64_t>(random() % (random() % 20 == 0 ? 60'000 : 9000));
    script.push_back({.cells = {"k" + std::to_string(random() % 9),
                                random() % 6 == 0 ? kNullCell : Cell(random() % 20),
                                random() % 5 == 0 ? kNullCell : Cell(random() % 2 == 0), time}});
  }
  AssignWatermarks(&script, {3}, 3000);
  return script;
}

void ExpectOracle(const WindowSpec& spec, uint64_t seed) {
  const Script script = RandomScript(seed, 1500);
  WindowsOracle oracle(spec);
  for (const ScriptRow& row : script) oracle.Add(row);
  oracle.Advance(kMaxWatermark);
  EXPECT_GT(oracle.late, 10u);
  const PlanNodePtr node = MakeNode(spec);
  EXPECT_EQ(Sorted(RunEveryWay(node, script)), Sorted(oracle.rows)) << spec.ToString();

  std::mt19937_64 random(1);
  OperatorHarness harness(node);
  harness.Feed(script, 0, script.size(), 0, random);
  harness.End();
  EXPECT_EQ(harness.metrics().rows_late, oracle.late);
  EXPECT_EQ(harness.entries("windows"), 0u);
}

TEST(WindowAggregateTest, TumbleIsTheOracle) {
  ExpectOracle({.kind = WindowKind::kTumble, .size = 10'000}, 1);
  ExpectOracle({.kind = WindowKind::kTumble, .size = 7'000, .offset = -3'000}, 2);
}

TEST(WindowAggregateTest, HopIsTheOracle) {
  ExpectOracle({.kind = WindowKind::kHop, .size = 10'000, .slide = 2'000}, 3);
  ExpectOracle({.kind = WindowKind::kHop, .size = 6'000, .slide = 6'000, .offset = 1'000}, 4);
}

TEST(WindowAggregateTest, HopWindowsGrowNotSmaller) {
  ExpectOracle({.kind = WindowKind::kHop, .size = 30'000, .slide = 1'000}, 5);
}

TEST(WindowAggregateTest, CumulateEmitsEveryStepOnceAKeyHasData) {
  const WindowSpec spec{.kind = WindowKind::kCumulate, .size = 6'000, .slide = 2'000};
  Script script = {{.cells = {"a", 1, kNullCell, 500}}, {.cells = {"a", 1, kNullCell, 20'000}}};
  AssignWatermarks(&script, {3}, 0);
  std::vector<std::string> rows = RunScript(MakeNode(spec), script, 1);
  rows.resize(3);
  EXPECT_EQ(rows, (std::vector<std::string>{
                      "+I[a, 1, 1, 1, null, 1970-01-01T00:00, 1970-01-01T00:00:02]",
                      "+I[a, 1, 1, 1, null, 1970-01-01T00:00, 1970-01-01T00:00:04]",
                      "+I[a, 1, 1, 1, null, 1970-01-01T00:00, 1970-01-01T00:00:06]"}));
  ExpectOracle({.kind = WindowKind::kCumulate, .size = 10'000, .slide = 2'000, .offset = 500}, 6);
}

TEST(WindowAggregateTest, TheRowThatClosesAWindowBelongsToIt) {
  // Watermark without delay: the row at 9.999 s carries the watermark to the window's end.
  Script script = {{.cells = {"a", 1, true, 1'000}},
                   {.cells = {"a", 2, true, 9'999}},
                   {.cells = {"a", 4, true, 9'999}}};
  AssignWatermarks(&script, {3}, 0);
  const PlanNodePtr node = MakeNode({.kind = WindowKind::kTumble, .size = 10'000});
  EXPECT_EQ(RunEveryWay(node, script),
            (std::vector<std::string>{"+I[a, 2, 3, 2, 2, 1970-01-01T00:00, 1970-01-01T00:00:10]"}));
}

TEST(WindowAggregateTest, RetractedRowsAreSubtracted) {
  std::mt19937_64 random(7);
  for (const WindowSpec& spec :
       {WindowSpec{.kind = WindowKind::kTumble, .size = 5'000},
        WindowSpec{.kind = WindowKind::kHop, .size = 6'000, .slide = 2'000}}) {
    Script script = RandomScript(8, 600);
    Script changes;
    for (const ScriptRow& row : script) {
      changes.push_back(row);
      if (random() % 3 != 0) continue;
      changes.push_back(row);  // gone again at once
      changes.back().kind = random() % 2 == 0 ? ChangeKind::kUpdateBefore : ChangeKind::kDelete;
    }
    AssignWatermarks(&changes, {3}, 3000);
    WindowsOracle oracle(spec);
    // The oracle must not be asked to retract what it has dropped: keep pairs under one watermark.
    for (size_t i = 1; i < changes.size(); ++i) {
      if (IsAddition(changes[i].kind)) continue;
      changes[i].before = changes[i - 1].before;
      changes[i - 1].after = changes[i - 1].before;
    }
    for (const ScriptRow& row : changes) oracle.Add(row);
    oracle.Advance(kMaxWatermark);
    EXPECT_EQ(Sorted(RunEveryWay(MakeNode(spec, true, true), changes)), Sorted(oracle.rows));
  }
}

TEST(WindowAggregateTest, GroupsLieOnTheDiskUntilTheirWindowFires) {
  uint64_t seed = 20;
  for (const WindowSpec& spec :
       {WindowSpec{.kind = WindowKind::kTumble, .size = 10'000},
        WindowSpec{.kind = WindowKind::kHop, .size = 10'000, .slide = 2'000},
        WindowSpec{.kind = WindowKind::kCumulate, .size = 12'000, .slide = 3'000}}) {
    for (const bool keyed : {true, false}) {
      SCOPED_TRACE(spec.ToString() + (keyed ? ", keyed" : ""));
      const auto [fewest, most] =
          ExpectSameFromDisk(MakeNode(spec, keyed), RandomScript(seed++, 900),
                             /*in_order=*/false);
      EXPECT_EQ(fewest, 0u);
      EXPECT_GT(most, 1u);
    }
  }
}

TEST(WindowAggregateTest, SlicesComeBackIntoMemoryIfThereIsRoom) {
  OperatorHarness harness(MakeNode({.kind = WindowKind::kHop, .size = 30'000, .slide = 10'000}));
  harness.UseDisk();
  BatchBuilder builder(WindowInputSchema());
  for (int i = 0; i < 2000; ++i) builder.Row({"k" + std::to_string(i), 1, true, 5'000});
  harness.OnBatch(0, builder.Build());
  harness.LeaveMemory();
  harness.OnWatermark(0, 9'999);
  EXPECT_EQ(harness.TakeRows().size(), 2000u);
  EXPECT_EQ(harness.entries("windows"), 0u) << "there was too little memory lately";
  harness.RestartFromDisk();
  EXPECT_EQ(harness.entries("windows"), 0u);
  harness.OnWatermark(0, 19'999);
  EXPECT_EQ(harness.TakeRows().size(), 2000u);
  EXPECT_EQ(harness.entries("windows"), 2000u);
  harness.OnWatermark(0, 29'999);
  const std::vector<std::string> rows = harness.TakeRows();
  ASSERT_EQ(rows.size(), 2000u);
  for (const std::string& row : rows) EXPECT_NE(row.find(", 1, 1, 1, 1,"), row.npos) << row;
  harness.LeaveMemory();
  EXPECT_LE(harness.entries_on_disk(), kKeyGroups + 5u) << "watermarks, and what has fired";
}

TEST(WindowAggregateTest, WhatHasFiredIsGoneFromTheDisk) {
  OperatorHarness harness(MakeNode({.kind = WindowKind::kHop, .size = 20'000, .slide = 10'000}));
  harness.UseDisk();
  const auto rows = [](int begin, int end, int64_t time) {
    BatchBuilder builder(WindowInputSchema());
    for (int i = begin; i < end; ++i) builder.Row({"k" + std::to_string(i), 1, true, time});
    return builder.Build();
  };
  harness.OnBatch(0, rows(0, 2000, 5'000));
  harness.LeaveMemory();
  harness.OnBatch(0, rows(0, 10, 6'000));  // of these some are in memory, too
  harness.OnBatch(0, rows(1000, 3000, 15'000));
  harness.OnWatermark(0, 9'999);
  EXPECT_EQ(harness.TakeRows().size(), 2000u);
  harness.RestartFromDisk();
  EXPECT_EQ(harness.entries_in_memory(), 0u);
  harness.OnWatermark(0, 19'999);
  std::vector<std::string> fired = harness.TakeRows();
  EXPECT_EQ(fired.size(), 3000u);
  EXPECT_EQ(
      std::ranges::count_if(
          fired, [](const std::string& row) { return row.find(", 2, 2, 1, 1,") != row.npos; }),
      1010);
  harness.LeaveMemory();
  EXPECT_LE(harness.entries_on_disk(), 2000u + 2 * kKeyGroups + 5) << "the first slice is gone";
  harness.OnWatermark(0, 30'000);
  EXPECT_EQ(harness.TakeRows().size(), 2000u);
  harness.LeaveMemory();
  EXPECT_LE(harness.entries_on_disk(), 2 * kKeyGroups + 5u) << "watermarks, and what has fired";
}

TEST(WindowAggregateTest, WithoutKeysThereIsOneRowPerWindow) {
  Script script;
  for (int i = 0; i < 100; ++i) script.push_back({.cells = {"x", 1, true, i * 1000}});
  AssignWatermarks(&script, {3}, 500);
  const auto rows =
      RunEveryWay(MakeNode({.kind = WindowKind::kTumble, .size = 10'000}, false), script);
  ASSERT_EQ(rows.size(), 10u);
  EXPECT_EQ(rows[9], "+I[10, 10, 1, 1, 1970-01-01T00:01:30, 1970-01-01T00:01:40]");
}

TEST(WindowAggregateTest, ManyKeysGoOutInPieces) {
  Script script;
  for (int i = 0; i < 20'000; ++i)
    script.push_back({.cells = {"key " + std::to_string(i), 1, true, 5}});
  AssignWatermarks(&script, {3}, 0);
  const auto rows = RunScript(MakeNode({.kind = WindowKind::kTumble, .size = 10}), script, 5000);
  ASSERT_EQ(rows.size(), 20'000u);
  EXPECT_TRUE(rows[19'999].starts_with("+I[key 19999, 1, 1, 1, 1,"));
}

TEST(WindowAggregateTest, SaysWhatItWaitsFor) {
  OperatorHarness harness(MakeNode({.kind = WindowKind::kTumble, .size = 60'000}));
  EXPECT_EQ(harness.op().Waiting(), "");
  harness.OnBatch(0, BatchBuilder(WindowInputSchema()).Row({"a", 1, true, 61'000}).Build());
  harness.OnWatermark(0, 58'500);
  EXPECT_EQ(harness.op().Waiting(),
            "window [1970-01-01 00:01:00, 1970-01-01 00:02:00) closes when the watermark passes "
            "1970-01-01 00:01:59.999; it is 1970-01-01 00:00:58.500");
}

TEST(WindowAggregateTest, ATimeWithoutMeaningFailsTheRow) {
  OperatorHarness harness(MakeNode({.kind = WindowKind::kTumble, .size = 60'000}));
  harness.OnBatch(0, BatchBuilder(WindowInputSchema())
                         .Row({"a", 1, true, kNullCell})
                         .Row({"b", 1, true, std::numeric_limits<int64_t>::max()})
                         .Build());
  harness.End();
  EXPECT_TRUE(harness.rows().empty());
  EXPECT_EQ(harness.failures().size(), 2u);
  EXPECT_EQ(harness.metrics().rows_failed, 2u);
}

TEST(WindowAggregateTest, RowsBehindTheEndOfTheirInputAreLate) {
  OperatorHarness harness(MakeNode({.kind = WindowKind::kTumble, .size = 60'000}));
  harness.OnBatch(0, BatchBuilder(WindowInputSchema()).Row({"a", 1, true, 61'000}).Build());
  harness.OnWatermark(0, kMaxWatermark);
  EXPECT_EQ(harness.TakeRows().size(), 1u);
  harness.OnBatch(0, BatchBuilder(WindowInputSchema())
                         .Row({"a", 1, true, 62'000})
                         .Watermark(kMaxWatermark)
                         .Row({"a", 1, true, 99'000})
                         .Watermark(kMaxWatermark)
                         .Build());
  EXPECT_TRUE(harness.rows().empty());
  EXPECT_EQ(harness.metrics().rows_late, 2u);
}

TEST(WindowTimesTest, AClockChangeShiftsTheClosingTime) {
  const WindowSpec spec{
      .kind = WindowKind::kTumble, .size = 3'600'000, .time_zone = "America/New_York"};
  const WindowTimes times = *WindowTimes::Create(spec);
  // 2024-03-10 02:00 to 03:00 does not exist: closes at 03:00 local = 07:00 UTC.
  constexpr int64_t kMarch = 1'710'036'000'000;  // 2024-03-10T02:00 read as UTC
  EXPECT_EQ(times.ClosingTime(kMarch + 3'600'000), kMarch + 5 * 3'600'000);
  // 2024-11-03 01:00 to 02:00 happens twice: closes at the end of the second.
  constexpr int64_t kNovember = 1'730'595'600'000;  // 2024-11-03T01:00 read as UTC
  EXPECT_EQ(times.ClosingTime(kNovember + 3'600'000), kNovember + 3'600'000 - 1 + 5 * 3'600'000);
}

}  // namespace
}  // namespace millrace
