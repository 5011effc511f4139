// SPDX-License-Identifier: Apache-2.0
// Window join and interval join against oracles that compare every row with every row.
#include <gtest/gtest.h>

#include "plan/nodes/join_nodes.h"
#include "support/operator_harness.h"

namespace millrace {
namespace {

Schema SideSchema(const std::string& prefix) {
  return Schema({{prefix + "k", DataType::String()},
                 {prefix + "v", DataType::BigInt()},
                 {prefix + "ws", DataType::Timestamp(3)},
                 {prefix + "we", DataType::Timestamp(3)},
                 {prefix + "ts", DataType::Timestamp(3)}});
}

Schema PairSchema() {
  Schema schema = SideSchema("l");
  for (const Column& column : SideSchema("r")) schema.Append(column);
  return schema;
}

constexpr int64_t kWindow = 5000;

/// Rows of both sides, each with the 5 s window of its time.
Script RandomScript(uint64_t seed, size_t count, int64_t disorder, int64_t step = 200) {
  std::mt19937_64 random(seed);
  Script script;
  int64_t now = 0;
  for (size_t i = 0; i < count; ++i) {
    now += static_cast<int64_t>(random() % static_cast<uint64_t>(step));
    const int64_t reach = random() % 15 == 0 ? 8 * disorder : disorder;
    const int64_t time =
        100'000 + now - static_cast<int64_t>(random() % static_cast<uint64_t>(reach + 1));
    const uint64_t key = random() % 6;
    ScriptRow row;
    row.input = random() % 4 == 0 ? 1 - (i / 8 % 2) : i / 8 % 2;
    row.cells = {key == 0 ? kNullCell : Cell("k" + std::to_string(key)), random() % 50,
                 time - time % kWindow, time - time % kWindow + kWindow, time};
    script.push_back(row);
  }
  AssignWatermarks(&script, {4, 4}, disorder / 2);
  return script;
}

/// The operator's watermark before each row: the least of both sides.
std::vector<EventTime> JointWatermarks(const Script& script) {
  EventTime now[2] = {kMinWatermark, kMinWatermark};
  std::vector<EventTime> before;
  for (const ScriptRow& row : script) {
    now[row.input] = std::max(now[row.input], row.before);
    before.push_back(std::min(now[0], now[1]));
    now[row.input] = row.after;
  }
  return before;
}

std::string PairText(const CellRow* left, const CellRow* right) {
  CellRow cells = left != nullptr ? *left : CellRow(5);
  if (right != nullptr) {
    cells.insert(cells.end(), right->begin(), right->end());
  } else {
    cells.resize(10);
  }
  return FormatRow(PairSchema(), BatchBuilder(PairSchema()).Row(cells).Build(), 0);
}

bool SameKey(const ScriptRow& a, const ScriptRow& b) {
  return !a.cells[0].is_null() && !b.cells[0].is_null() && a.cells[0].text() == b.cells[0].text();
}

PlanNodePtr WindowNode(JoinType type) {
  WindowJoinNode::Fields fields;
  fields.type = type;
  fields.left_keys = fields.right_keys = {0};
  fields.left_window = fields.right_window = {.start = 2, .end = 3, .time = -1};
  const bool left_only = type == JoinType::kSemi || type == JoinType::kAnti;
  return std::make_shared<WindowJoinNode>(InputNode(SideSchema("l")), InputNode(SideSchema("r")),
                                          fields, left_only ? SideSchema("l") : PairSchema());
}

std::vector<std::string> WindowOracle(const Script& script, JoinType type) {
  const std::vector<EventTime> before = JointWatermarks(script);
  std::vector<const ScriptRow*> sides[2];
  for (size_t i = 0; i < script.size(); ++i) {
    if (script[i].cells[3].integer() - 1 > before[i]) sides[script[i].input].push_back(&script[i]);
  }
  std::vector<std::string> rows;
  std::set<const ScriptRow*> matched;
  for (const ScriptRow* left : sides[0]) {
    for (const ScriptRow* right : sides[1]) {
      if (!SameKey(*left, *right) || left->cells[3].integer() != right->cells[3].integer())
        continue;
      matched.insert(left);
      matched.insert(right);
      if (type == JoinType::kSemi || type == JoinType::kAnti) continue;
      rows.push_back(PairText(&left->cells, &right->cells));
    }
  }
  for (const ScriptRow* left : sides[0]) {
    const bool has_match = matched.contains(left);
    if (type == JoinType::kSemi ? has_match : type == JoinType::kAnti && !has_match) {
      rows.push_back(
          FormatRow(SideSchema("l"), BatchBuilder(SideSchema("l")).Row(left->cells).Build(), 0));
    }
    if (!has_match && (type == JoinType::kLeft || type == JoinType::kFull)) {
      rows.push_back(PairText(&left->cells, nullptr));
    }
  }
  for (const ScriptRow* right : sides[1]) {
    if (!matched.contains(right) && (type == JoinType::kRight || type == JoinType::kFull)) {
      rows.push_back(PairText(nullptr, &right->cells));
    }
  }
  return rows;
}

TEST(WindowJoinTest, EveryTypeIsTheOracle) {
  for (const JoinType type : {JoinType::kInner, JoinType::kLeft, JoinType::kRight, JoinType::kFull,
                              JoinType::kSemi, JoinType::kAnti}) {
    const Script script = RandomScript(static_cast<uint64_t>(type) + 1, 600, 3000);
    const auto expected = WindowOracle(script, type);
    EXPECT_GT(expected.size(), 50u);
    EXPECT_EQ(Sorted(RunEveryWay(WindowNode(type), script)), Sorted(expected))
        << JoinTypeName(type);
  }
}

TEST(WindowJoinTest, RowsLieOnTheDiskUntilTheirWindowCloses) {
  for (const JoinType type : {JoinType::kInner, JoinType::kLeft, JoinType::kRight, JoinType::kFull,
                              JoinType::kSemi, JoinType::kAnti}) {
    SCOPED_TRACE(JoinTypeName(type));
    const Script script = RandomScript(static_cast<uint64_t>(type) + 31, 700, 3000);
    const auto [fewest, most] = ExpectSameFromDisk(WindowNode(type), script, /*in_order=*/false);
    EXPECT_EQ(fewest, 0u);
    EXPECT_GT(most, 1u);
  }
}

TEST(WindowJoinTest, AWindowOnTheDiskIsJoinedInPartsAndGone) {
  OperatorHarness harness(WindowNode(JoinType::kFull));
  harness.UseDisk();
  for (int part = 0; part < 2; ++part) {
    for (int side = 0; side < 2; ++side) {
      BatchBuilder builder(SideSchema(side == 0 ? "l" : "r"));
      for (int i = 0; i < 500; ++i) {
        builder.Row({"k" + std::to_string(i), part, 0, kWindow, 10});
        builder.Row({"k" + std::to_string(i), part, kWindow, 2 * kWindow, kWindow});
      }
      harness.OnBatch(side, builder.Build());
    }
    if (part == 0) harness.LeaveMemory();
  }
  EXPECT_EQ(harness.entries_in_memory(), 2000u) << "half of it is on the disk";
  for (int side = 0; side < 2; ++side) harness.OnWatermark(side, kWindow - 1);
  EXPECT_EQ(harness.TakeRows().size(), 2000u);
  harness.LeaveMemory();
  EXPECT_GE(harness.entries_on_disk(), 2000u) << "the next window";
  for (int side = 0; side < 2; ++side) harness.OnWatermark(side, 2 * kWindow - 1);
  EXPECT_EQ(harness.TakeRows().size(), 2000u);
  harness.LeaveMemory();
  EXPECT_LE(harness.entries_on_disk(), 8u) << "cells";
}

/// The number of rows that wait at most, and that come out of one step.
TEST(WindowJoinTest, AThousandfoldJoinGoesOutInPieces) {
  OperatorHarness harness(WindowNode(JoinType::kInner));
  harness.set_keep_text(false);
  for (int side = 0; side < 2; ++side) {
    BatchBuilder builder(SideSchema(side == 0 ? "l" : "r"));
    for (int i = 0; i < 1000; ++i) builder.Row({"a", i, 0, kWindow, 10});
    harness.OnBatch(side, builder.Build());
  }
  harness.OnWatermark(0, kWindow);
  EXPECT_EQ(harness.row_count(), 0u);
  harness.OnWatermark(1, kWindow - 1);
  EXPECT_EQ(harness.row_count(), 1'000'000u);
  EXPECT_EQ(harness.state_entries(), harness.entries("times"));
}

TEST(WindowJoinTest, ARowOfAClosedWindowIsLate) {
  OperatorHarness harness(WindowNode(JoinType::kLeft));
  harness.OnWatermark(0, kWindow - 1);
  harness.OnWatermark(1, kWindow - 1);
  harness.OnBatch(
      0,
      BatchBuilder(SideSchema("l")).Row({"a", 1, 0, kWindow, 10}).Watermark(kWindow - 1).Build());
  harness.End();
  EXPECT_TRUE(harness.rows().empty());
  EXPECT_EQ(harness.metrics().rows_late, 1u);
}

PlanNodePtr IntervalNode(int64_t lower_ms, int64_t upper_ms, JoinType type = JoinType::kInner) {
  IntervalJoinNode::Fields fields;
  fields.type = type;
  fields.left_keys = fields.right_keys = {0};
  fields.left_time = fields.right_time = 4;
  fields.lower_ms = lower_ms;
  fields.upper_ms = upper_ms;
  return std::make_shared<IntervalJoinNode>(InputNode(SideSchema("l")), InputNode(SideSchema("r")),
                                            fields, PairSchema());
}

/// Pairs in the order in which they go out; rows that go out alone are behind them.
std::vector<std::string> IntervalOracle(const Script& script, int64_t lower_ms, int64_t upper_ms,
                                        JoinType type = JoinType::kInner) {
  const std::vector<EventTime> before = JointWatermarks(script);
  const int64_t reach[2] = {-lower_ms, upper_ms};
  std::vector<std::string> rows;
  std::vector<const ScriptRow*> kept[2];
  std::set<const ScriptRow*> matched;
  for (size_t i = 0; i < script.size(); ++i) {
    const ScriptRow& row = script[i];
    const int64_t time = row.cells[4].integer();
    const int other = 1 - row.input;
    std::vector<const ScriptRow*> found;
    for (const ScriptRow* partner : kept[other]) {
      const int64_t partner_time = partner->cells[4].integer();
      const int64_t difference = row.input == 0 ? time - partner_time : partner_time - time;
      const bool visible = before[i] == kMinWatermark || partner_time >= before[i] - reach[other];
      if (SameKey(row, *partner) && visible && difference >= lower_ms && difference <= upper_ms) {
        found.push_back(partner);
      }
    }
    std::stable_sort(found.begin(), found.end(), [](const ScriptRow* a, const ScriptRow* b) {
      return a->cells[4].integer() < b->cells[4].integer();
    });
    for (const ScriptRow* partner : found) {
      matched.insert({&row, partner});
      rows.push_back(row.input == 0 ? PairText(&row.cells, &partner->cells)
                                    : PairText(&partner->cells, &row.cells));
    }
    if (before[i] < time + reach[row.input]) kept[row.input].push_back(&row);
  }
  for (const ScriptRow& row : script) {
    const JoinType side = row.input == 0 ? JoinType::kLeft : JoinType::kRight;
    if (matched.contains(&row) || (type != JoinType::kFull && type != side)) continue;
    rows.push_back(row.input == 0 ? PairText(&row.cells, nullptr) : PairText(nullptr, &row.cells));
  }
  return rows;
}

TEST(IntervalJoinTest, IsTheOracle) {
  const std::pair<int64_t, int64_t> bounds[] = {
      {-2000, 2000}, {-1000, 0}, {0, 3000}, {500, 1500}, {-1500, -500}};
  uint64_t seed = 1;
  for (const auto& [lower_ms, upper_ms] : bounds) {
    const Script script = RandomScript(seed++, 700, 2000, 60);
    const auto expected = IntervalOracle(script, lower_ms, upper_ms);
    EXPECT_GT(expected.size(), 50u);
    EXPECT_EQ(RunEveryWay(IntervalNode(lower_ms, upper_ms), script), expected)
        << lower_ms << " to " << upper_ms;
  }
}

TEST(IntervalJoinTest, OuterTypesAreTheOracle) {
  uint64_t seed = 11;
  for (const JoinType type : {JoinType::kLeft, JoinType::kRight, JoinType::kFull}) {
    const Script script = RandomScript(seed++, 700, 2000, 60);
    const auto expected = IntervalOracle(script, -700, 400, type);
    EXPECT_GT(expected.size(), IntervalOracle(script, -700, 400).size() + 50);
    EXPECT_EQ(Sorted(RunEveryWay(IntervalNode(-700, 400, type), script)), Sorted(expected))
        << JoinTypeName(type);
  }
}

TEST(IntervalJoinTest, ARowGoesOutAloneWhenNoPartnerCanComeOnTime) {
  OperatorHarness harness(IntervalNode(-1000, 1000, JoinType::kLeft));
  harness.OnBatch(0, BatchBuilder(SideSchema("l"))
                         .Row({"a", 1, 0, kWindow, 2000})
                         .Row({"b", 2, 0, kWindow, 2000})
                         .Build());
  harness.OnBatch(1, BatchBuilder(SideSchema("r")).Row({"b", 3, 0, kWindow, 2500}).Build());
  EXPECT_EQ(harness.row_count(), 1u);
  harness.OnWatermark(0, 3000);
  harness.OnWatermark(1, 3000);
  EXPECT_EQ(harness.row_count(), 1u);
  harness.OnWatermark(0, 3001);
  harness.OnWatermark(1, 3001);
  EXPECT_EQ(harness.row_count(), 2u);
  EXPECT_EQ(harness.entries("left") + harness.entries("left unmatched"), 0u);
}

TEST(IntervalJoinTest, RowsWithoutAKeyAndLateRowsGoOutAloneAtOnce) {
  OperatorHarness harness(IntervalNode(-1000, 1000, JoinType::kFull));
  harness.OnWatermark(0, 5000);
  harness.OnWatermark(1, 5000);
  harness.OnBatch(0, BatchBuilder(SideSchema("l"))
                         .Row({kNullCell, 1, 0, kWindow, 9000})
                         .Row({"a", 2, 0, kWindow, 4000})
                         .Watermark(5000)
                         .Build());
  EXPECT_EQ(harness.row_count(), 2u);
  EXPECT_EQ(harness.entries("left"), 0u);
}

TEST(IntervalJoinTest, OldRowsAreDropped) {
  const Script script = RandomScript(3, 3000, 1000, 60);
  std::mt19937_64 random(1);
  OperatorHarness harness(IntervalNode(-1000, 1000));
  harness.Feed(script, 0, script.size(), 0, random);
  EXPECT_LT(harness.entries("left"), 150u);
  harness.End();
  EXPECT_EQ(harness.entries("left") + harness.entries("right"), 0u);
}

TEST(IntervalJoinTest, RowsLieOnTheDiskUntilTheirKeyIsAskedFor) {
  uint64_t seed = 21;
  for (const JoinType type :
       {JoinType::kInner, JoinType::kLeft, JoinType::kRight, JoinType::kFull}) {
    SCOPED_TRACE(JoinTypeName(type));
    const Script script = RandomScript(seed++, 700, 2000, 60);
    const auto [fewest, most] = ExpectSameFromDisk(IntervalNode(-1500, 1500, type), script,
                                                   /*in_order=*/type == JoinType::kInner);
    EXPECT_EQ(fewest, 0u);
    EXPECT_GT(most, 1u);
  }
}

/// Many keys, which nobody asks for again; every third one has a partner.
void HoldManyKeys(OperatorHarness* harness) {
  BatchBuilder left(SideSchema("l"));
  BatchBuilder right(SideSchema("r"));
  for (int i = 0; i < 300; ++i) {
    left.Row({"k" + std::to_string(i), i, 0, kWindow, 2000 + i});
    if (i % 3 == 0) right.Row({"k" + std::to_string(i), i, 0, kWindow, 2000 + i});
  }
  harness->OnBatch(0, left.Build());
  harness->OnBatch(1, right.Build());
}

TEST(IntervalJoinTest, RowsOnTheDiskGoOutAloneWhenTheirTimeHasCome) {
  for (const bool restarts : {false, true}) {
    OperatorHarness harness(IntervalNode(-1000, 1000, JoinType::kLeft));
    harness.UseDisk();
    HoldManyKeys(&harness);
    EXPECT_EQ(harness.TakeRows().size(), 100u);
    harness.LeaveMemory();
    if (restarts) harness.RestartFromDisk();
    const auto advance = [&harness](int64_t watermark) {
      harness.OnWatermark(0, watermark);
      harness.OnWatermark(1, watermark);
      return harness.TakeRows().size();
    };
    EXPECT_EQ(advance(3000), 0u);
    EXPECT_EQ(advance(3001), 0u) << "the first one had a partner";
    EXPECT_EQ(advance(3002), 1u);
    harness.LeaveMemory();
    EXPECT_EQ(advance(3150), 99u);
    harness.LeaveMemory();
    EXPECT_EQ(advance(9000), 100u);
    for (int64_t now = 0; now < 2000; now += 100) {
      harness.OnTime(now);
      harness.LeaveMemory();
    }
    EXPECT_LE(harness.entries_on_disk(), 8u) << "cells";
  }
}

TEST(IntervalJoinTest, ARowOnTheDiskIsMatchedOnce) {
  OperatorHarness harness(IntervalNode(-1000, 1000, JoinType::kLeft));
  harness.UseDisk();
  harness.OnBatch(0, BatchBuilder(SideSchema("l")).Row({"a", 1, 0, kWindow, 2000}).Build());
  harness.LeaveMemory();
  harness.OnBatch(1, BatchBuilder(SideSchema("r")).Row({"a", 2, 0, kWindow, 2500}).Build());
  harness.EndEpoch();
  harness.Shrink();
  EXPECT_EQ(harness.entries("left"), 1u) << "that it has a partner is not on the disk yet";
  harness.LeaveMemory();
  harness.RestartFromDisk();
  harness.End();
  EXPECT_EQ(harness.row_count(), 1u);
}

TEST(IntervalJoinTest, RowsOnTheDiskThatAreOutOfSightAreDropped) {
  OperatorHarness harness(IntervalNode(-1000, 1000));
  harness.UseDisk();
  for (int side = 0; side < 2; ++side) {
    BatchBuilder builder(SideSchema(side == 0 ? "l" : "r"));
    for (int i = 0; i < 200; ++i) {
      builder.Row({"k" + std::to_string(200 * side + i), i, 0, kWindow, 1000 + i});
    }
    harness.OnBatch(side, builder.Build());
  }
  harness.LeaveMemory();
  EXPECT_GE(harness.entries_on_disk(), 400u);
  harness.OnWatermark(0, 9000);
  harness.OnWatermark(1, 9000);
  for (int64_t now = 0; now < 1000; now += 100) {
    harness.OnTime(now);
    harness.LeaveMemory();
  }
  EXPECT_LE(harness.entries_on_disk(), 8u) << "cells";
}

TEST(IntervalJoinTest, ManyMatchesOfOneRowGoOutInPieces) {
  OperatorHarness harness(IntervalNode(-10, 10));
  harness.set_keep_text(false);
  for (int b = 0; b < 3; ++b) {
    BatchBuilder builder(SideSchema("r"));
    for (int i = 0; i < 8000; ++i) builder.Row({"a", i, 0, kWindow, 10});
    harness.OnBatch(1, builder.Build());
  }
  BatchBuilder builder(SideSchema("l"));
  for (int i = 0; i < 10; ++i) builder.Row({"a", i, 0, kWindow, 5});
  harness.OnBatch(0, builder.Build());
  EXPECT_EQ(harness.row_count(), 240'000u);
}

TEST(IntervalJoinTest, ItsWatermarkIsHeldBack) {
  OperatorHarness harness(IntervalNode(-3000, 1000));
  harness.OnWatermark(0, 10'000);
  EXPECT_EQ(harness.watermark(), kMinWatermark);
  harness.OnWatermark(1, 9'000);
  EXPECT_EQ(harness.watermark(), 6'000);
}

}  // namespace
}  // namespace millrace
