// SPDX-License-Identifier: Apache-2.0
// Sums of doubles to the last bit: additions are made row by row and key by key in one order, so
// neither the cuts between batches nor a restart from state shows in a result. Values of very
// different size are such that any other order gives another sum.
#include <gtest/gtest.h>

#include <cmath>

#include "plan/nodes/aggregate_nodes.h"
#include "support/operator_harness.h"

namespace millrace {
namespace {

Schema SumsInputSchema() {
  return Schema({{"k", DataType::String()},
                 {"v", DataType::Double()},
                 {"ts", DataType::Timestamp(3).WithTimeAttribute(TimeAttribute::kRowtime)}});
}

std::vector<AggregateCall> Calls(bool retracts) {
  const Schema input = SumsInputSchema();
  return {MakeCall(input, "SUM", {1}, "s", retracts), MakeCall(input, "AVG", {1}, "a", retracts),
          MakeCall(input, "STDDEV_POP", {1}, "d", retracts),
          MakeCall(input, "SUM", {1}, "ds", retracts, /*distinct=*/true),
          MakeCall(input, "AVG", {1}, "da", retracts, /*distinct=*/true)};
}

Script RandomScript(uint64_t seed, size_t count, int64_t disorder) {
  std::mt19937_64 random(seed);
  std::vector<double> values;
  for (int i = 0; i < 40; ++i) {
    values.push_back(std::ldexp(static_cast<double>(random() % 1000) / 7.0,
                                static_cast<int>(random() % 80) - 40));
  }
  Script script;
  int64_t now = 0;
  for (size_t i = 0; i < count; ++i) {
    now += static_cast<int64_t>(random() % 300);
    const int64_t reach = random() % 20 == 0 ? 6 * disorder : disorder;
    const int64_t late = static_cast<int64_t>(random() % static_cast<uint64_t>(reach + 1));
    script.push_back(
        {.cells = {"k" + std::to_string(random() % 4),
                   random() % 9 == 0 ? kNullCell : Cell(values[random() % 40]), now - late}});
  }
  AssignWatermarks(&script, {2}, disorder / 2);
  return script;
}

TEST(DoubleSumsTest, OverHoldsToTheLastBit) {
  struct Frame {
    bool rows;
    int64_t preceding;
  };
  uint64_t seed = 1;
  for (const bool on_arrival : {false, true}) {
    for (const Frame frame : {Frame{false, -1}, Frame{true, -1}, Frame{true, 5}, Frame{false, 900},
                              Frame{false, 20'000}}) {
      OverNode::Fields fields;
      fields.partition_keys = {0};
      fields.order_column = 2;
      fields.on_arrival = on_arrival;
      OverStage stage{.rows = frame.rows, .preceding = frame.preceding};
      stage.calls = Calls(frame.preceding >= 0);
      fields.stages = {stage};
      SCOPED_TRACE(std::to_string(frame.preceding) + (frame.rows ? " rows" : " ms") +
                   (on_arrival ? ", on arrival" : ""));
      RunEveryWay(std::make_shared<OverNode>(InputNode(SumsInputSchema()), fields),
                  RandomScript(seed++, 600, 1500));
    }
  }
}

TEST(DoubleSumsTest, TwoFramesOfOneListHoldToTheLastBit) {
  for (const bool on_arrival : {false, true}) {
    OverNode::Fields fields;
    fields.partition_keys = {0};
    fields.order_column = 2;
    fields.on_arrival = on_arrival;
    for (const int64_t preceding : {700, 9000}) {
      OverStage stage{.rows = false, .preceding = preceding};
      stage.calls = Calls(true);
      for (AggregateCall& call : stage.calls) call.output.name += std::to_string(preceding);
      fields.stages.push_back(stage);
    }
    RunEveryWay(std::make_shared<OverNode>(InputNode(SumsInputSchema()), fields),
                RandomScript(77, 800, 3000));
  }
}

TEST(DoubleSumsTest, WindowsHoldToTheLastBit) {
  uint64_t seed = 31;
  for (const WindowSpec& spec :
       {WindowSpec{.kind = WindowKind::kTumble, .size = 5'000},
        WindowSpec{.kind = WindowKind::kHop, .size = 6'000, .slide = 2'000},
        WindowSpec{.kind = WindowKind::kCumulate, .size = 8'000, .slide = 2'000}}) {
    WindowAggregateNode::Fields fields;
    fields.keys = {0};
    fields.calls = Calls(false);
    fields.window = spec;
    fields.time_column = 2;
    fields.emit_end = true;
    Schema schema;
    schema.Append(SumsInputSchema()[0]);
    for (const AggregateCall& call : fields.calls) schema.Append(call.output);
    schema.Append({"window_end", DataType::Timestamp(3)});
    SCOPED_TRACE(spec.ToString());
    RunEveryWay(std::make_shared<WindowAggregateNode>(InputNode(SumsInputSchema()), fields, schema),
                RandomScript(seed++, 900, 4000));
  }
}

TEST(DoubleSumsTest, GroupsHoldToTheLastBit) {
  Script script = RandomScript(51, 900, 1);
  std::mt19937_64 random(3);
  Script changes;
  std::vector<ScriptRow> held;
  for (const ScriptRow& row : script) {
    changes.push_back(row);
    held.push_back(row);
    while (held.size() > 6 || (!held.empty() && random() % 4 == 0)) {
      const size_t taken = random() % held.size();
      ScriptRow back = held[taken];
      held.erase(held.begin() + static_cast<ptrdiff_t>(taken));
      back.kind = ChangeKind::kDelete;
      back.before = back.after = row.after;
      changes.push_back(back);
    }
  }
  Schema schema;
  schema.Append(SumsInputSchema()[0]);
  for (const AggregateCall& call : Calls(true)) schema.Append(call.output);
  RunEveryWay(std::make_shared<GroupAggregateNode>(
                  InputNode(SumsInputSchema()),
                  GroupAggregateNode::Fields{.keys = {0}, .calls = Calls(true)}, schema),
              changes);
}

}  // namespace
}  // namespace millrace
