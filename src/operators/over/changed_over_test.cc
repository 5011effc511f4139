// SPDX-License-Identifier: Apache-2.0
// OVER that goes on with the state of an earlier version of its query: what follows from the rows
// that are there comes out as if the query had always been this one.
#include <gtest/gtest.h>

#include "operators/over/over_layouts.h"
#include "plan/nodes/aggregate_nodes.h"
#include "support/operator_harness.h"

namespace millrace {
namespace {

constexpr bool kRows = true;
constexpr bool kRange = false;

Schema ChangedSchema() {
  return Schema({{"k", DataType::String()},
                 {"v", DataType::BigInt()},
                 {"d", DataType::Double()},
                 {"s", DataType::String()},
                 {"ts", DataType::Timestamp(3).WithTimeAttribute(TimeAttribute::kRowtime)}});
}

/// "SUM 1": a function and the column that it reads; "COUNT": of rows.
OverStage StageOf(bool rows, int64_t preceding, std::vector<std::pair<std::string, int>> calls) {
  OverStage stage{.rows = rows, .preceding = preceding};
  for (const auto& [function, column] : calls) {
    const std::vector<int> args = column < 0 ? std::vector<int>{} : std::vector{column};
    stage.calls.push_back(MakeCall(ChangedSchema(), function, args,
                                   function + std::to_string(column) + std::to_string(preceding),
                                   preceding >= 0));
  }
  return stage;
}

PlanNodePtr NodeOf(std::vector<OverStage> stages, bool on_arrival = false) {
  OverNode::Fields fields;
  fields.partition_keys = {0};
  fields.order_column = 4;
  fields.on_arrival = on_arrival;
  fields.stages = std::move(stages);
  return std::make_shared<OverNode>(InputNode(ChangedSchema()), fields);
}

Script RowsOf(uint64_t seed, size_t count) {
  std::mt19937_64 random(seed);
  Script script;
  int64_t now = 1000;
  for (size_t i = 0; i < count; ++i) {
    now += static_cast<int64_t>(random() % 200);
    script.push_back(
        {.cells = {"k" + std::to_string(random() % 7),
                   random() % 6 == 0 ? kNullCell : Cell(random() % 50),
                   static_cast<double>(random() % 1000) / 8, std::string(random() % 5, 'x'),
                   now - static_cast<int64_t>(random() % 400)}});
  }
  AssignWatermarks(&script, {4}, 300);
  return script;
}

/// What comes out behind the first `rows` rows of the second query, when the first one has run
/// until then; once from memory, once from the disk.
enum class StatePlace { kMemory, kDisk };
std::vector<std::string> Changed(const PlanNodePtr& before, const PlanNodePtr& after,
                                 const Script& script, size_t half, StatePlace place,
                                 size_t* rows) {
  std::mt19937_64 random(half);
  OperatorHarness harness(before);
  if (place == StatePlace::kDisk) harness.UseDisk();
  harness.Feed(script, 0, half, 0, random);
  *rows = harness.TakeRows().size();
  if (place == StatePlace::kDisk) harness.LeaveMemory();
  harness.Become(after);
  if (place == StatePlace::kMemory) {
    harness.Restart();
  } else {
    harness.RestartFromDisk();
  }
  const size_t rest = half + (script.size() - half) / 2;
  harness.Feed(script, half, rest, 0, random);
  // Values of both layouts, and of none but the newest.
  if (place == StatePlace::kMemory) {
    harness.Restart();
  } else {
    harness.LeaveMemory();
    harness.RestartFromDisk();
  }
  harness.Feed(script, rest, script.size(), 0, random);
  harness.End();
  EXPECT_FALSE(harness.error()) << harness.error()->ToString();
  return harness.TakeRows();
}

/// All that the second query gives for the rest of the script is what it gives when it has seen the
/// whole of it.
void ExpectNothingLost(const std::vector<OverStage>& before, const std::vector<OverStage>& after) {
  for (const bool on_arrival : {false, true}) {
    const PlanNodePtr first = NodeOf(before, on_arrival);
    const PlanNodePtr second = NodeOf(after, on_arrival);
    for (uint64_t seed = 1; seed <= 4; ++seed) {
      const Script script = RowsOf(seed, 600);
      const std::vector<std::string> all = RunScript(second, script, 1);
      for (const StatePlace place : {StatePlace::kMemory, StatePlace::kDisk}) {
        SCOPED_TRACE(std::string(on_arrival ? "on arrival" : "waiting") + ", seed " +
                     std::to_string(seed) + (place == StatePlace::kDisk ? ", disk" : ", memory"));
        size_t done = 0;
        const auto rows = Changed(first, second, script, 200 + 50 * seed, place, &done);
        const std::vector<std::string> expected(all.begin() + static_cast<ptrdiff_t>(done),
                                                all.end());
        EXPECT_EQ(Sorted(rows), Sorted(expected));
      }
    }
  }
}

TEST(ChangedOverTest, AFrameMoreOverRowsThatAreThere) {
  ExpectNothingLost({StageOf(kRange, 5000, {{"SUM", 1}, {"COUNT", -1}})},
                    {StageOf(kRange, 2000, {{"SUM", 1}, {"MAX", 1}}),
                     StageOf(kRange, 5000, {{"SUM", 1}, {"COUNT", -1}})});
}

TEST(ChangedOverTest, AFrameLess) {
  ExpectNothingLost(
      {StageOf(kRange, 5000, {{"SUM", 1}, {"SUM", 2}}),
       StageOf(kRows, 3, {{"MIN", 1}, {"LAST_VALUE", 3}}), StageOf(kRange, 1000, {{"COUNT", -1}}),
       StageOf(kRange, -1, {{"MAX", 2}})},
      {StageOf(kRows, 3, {{"LAST_VALUE", 3}}), StageOf(kRange, 1000, {{"COUNT", -1}, {"SUM", 2}})});
}

TEST(ChangedOverTest, OnlyTheOrderOfFramesAndCalls) {
  ExpectNothingLost(
      {StageOf(kRows, 2, {{"SUM", 2}, {"COUNT", -1}}), StageOf(kRows, 6, {{"MAX", 1}}),
       StageOf(kRange, -1, {{"SUM", 2}, {"MIN", 1}}), StageOf(kRange, 3000, {{"AVG", 2}})},
      {StageOf(kRange, 3000, {{"AVG", 2}}), StageOf(kRange, -1, {{"MIN", 1}, {"SUM", 2}}),
       StageOf(kRows, 6, {{"MAX", 1}}), StageOf(kRows, 2, {{"COUNT", -1}, {"SUM", 2}})});
}

TEST(ChangedOverTest, AShorterFrameAndFurtherCallsOfIt) {
  ExpectNothingLost({StageOf(kRange, 5000, {{"SUM", 1}, {"MIN", 3}}),
                     StageOf(kRows, 4, {{"SUM", 1}, {"MAX", 2}})},
                    {StageOf(kRange, 1500, {{"FIRST_VALUE", 3}, {"COUNT", 1}, {"SUM", 1}}),
                     StageOf(kRows, 4, {{"COUNT", -1}, {"MIN", 2}, {"SUM", 2}})});
}

TEST(ChangedOverTest, TheNumberOfRowsIsKnownFromTheRows) {
  ExpectNothingLost({StageOf(kRows, 3, {{"COUNT", -1}, {"SUM", 1}})},
                    {StageOf(kRows, 3, {{"COUNT", -1}})});
}

TEST(ChangedOverTest, FramesThatStayDoNotMindThoseThatStartEmpty) {
  const auto kept = StageOf(kRange, 4000, {{"SUM", 1}});
  const PlanNodePtr before = NodeOf({kept, StageOf(kRange, -1, {{"SUM", 2}})});
  const PlanNodePtr after =
      NodeOf({kept, StageOf(kRows, 3, {{"SUM", 1}}), StageOf(kRange, -1, {{"COUNT", -1}}),
              StageOf(kRange, 4000, {{"MAX", 3}})});
  const auto front = [](std::vector<std::string> rows) {
    for (std::string& row : rows) {  // the input's five columns and the sum that stays
      size_t at = 0;
      for (int i = 0; i < 6; ++i) at = row.find(", ", at) + 2;
      row.resize(at);
    }
    return Sorted(rows);
  };
  const Script script = RowsOf(9, 600);
  const std::vector<std::string> all = RunScript(after, script, 1);
  for (const StatePlace place : {StatePlace::kMemory, StatePlace::kDisk}) {
    size_t done = 0;
    const auto rows = Changed(before, after, script, 300, place, &done);
    EXPECT_EQ(front(rows), front({all.begin() + static_cast<ptrdiff_t>(done), all.end()}));
  }
}

TEST(ChangedOverTest, WhatIsNewStartsEmpty) {
  const PlanNodePtr before = NodeOf({StageOf(kRange, 5000, {{"SUM", 1}})}, /*on_arrival=*/true);
  const PlanNodePtr after =
      NodeOf({StageOf(kRange, 5000, {{"SUM", 1}, {"COUNT", 2}, {"COUNT", -1}}),
              StageOf(kRows, 2, {{"COUNT", -1}}), StageOf(kRange, -1, {{"COUNT", -1}})},
             /*on_arrival=*/true);
  OperatorHarness harness(before);
  const auto row = [&](int v, int64_t ts) {
    harness.OnBatch(0, BatchBuilder(ChangedSchema()).Row({"a", v, 0.5, "x", ts}).Build());
  };
  row(1, 1000);
  row(2, 2000);
  harness.Become(after);
  harness.Restart();
  row(4, 3000);
  EXPECT_EQ(harness.rows().back(), "+I[a, 4, 0.5, x, 1970-01-01T00:00:03, 7, 1, 3, 1, 1]");
  // Back to the first: nothing that the second did not have comes back.
  harness.Become(before);
  harness.Restart();
  row(8, 3500);
  EXPECT_EQ(harness.rows().back(), "+I[a, 8, 0.5, x, 1970-01-01T00:00:03.500, 15]");
  harness.Become(after);
  harness.Restart();
  row(16, 4000);
  EXPECT_EQ(harness.rows().back(), "+I[a, 16, 0.5, x, 1970-01-01T00:00:04, 31, 1, 5, 1, 1]");
}

/// Fewer columns, in another order: what a changed projection leaves of ChangedSchema().
Schema NarrowSchema() {
  const Schema all = ChangedSchema();
  return Schema({all[4], all[1], all[0]});
}

PlanNodePtr NarrowNode() {
  OverNode::Fields fields;
  fields.partition_keys = {2};
  fields.order_column = 0;
  fields.stages = {{.rows = kRange,
                    .preceding = 3000,
                    .calls = {MakeCall(NarrowSchema(), "SUM", {1}, "s", /*retracts=*/true)}}};
  return std::make_shared<OverNode>(InputNode(NarrowSchema()), fields);
}

Script Narrowed(const Script& script) {
  Script narrow = script;
  for (ScriptRow& row : narrow) row.cells = {row.cells[4], row.cells[1], row.cells[0]};
  return narrow;
}

TEST(ChangedOverTest, RowsThatWaitHaveOtherColumns) {
  const Script script = RowsOf(5, 500);
  const Script narrow = Narrowed(script);
  const std::vector<std::string> all = RunScript(NarrowNode(), narrow, 1);
  for (const StatePlace place : {StatePlace::kMemory, StatePlace::kDisk}) {
    std::mt19937_64 random(3);
    OperatorHarness harness(NodeOf({StageOf(kRange, 4000, {{"SUM", 1}, {"MAX", 2}})}));
    if (place == StatePlace::kDisk) harness.UseDisk();
    const auto restart = [&] {
      if (place == StatePlace::kDisk) harness.RestartFromDisk();
      if (place == StatePlace::kMemory) harness.Restart();
    };
    harness.Feed(script, 0, 250, 0, random);
    const size_t done = harness.TakeRows().size();
    const size_t waiting = harness.entries("waiting");
    EXPECT_GT(waiting, 1u);
    harness.Become(NarrowNode());
    restart();
    EXPECT_EQ(harness.entries("waiting"), waiting);
    restart();  // what it has written anew is read, from the disk when its time comes
    EXPECT_EQ(harness.entries("waiting"), place == StatePlace::kMemory ? waiting : 0);
    harness.Feed(narrow, 250, narrow.size(), 0, random);
    harness.End();
    EXPECT_EQ(Sorted(harness.rows()),
              Sorted({all.begin() + static_cast<ptrdiff_t>(done), all.end()}));
  }
}

TEST(ChangedOverTest, RowsThatWaitWithoutAColumnAreDropped) {
  const Script script = RowsOf(6, 300);
  std::mt19937_64 random(4);
  OperatorHarness harness(NarrowNode());
  harness.Feed(Narrowed(script), 0, 200, 0, random);
  harness.TakeRows();
  EXPECT_GT(harness.entries("waiting"), 0u);
  const PlanNodePtr wide = NodeOf({StageOf(kRange, 3000, {{"SUM", 1}, {"MAX", 2}})});
  harness.Become(wide);
  harness.Restart();
  EXPECT_EQ(harness.entries("waiting"), 0u);
  harness.Feed(script, 200, 300, 0, random);
  harness.End();
  EXPECT_GT(harness.rows().size(), 60u);
  EXPECT_FALSE(harness.error());
}

TEST(ChangedOverTest, TablesThatNobodyReadsAreDropped) {
  OperatorHarness harness(NodeOf({StageOf(kRows, 6, {{"SUM", 1}})}, /*on_arrival=*/true));
  harness.UseDisk();
  for (int i = 0; i < 12; ++i) {
    harness.OnBatch(0, BatchBuilder(ChangedSchema()).Row({"a", i, 0.5, "x", 1000 + i}).Build());
  }
  harness.LeaveMemory();
  const size_t before = harness.entries_on_disk();
  EXPECT_GE(before, 3u);  // the key, its blocks, the layout
  harness.Become(NodeOf({StageOf(kRange, -1, {{"COUNT", -1}})}, /*on_arrival=*/true));
  harness.RestartFromDisk();
  harness.OnBatch(0, BatchBuilder(ChangedSchema()).Row({"a", 1, 0.5, "x", 2000}).Build());
  EXPECT_EQ(harness.rows().back(), "+I[a, 1, 0.5, x, 1970-01-01T00:00:02, 1]");
  harness.LeaveMemory();
  EXPECT_EQ(harness.entries_on_disk(), 3u) << "the key and two layouts";
}

TEST(ChangedOverTest, LayoutsComeBackFromTheirBytes) {
  OverLayout first;
  first.sums = {{.id = 7}, {.id = 9}};
  first.lists = {{.table = "frames", .columns = {{.item = {.id = 1}, .width = 8}}}};
  first.reaches = {{.id = 60'000}};
  first.NumberAfter(nullptr, 1);
  OverLayout second = first;
  second.sums = {{.id = 9}, {.id = 8}};
  second.lists.push_back({.table = "rows 3", .counted = true, .columns = {}});
  second.NumberAfter(&first, 40);
  EXPECT_EQ(second.sums[0].since, 1u);
  EXPECT_EQ(second.sums[1].since, 40u);
  EXPECT_EQ(second.lists[0].columns[0].item.since, 1u);
  EXPECT_EQ(second.lists[1].since, 40u);
  std::string bytes;
  second.Write(&bytes);
  const auto read = OverLayout::Read(bytes);
  ASSERT_TRUE(read);
  std::string again;
  read->Write(&again);
  EXPECT_EQ(again, bytes);
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(OverLayout::Read(bytes.substr(0, size))) << size;
  }
}

}  // namespace
}  // namespace millrace
