// SPDX-License-Identifier: Apache-2.0
// GROUP BY in two phases: what two shards have added up gives what all rows would.
#include <gtest/gtest.h>

#include "plan/phases/partial_group_node.h"
#include "support/operator_harness.h"

namespace millrace {
namespace {

using NetRows = std::vector<std::string>;

const Schema kPartialInput({{"k", DataType::String()}, {"v", DataType::BigInt()}});

PlanNodePtr MakeGroup(MiniBatch mini_batch) {
  std::vector<AggregateCall> calls = {
      MakeCall(kPartialInput, "SUM", {1}, "s"), MakeCall(kPartialInput, "COUNT", {}, "n"),
      MakeCall(kPartialInput, "COUNT", {1}, "d", false, true),
      MakeCall(kPartialInput, "MIN", {1}, "lo"), MakeCall(kPartialInput, "AVG", {1}, "a")};
  Schema schema;
  schema.Append(kPartialInput[0]);
  for (const AggregateCall& call : calls) schema.Append(call.output);
  return std::make_shared<GroupAggregateNode>(
      InputNode(kPartialInput),
      GroupAggregateNode::Fields{.keys = {0},
                                 .calls = calls,
                                 .mini_batch = mini_batch,
                                 .two_phases = mini_batch.enabled()},
      schema);
}

/// Both phases, with rows that go to the first one by turns on two shards.
NetRows RunPhases(const PlanNodePtr& group, const Script& script) {
  const PlanNodePtr whole = *InTwoPhases(group);
  OperatorHarness first(whole->children()[0]);
  OperatorHarness second(whole->children()[0]);
  OperatorHarness merged(whole);
  const auto pass = [&](OperatorHarness* shard) {
    if (shard->row_count() == 0) return;
    merged.OnBatch(0, shard->last_batch());
  };
  for (size_t row = 0; row < script.size(); ++row) {
    OperatorHarness* const shard = row % 3 == 0 ? &first : &second;
    const size_t before = shard->row_count();
    shard->OnBatch(0, BatchBuilder(kPartialInput).Row(script[row].cells).Build());
    if (shard->row_count() != before) pass(shard);
  }
  for (OperatorHarness* shard : {&first, &second}) {
    const size_t before = shard->row_count();
    shard->OnBarrier();
    if (shard->row_count() != before) pass(shard);
  }
  merged.End();
  return Net(merged.rows());
}

TEST(PartialGroupsTest, TwoPhasesGiveWhatOneGives) {
  std::mt19937_64 random(1);
  Script script;
  for (int i = 0; i < 700; ++i) {
    script.push_back({.cells = {"k" + std::to_string(random() % 5),
                                random() % 7 == 0 ? kNullCell : Cell(random() % 9)}});
  }
  const NetRows expected = Net(RunScript(MakeGroup({}), script, 1));
  ASSERT_EQ(expected.size(), 5u);
  for (const int64_t rows : {1, 8, 50, 1000}) {
    EXPECT_EQ(RunPhases(MakeGroup({.rows = rows, .latency_ms = 100}), script), expected) << rows;
  }
}

TEST(PartialGroupsTest, ABundleSendsOneRowByKey) {
  OperatorHarness shard((*InTwoPhases(MakeGroup({.rows = 4, .latency_ms = 100})))->children()[0]);
  for (const std::string key : {"a", "b", "a"}) {
    shard.OnBatch(0, BatchBuilder(kPartialInput).Row({key, 1}).Build());
  }
  EXPECT_EQ(shard.row_count(), 0u);
  shard.OnBatch(0, BatchBuilder(kPartialInput).Row({"a", 1}).Build());
  EXPECT_EQ(shard.row_count(), 2u);
  EXPECT_EQ(shard.state_entries(), 0u);
}

}  // namespace
}  // namespace millrace
