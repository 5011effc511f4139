// SPDX-License-Identifier: Apache-2.0
// Windows that close by a clock that the test moves.
#include <gtest/gtest.h>

#include "plan/nodes/aggregate_nodes.h"
#include "support/operator_harness.h"

namespace millrace {
namespace {

Schema ClockedInput() {
  return Schema({{"k", DataType::String()},
                 {"v", DataType::BigInt()},
                 {"pt", DataType::TimestampLtz(3).WithTimeAttribute(TimeAttribute::kProctime)}});
}

PlanNodePtr ClockedNode(WindowSpec spec) {
  const Schema input = ClockedInput();
  WindowAggregateNode::Fields fields;
  fields.keys = {0};
  fields.calls = {MakeCall(input, "SUM", {1}, "s")};
  fields.window = std::move(spec);
  fields.time_column = 2;
  fields.time_type = input[2].type;
  fields.emit_start = fields.emit_end = true;
  Schema schema({input[0], fields.calls[0].output});
  schema.Append({"window_start", DataType::Timestamp(3)});
  schema.Append({"window_end", DataType::Timestamp(3)});
  return std::make_shared<WindowAggregateNode>(InputNode(input), fields, schema);
}

/// A row that comes now, whatever its column says.
void Come(OperatorHarness* harness, int64_t now, const std::string& key, int64_t value) {
  harness->set_now(now);
  harness->OnBatch(0, BatchBuilder(ClockedInput()).Row({key, value, int64_t{7}}).Build());
}

using Rows = std::vector<std::string>;

TEST(ClockedWindowsTest, AWindowClosesWhenTheClockReachesItsEnd) {
  OperatorHarness harness(ClockedNode({.kind = WindowKind::kTumble, .size = 10'000}));
  Come(&harness, 1'000, "a", 1);
  Come(&harness, 9'999, "a", 2);
  harness.OnTime(9'999);
  EXPECT_EQ(harness.TakeRows(), Rows());
  harness.OnTime(10'000);
  EXPECT_EQ(harness.TakeRows(), Rows{"+I[a, 3, 1970-01-01T00:00, 1970-01-01T00:00:10]"});
  // The row that shows that the time has come belongs to the next window.
  Come(&harness, 12'000, "a", 4);
  Come(&harness, 20'000, "b", 5);
  EXPECT_EQ(harness.TakeRows(), Rows{"+I[a, 4, 1970-01-01T00:00:10, 1970-01-01T00:00:20]"});
  EXPECT_EQ(harness.metrics().rows_late, 0u);
}

TEST(ClockedWindowsTest, TheEndOfInputClosesNothing) {
  OperatorHarness harness(ClockedNode({.kind = WindowKind::kTumble, .size = 10'000}));
  Come(&harness, 1'000, "a", 1);
  harness.End();
  EXPECT_EQ(harness.TakeRows(), Rows());
  EXPECT_EQ(harness.watermark(), kMaxWatermark);
}

TEST(ClockedWindowsTest, SessionsCloseAGapAfterTheirLastRow) {
  OperatorHarness harness(ClockedNode({.kind = WindowKind::kSession, .size = 5'000}));
  Come(&harness, 1'000, "a", 1);
  Come(&harness, 4'000, "a", 2);
  harness.Restart();
  harness.OnTime(6'000);
  EXPECT_EQ(harness.TakeRows(), Rows());
  harness.OnTime(9'000);
  EXPECT_EQ(harness.TakeRows(), Rows{"+I[a, 3, 1970-01-01T00:00:01, 1970-01-01T00:00:09]"});
}

TEST(ClockedWindowsTest, AClockThatGoesBackStandsStill) {
  OperatorHarness harness(ClockedNode({.kind = WindowKind::kTumble, .size = 10'000}));
  Come(&harness, 15'000, "a", 1);
  harness.Restart();
  Come(&harness, 3'000, "a", 2);
  harness.OnTime(20'000);
  EXPECT_EQ(harness.TakeRows(), Rows{"+I[a, 3, 1970-01-01T00:00:10, 1970-01-01T00:00:20]"});
}

}  // namespace
}  // namespace millrace
