// SPDX-License-Identifier: Apache-2.0
// SnapshotJoin: what waits, what goes out at once, and what a restart leaves.
#include <gtest/gtest.h>

#include "functions/builtin.h"
#include "plan/nodes/changelog_nodes.h"
#include "plan/nodes/temporal_join_node.h"
#include "support/operator_harness.h"

namespace millrace {
namespace {

Schema RowSchema() {
  return Schema({{"k", DataType::String()},
                 {"v", DataType::BigInt()},
                 {"ts", DataType::Timestamp(3).WithTimeAttribute(TimeAttribute::kRowtime)}});
}

ExpressionPtr RightValueIs(int64_t value) {
  static const FunctionRegistry registry = [] {
    FunctionRegistry made;
    RegisterComparisonFunctions(&made);
    return made;
  }();
  const ScalarFunction* function = registry.Find("=");
  static const SessionContext session;
  const std::vector<ExpressionPtr> args = {
      Expression::InputRef(4, DataType::BigInt(), "v"),
      Expression::Literal(std::make_shared<arrow::Int64Scalar>(value),
                          DataType::BigInt().NotNull())};
  CallSite site;
  site.session = &session;
  for (const ExpressionPtr& arg : args) {
    site.args.push_back({.type = arg->type(), .literal = arg->literal()});
  }
  return Expression::Call(function, *function->resolve(site), args);
}

PlanNodePtr SnapshotNode(JoinType type, bool by_key, int64_t loaded_at_ms = 1000,
                         int64_t idle_ms = 0, ExpressionPtr condition = nullptr) {
  SnapshotJoinNode::Fields fields;
  fields.type = type;
  fields.left_keys = fields.right_keys = {0};
  fields.loaded_at_ms = loaded_at_ms;
  fields.idle_ms = idle_ms;
  fields.condition = std::move(condition);
  PlanNodePtr right = InputNode(RowSchema());
  if (by_key) right = std::make_shared<ChangelogNormalizeNode>(right, std::vector<int>{0});
  return std::make_shared<SnapshotJoinNode>(InputNode(RowSchema()), right, fields);
}

Batch Rows(std::vector<CellRow> rows, ChangeKind kind = ChangeKind::kInsert) {
  BatchBuilder builder(RowSchema());
  for (const CellRow& row : rows) builder.Row(row, kind);
  return builder.Build();
}

TEST(SnapshotJoinTest, RowsWaitUntilTheRightSideIsLoaded) {
  OperatorHarness harness(SnapshotNode(JoinType::kLeft, /*by_key=*/true));
  harness.OnBatch(0, Rows({{"a", 1, 10}, {"b", 2, 20}}));
  harness.OnWatermark(0, 15);
  harness.OnBatch(1, Rows({{"a", 100, 500}}));
  harness.OnBatch(1, Rows({{"a", 101, 600}}, ChangeKind::kUpdateAfter));
  harness.OnWatermark(1, 999);
  EXPECT_EQ(harness.row_count(), 0u);
  EXPECT_EQ(harness.watermark(), kMinWatermark);
  EXPECT_FALSE(harness.op().Waiting().empty());
  harness.OnWatermark(1, 1000);
  const std::vector<std::string> rows = harness.TakeRows();
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_NE(rows[0].find("101"), std::string::npos) << rows[0];
  EXPECT_NE(rows[1].find("null"), std::string::npos) << rows[1];
  EXPECT_EQ(harness.watermark(), 15);
  EXPECT_EQ(harness.entries("waiting"), 0u);
  EXPECT_TRUE(harness.op().Waiting().empty());
}

TEST(SnapshotJoinTest, LaterRowsMeetWhatThereIsAtOnce) {
  OperatorHarness harness(SnapshotNode(JoinType::kInner, /*by_key=*/true));
  harness.OnBatch(1, Rows({{"a", 100, 500}}));
  harness.OnWatermark(1, 1000);
  harness.OnBatch(0, Rows({{"a", 1, 10}}));
  EXPECT_EQ(harness.row_count(), 1u);
  harness.OnBatch(1, Rows({{"a", 100, 500}}, ChangeKind::kDelete));
  harness.OnBatch(0, Rows({{"a", 2, 10}}));
  EXPECT_EQ(harness.row_count(), 1u);
  harness.OnBatch(1, Rows({{"a", 102, 700}}));
  harness.OnBatch(0, Rows({{"a", 3, 10}, {kNullCell, 4, 10}}));
  EXPECT_EQ(harness.row_count(), 2u);
  harness.OnWatermark(0, 50);
  EXPECT_EQ(harness.watermark(), 50);
}

TEST(SnapshotJoinTest, SilenceLoadsItToo) {
  OperatorHarness harness(SnapshotNode(JoinType::kInner, true, 1000, /*idle_ms=*/200));
  harness.OnBatch(0, Rows({{"a", 1, 10}}));
  harness.OnTime(10'000);
  harness.OnBatch(1, Rows({{"a", 100, 500}}));
  harness.OnTime(10'150);
  harness.OnTime(10'300);
  EXPECT_EQ(harness.row_count(), 0u);
  harness.OnTime(10'400);
  EXPECT_EQ(harness.row_count(), 1u);
}

TEST(SnapshotJoinTest, ARestartKeepsBothSides) {
  for (const bool by_key : {true, false}) {
    OperatorHarness harness(SnapshotNode(JoinType::kInner, by_key));
    harness.OnBatch(0, Rows({{"a", 1, 10}}));
    harness.OnBatch(1, Rows({{"a", 100, 500}, {"b", 200, 500}}));
    harness.Restart();
    EXPECT_EQ(harness.row_count(), 0u);
    harness.OnWatermark(1, 2000);
    EXPECT_EQ(harness.row_count(), 1u);
    harness.Restart();
    harness.OnBatch(0, Rows({{"b", 2, 10}}));
    EXPECT_EQ(harness.row_count(), 2u);
  }
}

TEST(SnapshotJoinTest, ManyPairsGoOutInPieces) {
  OperatorHarness harness(SnapshotNode(JoinType::kLeft, /*by_key=*/false));
  harness.set_keep_text(false);
  for (int b = 0; b < 3; ++b) {
    BatchBuilder builder(RowSchema());
    for (int i = 0; i < 8000; ++i) builder.Row({"a", i, 10});
    harness.OnBatch(1, builder.Build());
    if (b == 0) harness.OnBatch(0, Rows({{"a", 1, 10}, {"c", 2, 10}, {"a", 3, 10}}));
  }
  harness.OnWatermark(1, kMaxWatermark);
  EXPECT_EQ(harness.row_count(), 48'001u);
}

TEST(SnapshotJoinTest, RowsGoOutInTheOrderOfTheLeftSide) {
  OperatorHarness harness(SnapshotNode(JoinType::kLeft, /*by_key=*/true));
  harness.OnBatch(1, Rows({{"a", 100, 500}}));
  harness.OnWatermark(1, 1000);
  BatchBuilder builder(RowSchema());
  for (int i = 0; i < 6; ++i) builder.Row({i % 2 == 0 ? "b" : "a", i, 10}).Watermark(10 * i);
  harness.OnBatch(0, builder.Build());
  const std::vector<std::string> rows = harness.TakeRows();
  ASSERT_EQ(rows.size(), 6u);
  for (size_t i = 0; i < rows.size(); ++i) {
    EXPECT_TRUE(rows[i].contains(", " + std::to_string(i) + ", ")) << rows[i];
    EXPECT_EQ(rows[i].contains("null"), i % 2 == 0) << rows[i];
  }
}

TEST(SnapshotJoinTest, PairsThatHardlyMatchGoOutTogether) {
  // 3,000 x 600 pairs of which the condition leaves one in 600.
  OperatorHarness harness(
      SnapshotNode(JoinType::kInner, /*by_key=*/false, 1000, 0, RightValueIs(17)));
  BatchBuilder right(RowSchema());
  for (int i = 0; i < 600; ++i) right.Row({"a", i, 10});
  harness.OnBatch(1, right.Build());
  harness.OnWatermark(1, 1000);
  BatchBuilder left(RowSchema());
  for (int i = 0; i < 3000; ++i) left.Row({"a", i, 10});
  harness.OnBatch(0, left.Build());
  EXPECT_EQ(harness.row_count(), 3000u);
  EXPECT_EQ(harness.last_batch().num_rows, 3000);
}

TEST(SnapshotJoinTest, RowsThatWaitLieOnTheDisk) {
  for (const bool restarts : {false, true}) {
    OperatorHarness harness(SnapshotNode(JoinType::kLeft, /*by_key=*/true));
    harness.UseDisk();
    for (int batch = 0; batch < 30; ++batch) {
      BatchBuilder builder(RowSchema());
      for (int i = 0; i < 1000; ++i) {
        builder.Row({"k" + std::to_string(i % 70), batch * 1000 + i, 10});
      }
      harness.OnBatch(0, builder.Build());
      if (batch % 5 == 0) harness.LeaveMemory();
    }
    harness.OnBatch(1, Rows({{"k7", 100, 500}}));
    harness.LeaveMemory();
    EXPECT_GE(harness.entries_on_disk(), 30'000u);
    if (restarts) harness.RestartFromDisk();
    EXPECT_FALSE(harness.op().Waiting().empty());
    harness.OnWatermark(1, 1000);
    const std::vector<std::string> rows = harness.TakeRows();
    ASSERT_EQ(rows.size(), 30'000u);
    for (size_t i = 0; i < rows.size(); ++i) {
      ASSERT_TRUE(rows[i].contains(", " + std::to_string(i) + ", ")) << rows[i] << " at " << i;
      ASSERT_EQ(rows[i].contains("null"), i % 1000 % 70 != 7) << rows[i];
    }
    harness.LeaveMemory();
    EXPECT_LE(harness.entries_on_disk(), 10u) << "the right row and cells";
  }
}

TEST(SnapshotJoinTest, BothSidesLeaveMemoryAndComeBack) {
  for (const JoinType type : {JoinType::kInner, JoinType::kLeft}) {
    std::mt19937_64 random(5);
    Script script;
    for (int64_t i = 0; i < 400; ++i) {
      const int input = random() % 3 == 0 ? 1 : 0;
      const Cell key = random() % 9 == 0 ? kNullCell : Cell("k" + std::to_string(random() % 20));
      script.push_back({.cells = {key, i, 4 * i}, .input = input});
    }
    AssignWatermarks(&script, {2, 2}, 0);
    const auto [fewest, most] = ExpectSameFromDisk(SnapshotNode(type, /*by_key=*/false), script);
    EXPECT_EQ(fewest, 0u);
    EXPECT_GT(most, 100u);
  }
}

}  // namespace
}  // namespace millrace
