// SPDX-License-Identifier: Apache-2.0
// OVER against an oracle that looks at all rows of the key for every result.
#include <gtest/gtest.h>

#include <set>

#include "plan/nodes/aggregate_nodes.h"
#include "support/operator_harness.h"

namespace millrace {
namespace {

Schema OverInputSchema() {
  return Schema({{"k", DataType::String()},
                 {"v", DataType::BigInt()},
                 {"f", DataType::Boolean()},
                 {"ts", DataType::Timestamp(3).WithTimeAttribute(TimeAttribute::kRowtime)}});
}

PlanNodePtr MakeNode(bool rows, int64_t preceding, bool on_arrival, bool keyed = true) {
  const Schema input = OverInputSchema();
  const bool retracts = preceding >= 0;
  OverNode::Fields fields;
  if (keyed) fields.partition_keys = {0};
  fields.order_column = 3;
  fields.on_arrival = on_arrival;
  OverStage stage{.rows = rows, .preceding = preceding};
  stage.calls = {MakeCall(input, "COUNT", {}, "n", retracts),
                 MakeCall(input, "SUM", {1}, "s", retracts),
                 MakeCall(input, "MIN", {1}, "lo", retracts),
                 MakeCall(input, "MAX", {1}, "hi", retracts, false, 2),
                 MakeCall(input, "COUNT", {1}, "d", retracts, true)};
  fields.stages = {stage};
  return std::make_shared<OverNode>(InputNode(input), fields);
}

/// The same frame with FIRST_VALUE and LAST_VALUE.
PlanNodePtr MakeEndsNode(bool rows, int64_t preceding, bool on_arrival) {
  const Schema input = OverInputSchema();
  OverNode::Fields fields = As<OverNode>(MakeNode(rows, preceding, on_arrival))->fields();
  fields.stages[0].calls = {MakeCall(input, "FIRST_VALUE", {1}, "first", preceding >= 0),
                            MakeCall(input, "LAST_VALUE", {1}, "last", preceding >= 0)};
  return std::make_shared<OverNode>(InputNode(input), fields);
}

struct Seen {
  const ScriptRow* row;
  EventTime time;
  size_t arrival;
};

std::string CellText(const std::optional<int64_t>& value) {
  return value.has_value() ? std::to_string(*value) : "null";
}

/// The results over a frame, as text.
std::string Results(const std::vector<Seen>& frame, bool ends) {
  int64_t sum = 0;
  std::multiset<int64_t> values;
  std::multiset<int64_t> filtered;
  std::optional<int64_t> first;
  std::optional<int64_t> last;
  for (const Seen& seen : frame) {
    if (seen.row->cells[1].is_null()) continue;
    const int64_t value = seen.row->cells[1].integer();
    if (!first.has_value()) first = value;
    last = value;
    sum += value;
    values.insert(value);
    const Cell& flag = seen.row->cells[2];
    if (!flag.is_null() && std::get<bool>(flag)) filtered.insert(value);
  }
  if (ends) return CellText(first) + ", " + CellText(last);
  const auto no_value = std::optional<int64_t>();
  return std::to_string(frame.size()) + ", " + CellText(values.empty() ? no_value : sum) + ", " +
         CellText(values.empty() ? no_value : *values.begin()) + ", " +
         CellText(filtered.empty() ? no_value : *filtered.rbegin()) + ", " +
         std::to_string(std::set<int64_t>(values.begin(), values.end()).size());
}

std::string RowText(const ScriptRow& row, const std::string& results) {
  const Batch batch = BatchBuilder(OverInputSchema()).Row(row.cells).Build();
  std::string text = FormatRow(OverInputSchema(), batch, 0);
  text.pop_back();
  return text + ", " + results + "]";
}

struct FrameSpec {
  bool rows = false;
  int64_t preceding = -1;
  bool keyed = true;
};

std::vector<std::string> WaitingOracle(const Script& script, FrameSpec spec, bool ends = false) {
  std::vector<Seen> order;
  for (size_t i = 0; i < script.size(); ++i) {
    const EventTime time = script[i].cells[3].integer();
    if (time > script[i].before) order.push_back({&script[i], time, i});
  }
  std::stable_sort(order.begin(), order.end(),
                   [](const Seen& a, const Seen& b) { return a.time < b.time; });
  std::vector<std::string> rows;
  for (size_t i = 0; i < order.size(); ++i) {
    std::vector<Seen> frame;
    for (size_t j = 0; j < order.size(); ++j) {
      if (spec.keyed && order[j].row->cells[0].text() != order[i].row->cells[0].text()) continue;
      const bool inside =
          spec.rows ? j <= i
                    : order[j].time <= order[i].time &&
                          (spec.preceding < 0 || order[j].time >= order[i].time - spec.preceding);
      if (inside) frame.push_back(order[j]);
    }
    if (spec.rows && spec.preceding >= 0 &&
        frame.size() > static_cast<size_t>(spec.preceding) + 1) {
      frame.erase(frame.begin(), frame.end() - spec.preceding - 1);
    }
    rows.push_back(RowText(*order[i].row, Results(frame, ends)));
  }
  return rows;
}

std::vector<std::string> ArrivalOracle(const Script& script, FrameSpec spec, bool ends = false) {
  std::vector<std::string> rows;
  std::vector<Seen> seen;
  for (size_t i = 0; i < script.size(); ++i) {
    const ScriptRow& row = script[i];
    const Seen now{&row, row.cells[3].integer(), i};
    std::vector<Seen> frame;
    for (const Seen& other : seen) {
      if (other.row->cells[0].text() != row.cells[0].text()) continue;
      if (!spec.rows && spec.preceding >= 0) {
        if (other.time > now.time || other.time < now.time - spec.preceding) continue;
        if (row.before != kMinWatermark && other.time < row.before - spec.preceding) continue;
      }
      frame.push_back(other);
    }
    if (!spec.rows && spec.preceding >= 0) {
      std::stable_sort(frame.begin(), frame.end(),
                       [](const Seen& a, const Seen& b) { return a.time < b.time; });
    }
    frame.push_back(now);
    if (spec.rows && spec.preceding >= 0 &&
        frame.size() > static_cast<size_t>(spec.preceding) + 1) {
      frame.erase(frame.begin(), frame.end() - spec.preceding - 1);
    }
    rows.push_back(RowText(row, Results(frame, ends)));
    seen.push_back(now);
  }
  return rows;
}

Script RandomScript(uint64_t seed, size_t count, int64_t disorder) {
  std::mt19937_64 random(seed);
  Script script;
  int64_t now = -20'000;
  for (size_t i = 0; i < count; ++i) {
    if (random() % 3 != 0) now += static_cast<int64_t>(random() % 300);
    const int64_t reach = random() % 20 == 0 ? 6 * disorder : disorder;
    script.push_back(
        {.cells = {"k" + std::to_string(random() % 5),
                   random() % 6 == 0 ? kNullCell : Cell(random() % 12),
                   random() % 5 == 0 ? kNullCell : Cell(random() % 2 == 0),
                   now - static_cast<int64_t>(random() % static_cast<uint64_t>(reach + 1))}});
  }
  AssignWatermarks(&script, {3}, disorder / 2);
  return script;
}

constexpr FrameSpec kFrames[] = {
    {.rows = false, .preceding = -1},    {.rows = true, .preceding = -1},
    {.rows = true, .preceding = 4},      {.rows = true, .preceding = 0},
    {.rows = false, .preceding = 2000},  {.rows = false, .preceding = 0},
    {.rows = false, .preceding = 60'000}};

TEST(OverTest, RowsThatWaitForTheWatermark) {
  uint64_t seed = 1;
  for (const FrameSpec& spec : kFrames) {
    const Script script = RandomScript(seed++, 500, 1500);
    EXPECT_EQ(RunEveryWay(MakeNode(spec.rows, spec.preceding, false), script),
              WaitingOracle(script, spec))
        << "rows " << spec.rows << " preceding " << spec.preceding;
    EXPECT_EQ(RunEveryWay(MakeEndsNode(spec.rows, spec.preceding, false), script),
              WaitingOracle(script, spec, true))
        << "rows " << spec.rows << " preceding " << spec.preceding;
  }
}

TEST(OverTest, RowsOnArrival) {
  uint64_t seed = 11;
  for (const FrameSpec& spec : kFrames) {
    const Script script = RandomScript(seed++, 500, 1500);
    EXPECT_EQ(RunEveryWay(MakeNode(spec.rows, spec.preceding, true), script),
              ArrivalOracle(script, spec))
        << "rows " << spec.rows << " preceding " << spec.preceding;
    EXPECT_EQ(RunEveryWay(MakeEndsNode(spec.rows, spec.preceding, true), script),
              ArrivalOracle(script, spec, true))
        << "rows " << spec.rows << " preceding " << spec.preceding;
  }
}

TEST(OverTest, WithoutPartition) {
  const FrameSpec spec{.rows = false, .preceding = 1000, .keyed = false};
  const Script script = RandomScript(5, 400, 800);
  EXPECT_EQ(RunEveryWay(MakeNode(false, 1000, false, false), script), WaitingOracle(script, spec));
}

TEST(OverTest, LateRowsAreCounted) {
  Script script = {{.cells = {"a", 1, true, 1000}},
                   {.cells = {"a", 2, true, 1000}},
                   {.cells = {"a", 3, true, 900}},
                   {.cells = {"a", 4, true, 1001}}};
  AssignWatermarks(&script, {3}, 0);
  std::mt19937_64 random(1);
  OperatorHarness harness(MakeNode(false, -1, false));
  harness.Feed(script, 0, script.size(), 100, random);
  EXPECT_EQ(harness.rows().size(), 2u);
  EXPECT_EQ(harness.metrics().rows_late, 2u);
}

TEST(OverTest, StateOfQuietKeysIsDropped) {
  for (const bool on_arrival : {false, true}) {
    OperatorHarness harness(MakeNode(false, 5000, on_arrival));
    BatchBuilder builder(OverInputSchema());
    for (int i = 0; i < 100; ++i) builder.Row({"k" + std::to_string(i), 1, true, 1000 + i});
    harness.OnBatch(0, builder.Build());
    harness.OnWatermark(0, 2000);
    EXPECT_EQ(harness.rows().size(), 100u);
    EXPECT_EQ(harness.entries("keys"), 100u);
    harness.OnWatermark(0, 6051);
    EXPECT_EQ(harness.entries("keys"), 49u);
    harness.OnWatermark(0, 7000);
    EXPECT_EQ(harness.entries("keys"), 0u);
    EXPECT_EQ(harness.entries("frames"), 0u);
  }
}

TEST(OverTest, AFrameKeepsOnlyItsRows) {
  std::mt19937_64 random(1);
  Script script;
  for (int i = 0; i < 5000; ++i) script.push_back({.cells = {"a", i, true, i * 10}});
  AssignWatermarks(&script, {3}, 100);
  for (const bool on_arrival : {false, true}) {
    OperatorHarness harness(MakeNode(false, 1000, on_arrival));
    harness.Feed(script, 0, script.size(), 0, random);
    EXPECT_LE(harness.entries("frames"), 115u);
  }
  OperatorHarness harness(MakeNode(true, 9, false));
  harness.Feed(script, 0, script.size(), 0, random);
  EXPECT_EQ(harness.entries("rows 9"), 9u) << "what the next row will see beside itself";
}

/// The results of an oracle's row: what stands behind the input's columns.
std::string ResultsOf(const std::string& row) {
  size_t at = row.size();
  for (int i = 0; i < 5; ++i) at = row.rfind(", ", at - 1);
  return row.substr(at, row.size() - at - 1);
}

TEST(OverTest, StagesShareTheirRows) {
  uint64_t seed = 31;
  for (const bool on_arrival : {false, true}) {
    OverNode::Fields fields = As<OverNode>(MakeNode(false, 2000, on_arrival))->fields();
    const Script script = RandomScript(seed++, 500, 1500);
    std::vector<std::string> expected(on_arrival ? ArrivalOracle(script, {.preceding = 2000})
                                                 : WaitingOracle(script, {.preceding = 2000}));
    for (const FrameSpec& spec : kFrames) {
      // The stage reads a copy of v that is computed behind the results so far.
      OverStage stage =
          As<OverNode>(MakeNode(spec.rows, spec.preceding, on_arrival))->fields().stages[0];
      const auto width =
          static_cast<int>(OverNode::OutputOf(OverInputSchema(), fields.stages).size());
      const bool computes = fields.stages.size() % 2 == 1;
      if (computes) {
        stage.computed = {Expression::InputRef(1, DataType::BigInt(), "v")};
        stage.names = {"v" + std::to_string(width)};
        for (AggregateCall& call : stage.calls) {
          for (int& arg : call.args) arg = width;
        }
      }
      fields.stages.push_back(stage);
      const std::vector<std::string> rows =
          on_arrival ? ArrivalOracle(script, spec) : WaitingOracle(script, spec);
      ASSERT_EQ(rows.size(), expected.size());
      for (size_t i = 0; i < rows.size(); ++i) {
        expected[i].pop_back();
        if (computes) {
          const std::string input = expected[i].substr(expected[i].find(", ") + 2);
          expected[i] += ", " + input.substr(0, input.find(", "));
        }
        expected[i] += ResultsOf(rows[i]) + "]";
      }
    }
    EXPECT_EQ(RunEveryWay(std::make_shared<OverNode>(InputNode(OverInputSchema()), fields), script),
              expected)
        << "on arrival " << on_arrival;
  }
}

TEST(OverTest, KeysOfMixedStagesStayWhenTheirRowsGo) {
  OverNode::Fields fields = As<OverNode>(MakeNode(false, 1000, true))->fields();
  fields.stages.push_back(As<OverNode>(MakeNode(false, -1, true))->fields().stages[0]);
  OperatorHarness harness(std::make_shared<OverNode>(InputNode(OverInputSchema()), fields));
  harness.OnBatch(0, BatchBuilder(OverInputSchema()).Row({"a", 1, true, 1000}).Build());
  harness.OnWatermark(0, 2001);
  EXPECT_EQ(harness.entries("keys"), 1u);
  EXPECT_EQ(harness.entries("frames"), 0u);
  harness.Restart();
  harness.OnBatch(
      0, BatchBuilder(OverInputSchema()).Row({"a", 2, true, 3000}).Watermark(2001).Build());
  EXPECT_EQ(harness.rows().back(),
            "+I[a, 2, true, 1970-01-01T00:00:03, 1, 2, 2, 2, 1, 2, 3, 1, 2, 2]");
}

TEST(OverTest, RowsLieOnTheDiskUntilTheirKeyIsAskedFor) {
  uint64_t seed = 61;
  for (const bool on_arrival : {false, true}) {
    for (const FrameSpec& spec : kFrames) {
      SCOPED_TRACE(std::to_string(spec.preceding) + (spec.rows ? " rows" : " ms") +
                   (on_arrival ? ", on arrival" : ""));
      const Script script = RandomScript(seed++, 500, 1500);
      for (const PlanNodePtr& node : {MakeNode(spec.rows, spec.preceding, on_arrival),
                                      MakeEndsNode(spec.rows, spec.preceding, on_arrival)}) {
        const auto [fewest, most] = ExpectSameFromDisk(node, script);
        EXPECT_EQ(fewest, 0u);
        EXPECT_GT(most, 1u);
      }
    }
  }
}

TEST(OverTest, KeysOnTheDiskGoOnceTheirRowsAreOutOfSight) {
  for (const bool on_arrival : {false, true}) {
    OperatorHarness harness(MakeNode(false, 5000, on_arrival));
    harness.UseDisk();
    BatchBuilder builder(OverInputSchema());
    for (int i = 0; i < 1000; ++i) builder.Row({"k" + std::to_string(i), 1, true, 1000 + i});
    harness.OnBatch(0, builder.Build());
    harness.OnWatermark(0, 2500);
    harness.LeaveMemory();
    const size_t on_disk = harness.entries_on_disk();
    EXPECT_GE(on_disk, 1000u);
    harness.OnWatermark(0, 6500);  // half of them
    EXPECT_EQ(harness.rows().size(), 1000u);
    for (int64_t now = 0; now < 5000; now += 100) {
      harness.OnTime(now);
      harness.LeaveMemory();
    }
    EXPECT_LE(harness.entries_on_disk(), on_disk - 500);
    EXPECT_GE(harness.entries_on_disk(), 499u);
    harness.OnWatermark(0, 20'000);
    for (int64_t now = 5000; now < 10'000; now += 100) {
      harness.OnTime(now);
      harness.LeaveMemory();
    }
    EXPECT_LE(harness.entries_on_disk(), 5u) << "its watermarks";
  }
}

TEST(OverTest, SaysWhatItWaitsFor) {
  OperatorHarness harness(MakeNode(false, -1, false));
  harness.OnBatch(0, BatchBuilder(OverInputSchema()).Row({"a", 1, true, 61'000}).Build());
  EXPECT_EQ(harness.op().Waiting(),
            "rows held by OVER (1) go out when the watermark passes their time, 1970-01-01 "
            "00:01:01 first; it is not known yet");
}

TEST(OverTest, ManyPeersGoOutInPieces) {
  BatchBuilder builder(OverInputSchema());
  OperatorHarness harness(MakeNode(false, -1, false));
  for (int b = 0; b < 3; ++b) {
    for (int i = 0; i < 8000; ++i) builder.Row({"a", 1, true, 7});
    harness.OnBatch(0, builder.Build());
  }
  EXPECT_TRUE(harness.rows().empty());
  harness.OnWatermark(0, 7);
  ASSERT_EQ(harness.rows().size(), 24'000u);
  EXPECT_EQ(harness.rows()[0], "+I[a, 1, true, 1970-01-01T00:00:00.007, 24000, 24000, 1, 1, 1]");
}

}  // namespace
}  // namespace millrace
