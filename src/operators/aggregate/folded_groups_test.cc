// SPDX-License-Identifier: Apache-2.0
// GROUP BY with mini-batch: where bundles end, and that nothing else changes.
#include <gtest/gtest.h>

#include <set>

#include "plan/nodes/aggregate_nodes.h"
#include "support/operator_harness.h"

namespace millrace {
namespace {

using FoldedRows = std::vector<std::string>;

Schema FoldInputSchema() { return Schema({{"k", DataType::String()}, {"v", DataType::BigInt()}}); }

PlanNodePtr FoldingNode(MiniBatch mini_batch, bool retracts = false, int64_t ttl_ms = 0) {
  const Schema input = FoldInputSchema();
  std::vector<AggregateCall> calls = {MakeCall(input, "SUM", {1}, "s", retracts),
                                      MakeCall(input, "COUNT", {}, "n", retracts)};
  Schema schema;
  schema.Append(input[0]);
  for (const AggregateCall& call : calls) schema.Append(call.output);
  return std::make_shared<GroupAggregateNode>(
      InputNode(input),
      GroupAggregateNode::Fields{
          .keys = {0}, .calls = calls, .state_ttl_ms = ttl_ms, .mini_batch = mini_batch},
      schema);
}

constexpr MiniBatch kLarge = {.rows = 1000, .latency_ms = 100};

BatchBuilder NewBatch() { return BatchBuilder(FoldInputSchema()); }

/// Changes of random rows, some of them taken back.
Script RandomChanges(uint64_t seed, size_t count) {
  std::mt19937_64 random(seed);
  Script script;
  std::vector<CellRow> live;
  while (script.size() < count) {
    if (!live.empty() && random() % 3 == 0) {
      const size_t victim = random() % live.size();
      script.push_back({.cells = live[victim], .kind = ChangeKind::kDelete});
      live.erase(live.begin() + static_cast<ptrdiff_t>(victim));
      continue;
    }
    live.push_back({"k" + std::to_string(random() % 9), Cell(random() % 10)});
    script.push_back({.cells = live.back()});
  }
  return script;
}

TEST(FoldedGroupsTest, AKeyChangesOnceInABundle) {
  OperatorHarness harness(FoldingNode({.rows = 4, .latency_ms = 100}));
  harness.OnBatch(0, NewBatch().Row({"a", 1}).Row({"a", 2}).Row({"b", 3}).Build());
  EXPECT_EQ(harness.TakeRows(), FoldedRows());
  harness.OnBatch(0, NewBatch().Row({"a", 4}).Row({"b", 5}).Build());
  EXPECT_EQ(harness.TakeRows(), (FoldedRows{"+I[a, 7, 3]", "+I[b, 3, 1]"}));
  harness.OnBatch(0, NewBatch().Row({"b", 0}).Row({"a", 1}).Row({"a", -1}).Build());
  EXPECT_EQ(harness.TakeRows(),
            (FoldedRows{"-U[b, 3, 1]", "+U[b, 8, 3]", "-U[a, 7, 3]", "+U[a, 7, 5]"}));
}

TEST(FoldedGroupsTest, WhatEndsAsItBeganIsNotSent) {
  OperatorHarness harness(FoldingNode(kLarge, true));
  harness.OnBatch(0, NewBatch().Row({"a", 1}).Build());
  harness.OnBarrier();
  EXPECT_EQ(harness.TakeRows(), FoldedRows{"+I[a, 1, 1]"});
  harness.OnBatch(0, NewBatch()
                         .Row({"a", 2})
                         .Row({"a", 2}, ChangeKind::kDelete)
                         .Row({"b", 5})
                         .Row({"b", 5}, ChangeKind::kDelete)
                         .Row({"c", 7}, ChangeKind::kDelete)
                         .Build());
  harness.OnBarrier();
  EXPECT_EQ(harness.TakeRows(), FoldedRows());
  EXPECT_EQ(harness.entries("groups"), 1u);
  harness.OnBatch(0, NewBatch().Row({"a", 1}, ChangeKind::kDelete).Build());
  harness.OnBarrier();
  EXPECT_EQ(harness.TakeRows(), FoldedRows{"-D[a, 1, 1]"});
  EXPECT_EQ(harness.entries("groups"), 0u);
}

TEST(FoldedGroupsTest, ABundleEndsAfterItsLatency) {
  OperatorHarness harness(FoldingNode(kLarge));
  harness.OnTime(1000);
  harness.OnBatch(0, NewBatch().Row({"a", 1}).Build());
  harness.OnTime(1050);
  harness.OnBatch(0, NewBatch().Row({"a", 2}).Build());
  harness.OnTime(1099);
  EXPECT_EQ(harness.TakeRows(), FoldedRows());
  harness.OnTime(1100);
  EXPECT_EQ(harness.TakeRows(), FoldedRows{"+I[a, 3, 2]"});
  harness.OnTime(1300);
  harness.OnBatch(0, NewBatch().Row({"a", 1}).Build());
  harness.OnTime(1399);
  EXPECT_EQ(harness.TakeRows(), FoldedRows());
}

TEST(FoldedGroupsTest, AWatermarkWaitsForTheChangesBeforeIt) {
  OperatorHarness harness(FoldingNode(kLarge));
  harness.OnWatermark(0, 10);
  EXPECT_EQ(harness.watermark(), 10);
  harness.OnBatch(0, NewBatch().Row({"a", 1}).Watermark(20).Build());
  harness.OnWatermark(0, 30);
  EXPECT_EQ(harness.watermark(), 10);
  harness.OnBarrier();
  EXPECT_EQ(harness.TakeRows(), FoldedRows{"+I[a, 1, 1]"});
  EXPECT_EQ(harness.watermark(), 30);
  harness.OnBatch(0, NewBatch().Row({"a", 1}).Watermark(30).Build());
  harness.End();
  EXPECT_EQ(harness.TakeRows(), (FoldedRows{"-U[a, 1, 1]", "+U[a, 2, 2]"}));
}

TEST(FoldedGroupsTest, TimeToLiveEndsABundle) {
  OperatorHarness harness(FoldingNode({.rows = 1000, .latency_ms = 5000}, false, 1000));
  harness.OnTime(1000);
  harness.OnBatch(0, NewBatch().Row({"a", 1}).Build());
  harness.OnTime(2000);
  EXPECT_EQ(harness.TakeRows(), FoldedRows{"+I[a, 1, 1]"});
  EXPECT_EQ(harness.entries("groups"), 0u);
}

TEST(FoldedGroupsTest, InTheEndTheRowsAreTheSame) {
  const PlanNodePtr plain = FoldingNode({}, true);
  for (uint64_t seed = 1; seed <= 3; ++seed) {
    const Script script = RandomChanges(seed, 800);
    const FoldedRows expected = Net(RunScript(plain, script, 1));
    ASSERT_FALSE(expected.empty());
    for (const int64_t rows : {1, 2, 7, 100, 10'000}) {
      const PlanNodePtr folded = FoldingNode({.rows = rows, .latency_ms = 1000}, true);
      for (const size_t size : {1u, 13u, 0u}) {
        EXPECT_EQ(Net(RunScript(folded, script, size, seed)), expected) << rows << " rows";
      }
      std::mt19937_64 random(seed);
      OperatorHarness harness(folded);
      harness.Feed(script, 0, 300, 0, random);
      harness.Restart();
      harness.Feed(script, 300, script.size(), 0, random);
      harness.End();
      EXPECT_EQ(Net(harness.rows()), expected) << rows << " rows, with a restart";
    }
  }
}

TEST(FoldedGroupsTest, GroupsLieOnTheDiskUntilTheyAreAskedFor) {
  const Script script = RandomChanges(5, 400);
  const FoldedRows expected = Net(RunScript(FoldingNode({}, true), script, 1));
  std::mt19937_64 random(5);
  OperatorHarness harness(FoldingNode({.rows = 9, .latency_ms = 1000}, true));
  harness.UseDisk();
  for (size_t row = 0; row < script.size(); row += 40) {
    harness.Feed(script, row, row + 40, 0, random);
    harness.LeaveMemory();
  }
  harness.End();
  EXPECT_EQ(Net(harness.rows()), expected);
}

}  // namespace
}  // namespace millrace
