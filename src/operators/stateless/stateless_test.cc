// SPDX-License-Identifier: Apache-2.0
// Calc, Union, WatermarkAssigner and the window function alone.
#include <gtest/gtest.h>

#include "functions/builtin.h"
#include "plan/nodes/expand_node.h"
#include "plan/nodes/stateless_nodes.h"
#include "support/operator_harness.h"

namespace millrace {
namespace {

Schema CalcInputSchema() {
  return Schema({{"a", DataType::Int()},
                 {"b", DataType::Int()},
                 {"ts", DataType::Timestamp(3).WithTimeAttribute(TimeAttribute::kRowtime)}});
}

ExpressionPtr Ref(int column) {
  const Schema schema = CalcInputSchema();
  return Expression::InputRef(column, schema[static_cast<size_t>(column)].type,
                              schema[static_cast<size_t>(column)].name);
}

/// A call of a registry function; arguments must have its types already.
ExpressionPtr CallOf(std::string_view name, std::vector<ExpressionPtr> args) {
  static const FunctionRegistry registry = [] {
    FunctionRegistry made;
    RegisterArithmeticFunctions(&made);
    RegisterComparisonFunctions(&made);
    return made;
  }();
  const ScalarFunction* function = registry.Find(name);
  EXPECT_NE(function, nullptr) << name;
  static const SessionContext session;
  CallSite site;
  site.session = &session;
  for (const ExpressionPtr& arg : args)
    site.args.push_back({.type = arg->type(), .literal = arg->literal()});
  auto resolved = function->resolve(site);
  EXPECT_TRUE(resolved.has_value()) << (resolved ? "" : resolved.error().ToString());
  return Expression::Call(function, std::move(*resolved), std::move(args));
}

TEST(CalcTest, FiltersAndProjects) {
  const PlanNodePtr node =
      std::make_shared<CalcNode>(InputNode(CalcInputSchema()), CallOf(">", {Ref(0), Ref(1)}),
                                 std::vector<ExpressionPtr>{Ref(1), CallOf("+", {Ref(0), Ref(1)})},
                                 std::vector<std::string>{"b", "c"});
  OperatorHarness harness(node);
  harness.OnBatch(0, BatchBuilder(CalcInputSchema())
                         .Row({1, 2, 0})
                         .Row({4, 3, 0}, ChangeKind::kUpdateBefore)
                         .Row({kNullCell, 3, 0})
                         .Row({9, 5, 0}, ChangeKind::kDelete)
                         .Build());
  EXPECT_EQ(harness.rows(), (std::vector<std::string>{"-U[3, 7]", "-D[5, 14]"}));
  EXPECT_EQ(harness.metrics().rows_filtered, 2u);
}

TEST(CalcTest, ARowThatFailsIsReportedAndDropped) {
  const PlanNodePtr node = std::make_shared<CalcNode>(
      InputNode(CalcInputSchema()), CallOf("<", {Ref(0), Ref(1)}),
      std::vector<ExpressionPtr>{CallOf("/", {Ref(1), Ref(0)})}, std::vector<std::string>{"q"});
  OperatorHarness harness(node);
  harness.OnBatch(0, BatchBuilder(CalcInputSchema())
                         .Row({9, 1, 0})
                         .Row({2, 6, 0})
                         .Row({0, 7, 0})
                         .Row({1, 8, 0})
                         .Build());
  EXPECT_EQ(harness.rows(), (std::vector<std::string>{"+I[3]", "+I[8]"}));
  ASSERT_EQ(harness.failures().size(), 1u);
  EXPECT_TRUE(harness.failures()[0].ends_with("+I[0, 7, 1970-01-01T00:00]"))
      << harness.failures()[0];
  EXPECT_EQ(harness.metrics().rows_failed, 1u);
  EXPECT_EQ(harness.metrics().rows_filtered, 1u);
}

PlanNodePtr WatermarkOf(int64_t idle_timeout_ms = 0) {
  return std::make_shared<WatermarkNode>(InputNode(CalcInputSchema()), 2, Ref(2),
                                         WatermarkNode::Limits{.idle_timeout_ms = idle_timeout_ms});
}

TEST(WatermarkAssignerTest, RowsCarryTheWatermarkBeforeThem) {
  OperatorHarness harness(WatermarkOf());
  harness.OnBatch(0, BatchBuilder(CalcInputSchema())
                         .Row({1, 1, 50})
                         .Row({1, 1, 30})
                         .Row({1, 1, 80})
                         .Row({1, 1, 60})
                         .Build());
  const Batch& batch = harness.last_batch();
  ASSERT_NE(batch.watermarks, nullptr);
  EXPECT_EQ(*batch.watermarks, (std::vector<EventTime>{kMinWatermark, 50, 50, 80}));
  EXPECT_EQ(harness.watermark(), 80);
  harness.OnBatch(0, BatchBuilder(CalcInputSchema()).Row({1, 1, 10}).Build());
  EXPECT_EQ(harness.last_batch().watermarks, nullptr);
  EXPECT_EQ(harness.last_batch().watermark, 80);
  EXPECT_EQ(harness.watermark(), 80);
}

TEST(WatermarkAssignerTest, ItsWatermarkSurvives) {
  OperatorHarness harness(WatermarkOf());
  harness.OnBatch(0, BatchBuilder(CalcInputSchema()).Row({1, 1, 50}).Build());
  harness.Restart();
  harness.OnBatch(0, BatchBuilder(CalcInputSchema()).Row({1, 1, 10}).Build());
  EXPECT_EQ(harness.last_batch().watermark, 50);
}

TEST(WatermarkAssignerTest, ANullTimeFailsTheRowAndTheEndIsNotATime) {
  OperatorHarness harness(WatermarkOf());
  harness.OnBatch(
      0, BatchBuilder(CalcInputSchema()).Row({1, 1, kNullCell}).Row({2, 2, kMaxWatermark}).Build());
  EXPECT_EQ(harness.failures().size(), 1u);
  EXPECT_EQ(harness.rows().size(), 1u);
  EXPECT_EQ(harness.watermark(), kMaxWatermark - 1);
  harness.End();
  EXPECT_EQ(harness.watermark(), kMaxWatermark);
}

constexpr int64_t kNow = 1'700'000'000'000;
constexpr int64_t kDay = 86'400'000;

PlanNodePtr LimitedWatermark(bool if_bounded = false) {
  return std::make_shared<WatermarkNode>(
      InputNode(CalcInputSchema()), 2, Ref(2),
      WatermarkNode::Limits{.future_ms = kDay, .future_if_bounded = if_bounded});
}

TEST(WatermarkAssignerTest, ATimeFarInTheFutureFailsTheRowAndMovesNothing) {
  for (const bool one_batch : {true, false}) {
    OperatorHarness harness(LimitedWatermark());
    harness.set_unbounded_at(kNow);
    const std::vector<int64_t> times = {kNow + 3 * 365 * kDay, kNow - 10,         kNow + kDay,
                                        kNow + 3 * kDay,       kMaxWatermark - 1, kNow + kDay + 5};
    BatchBuilder all(CalcInputSchema());
    for (const int64_t time : times) {
      all.Row({1, 1, time});
      if (!one_batch) harness.OnBatch(0, BatchBuilder(CalcInputSchema()).Row({1, 1, time}).Build());
    }
    if (one_batch) harness.OnBatch(0, all.Build());
    EXPECT_EQ(harness.rows().size(), 3u);
    ASSERT_EQ(harness.failures().size(), 3u);
    EXPECT_TRUE(
        harness.failures()[0].starts_with("MR0708: the time in 'ts' is more than 1 d ahead"))
        << harness.failures()[0];
    EXPECT_EQ(harness.watermark(), kNow + kDay + 5);
  }
}

TEST(WatermarkAssignerTest, AClockThatIsBehindFailsNoRowNextToOthers) {
  OperatorHarness harness(LimitedWatermark());
  harness.set_unbounded_at(kNow);
  harness.OnBatch(0, BatchBuilder(CalcInputSchema()).Row({1, 1, kNow}).Build());
  harness.Restart();
  harness.set_now(kNow - 3650 * kDay);
  harness.OnBatch(0, BatchBuilder(CalcInputSchema())
                         .Row({1, 1, kNow + 1000})
                         .Row({1, 1, kNow + kDay})
                         .Row({1, 1, kNow + 3 * kDay})
                         .Row({1, 1, kNow + 1000})
                         .Build());
  EXPECT_EQ(harness.rows().size(), 4u);
  EXPECT_EQ(harness.failures().size(), 1u);
}

TEST(WatermarkAssignerTest, ATableThatEndsMayBeInTheFutureUnlessItIsSaid) {
  for (const bool if_bounded : {false, true}) {
    OperatorHarness harness(LimitedWatermark(if_bounded));
    harness.OnBatch(0, BatchBuilder(CalcInputSchema()).Row({1, 1, 3 * kDay}).Build());
    EXPECT_EQ(harness.failures().size(), if_bounded ? 1u : 0u);
  }
}

TEST(WatermarkAssignerTest, SilenceMakesItIdle) {
  OperatorHarness harness(WatermarkOf(1000));
  harness.OnBatch(0, BatchBuilder(CalcInputSchema()).Row({1, 1, 50}).Build());
  harness.OnTime(5000);
  harness.OnTime(5999);
  EXPECT_FALSE(harness.idle());
  harness.OnTime(6000);
  EXPECT_TRUE(harness.idle());
  EXPECT_EQ(harness.watermark(), 50);
  harness.OnBatch(0, BatchBuilder(CalcInputSchema()).Row({1, 1, 60}).Build());
  EXPECT_FALSE(harness.idle());
}

/// One row of split `split`, with `open` as the splits that the scan has open.
Batch SplitRow(int32_t split, std::shared_ptr<const SplitSet> open, int64_t time) {
  Batch batch = BatchBuilder(CalcInputSchema()).Row({1, 1, time}).Build();
  batch.split = split;
  batch.open_splits = std::move(open);
  return batch;
}

TEST(WatermarkAssignerTest, TheSlowestSplitHoldsTheWatermark) {
  OperatorHarness harness(WatermarkOf());
  const auto both = std::make_shared<const SplitSet>(SplitSet{0, 1});
  harness.OnBatch(0, SplitRow(0, both, 500));
  EXPECT_EQ(harness.watermark(), kMinWatermark);
  harness.OnBatch(0, SplitRow(1, both, 20));
  EXPECT_EQ(harness.watermark(), 20);
  harness.OnBatch(0, SplitRow(1, both, 900));
  EXPECT_EQ(harness.last_batch().watermark, 20);
  EXPECT_EQ(harness.watermark(), 500);
  // Split 0 has ended; split 2 starts behind, but the watermark does not go back.
  const auto others = std::make_shared<const SplitSet>(SplitSet{1, 2});
  harness.OnBatch(0, SplitRow(2, others, 100));
  EXPECT_EQ(harness.watermark(), 500);
  harness.OnBatch(0, SplitRow(2, others, 950));
  EXPECT_EQ(harness.watermark(), 900);
}

TEST(WatermarkAssignerTest, AnIdleSplitDoesNotHoldTheWatermark) {
  OperatorHarness harness(WatermarkOf(1000));
  const auto both = std::make_shared<const SplitSet>(SplitSet{0, 1});
  harness.OnBatch(0, SplitRow(0, both, 500));
  harness.OnTime(5000);
  harness.OnBatch(0, SplitRow(0, both, 600));
  harness.OnTime(6000);
  EXPECT_FALSE(harness.idle());
  EXPECT_EQ(harness.watermark(), 600);
  harness.OnTime(7000);
  EXPECT_TRUE(harness.idle());
  harness.OnBatch(0, SplitRow(1, both, 10));
  EXPECT_EQ(harness.last_batch().watermark, 600);
}

PlanNodePtr UnionOf(size_t inputs) {
  std::vector<PlanNodePtr> nodes;
  for (size_t i = 0; i < inputs; ++i) nodes.push_back(InputNode(CalcInputSchema()));
  return std::make_shared<UnionNode>(nodes, CalcInputSchema());
}

TEST(UnionTest, TheWatermarkIsTheLeast) {
  OperatorHarness harness(UnionOf(2));
  harness.OnWatermark(0, 100);
  EXPECT_EQ(harness.watermark(), kMinWatermark);
  harness.OnWatermark(1, 40);
  EXPECT_EQ(harness.watermark(), 40);
  // Input 1 goes on from 40 to 120, but input 0 stands at 100.
  harness.OnBatch(1, BatchBuilder(CalcInputSchema())
                         .Row({1, 1, 0})
                         .Watermark(40)
                         .Row({1, 1, 0})
                         .Watermark(70)
                         .Row({1, 1, 0})
                         .Watermark(120)
                         .Build());
  EXPECT_EQ(*harness.last_batch().watermarks, (std::vector<EventTime>{40, 70, 100}));
  harness.OnBatch(0, BatchBuilder(CalcInputSchema()).Row({1, 1, 0}).Watermark(110).Build());
  EXPECT_EQ(harness.last_batch().watermark_before(0), 110);
}

TEST(UnionTest, AnIdleInputDoesNotHoldTheOthers) {
  OperatorHarness harness(UnionOf(2));
  harness.OnWatermark(0, 100);
  harness.OnWatermark(1, 40, true);
  EXPECT_EQ(harness.watermark(), 100);
  EXPECT_FALSE(harness.idle());
  harness.OnWatermark(0, 100, true);
  EXPECT_TRUE(harness.idle());
  // Back again: the watermark does not go back.
  harness.OnBatch(1, BatchBuilder(CalcInputSchema()).Row({1, 1, 0}).Watermark(50).Build());
  EXPECT_EQ(harness.last_batch().watermark_before(0), 100);
}

std::vector<std::string> WindowsOf(const WindowSpec& spec, int64_t time) {
  Schema schema = CalcInputSchema();
  schema.Append({"window_start", DataType::Timestamp(3)});
  schema.Append({"window_end", DataType::Timestamp(3)});
  schema.Append({"window_time", DataType::Timestamp(3)});
  OperatorHarness harness(std::make_shared<WindowTvfNode>(InputNode(CalcInputSchema()), 2, spec));
  harness.OnBatch(0, BatchBuilder(CalcInputSchema()).Row({1, 1, time}).Build());
  std::vector<std::string> windows;
  const Batch& batch = harness.last_batch();
  for (int64_t row = 0; row < batch.num_rows; ++row) {
    const auto value = [&](size_t column) {
      return std::to_string(
          static_cast<const arrow::TimestampArray&>(*batch.columns[column]).Value(row));
    };
    windows.push_back(value(3) + "-" + value(4) + "-" + value(5));
  }
  return windows;
}

// Orders as the real Flink gives them.
TEST(WindowTableFunctionTest, WindowsOfARow) {
  EXPECT_EQ(WindowsOf({.kind = WindowKind::kTumble, .size = 10}, -1),
            (std::vector<std::string>{"-10-0--1"}));
  EXPECT_EQ(WindowsOf({.kind = WindowKind::kHop, .size = 15, .slide = 5}, 12),
            (std::vector<std::string>{"10-25-24", "5-20-19", "0-15-14"}));
  EXPECT_EQ(WindowsOf({.kind = WindowKind::kCumulate, .size = 15, .slide = 5}, 7),
            (std::vector<std::string>{"0-10-9", "0-15-14"}));
}

TEST(WindowTableFunctionTest, ManyWindowsGoOutInPieces) {
  Schema schema = CalcInputSchema();
  OperatorHarness harness(std::make_shared<WindowTvfNode>(
      InputNode(CalcInputSchema()), 2,
      WindowSpec{.kind = WindowKind::kHop, .size = 100'000, .slide = 10}));
  harness.set_keep_text(false);
  BatchBuilder builder(CalcInputSchema());
  for (int i = 0; i < 7; ++i) builder.Row({1, 1, i});
  harness.OnBatch(0, builder.Build());
  EXPECT_EQ(harness.row_count(), 70'000u);
}

ExpandNode::Fields TwoSets() {
  return {.keys = {0, 1},
          .sets = {{true, false}, {false, false}},
          .labels = {{"grouping", {1, 3}}, {"$set", {0, 1}}}};
}

TEST(ExpandTest, CopiesOfARowAreNeighboursWithoutTheKeysOfOtherSets) {
  OperatorHarness harness(std::make_shared<ExpandNode>(InputNode(CalcInputSchema()), TwoSets()));
  harness.OnBatch(0, BatchBuilder(CalcInputSchema())
                         .Row({1, 2, 0})
                         .Row({4, kNullCell, 0}, ChangeKind::kDelete)
                         .Build());
  EXPECT_EQ(harness.rows(), (std::vector<std::string>{
                                "+I[1, 2, 1970-01-01T00:00, 1, null, 1, 0]",
                                "+I[1, 2, 1970-01-01T00:00, null, null, 3, 1]",
                                "-D[4, null, 1970-01-01T00:00, 4, null, 1, 0]",
                                "-D[4, null, 1970-01-01T00:00, null, null, 3, 1]",
                            }));
}

TEST(ExpandTest, AKeyThatASetIsWithoutCanBeNull) {
  Schema input({{"a", DataType::Int().NotNull()}, {"b", DataType::Int().NotNull()}});
  const ExpandNode node(InputNode(input), {.keys = {0, 1}, .sets = {{true, true}, {true, false}}});
  EXPECT_FALSE(node.schema()[2].type.nullable());
  EXPECT_TRUE(node.schema()[3].type.nullable());
  EXPECT_EQ(node.details(), "sets=[{a, b}, {a}]");
}

TEST(ExpandTest, ALargeBatchComesInParts) {
  OperatorHarness harness(std::make_shared<ExpandNode>(InputNode(CalcInputSchema()), TwoSets()));
  BatchBuilder builder(CalcInputSchema());
  for (int i = 0; i < 5000; ++i) builder.Row({i, i, 0});
  harness.OnBatch(0, builder.Build());
  EXPECT_EQ(harness.rows().size(), 10000u);
}

}  // namespace
}  // namespace millrace
