// SPDX-License-Identifier: Apache-2.0
// State of aggregate calls under another version of a query: calls that are new, gone, or
// elsewhere.
#include "operators/aggregate/aggregate_states.h"

#include <arrow/api.h>
#include <gtest/gtest.h>

#include "plan/identity/column_origins.h"
#include "support/operator_harness.h"

namespace millrace {
namespace {

const Schema kInput({{"v", DataType::BigInt()}, {"w", DataType::BigInt()}});

AggregateCall Call(const std::string& function, int column) {
  return MakeCall(kInput, function, {column}, "r", false);
}

std::vector<AggregateCall> Tagged(std::vector<AggregateCall> calls) {
  TagCalls(InputNode(kInput), /*retracts=*/false, &calls);
  return calls;
}

/// Bytes of slot 0 behind the rows v = 1, 2, 3 and w = 10, 20, 30.
std::string StateOf(const std::vector<AggregateCall>& calls) {
  BatchBuilder rows(kInput);
  for (int64_t i = 1; i <= 3; ++i) rows.Row({i, 10 * i});
  const Batch batch = rows.Build();
  AggregateStates states(&calls);
  states.Reserve(1);
  EXPECT_TRUE(states.Update({.columns = batch.columns,
                             .rows = std::vector<int32_t>{0, 1, 2},
                             .slots = std::vector<uint32_t>{0, 0, 0},
                             .signs = {},
                             .sequence = {}}));
  std::string bytes;
  states.Serialize(0, &bytes);
  return bytes;
}

/// The results of slot 0 from bytes, one text each.
std::vector<std::string> ResultsFrom(std::string_view bytes,
                                     const std::vector<AggregateCall>& calls) {
  AggregateStates states(&calls);
  states.Reserve(1);
  EXPECT_TRUE(states.Deserialize(0, &bytes));
  const auto columns = states.Finish(std::vector<uint32_t>{0});
  EXPECT_TRUE(columns);
  std::vector<std::string> texts;
  for (const auto& column : *columns) texts.push_back((*column->GetScalar(0))->ToString());
  return texts;
}

using Texts = std::vector<std::string>;

TEST(AggregateStatesTest, CallsAreFoundByWhatTheyAre) {
  const auto before = Tagged({Call("SUM", 0), Call("MAX", 1), Call("COUNT", 0)});
  const std::string bytes = StateOf(before);
  EXPECT_EQ(ResultsFrom(bytes, before), (Texts{"6", "30", "3"}));
  EXPECT_EQ(ResultsFrom(bytes, Tagged({Call("COUNT", 0), Call("SUM", 0)})), (Texts{"3", "6"}));
}

TEST(AggregateStatesTest, ANewCallStartsEmpty) {
  const std::string bytes = StateOf(Tagged({Call("SUM", 0)}));
  EXPECT_EQ(ResultsFrom(bytes, Tagged({Call("SUM", 1), Call("COUNT", 1), Call("SUM", 0)})),
            (Texts{"null", "0", "6"}));
}

TEST(AggregateStatesTest, EqualCallsAreTwo) {
  const auto twice = Tagged({Call("SUM", 0), Call("SUM", 0)});
  EXPECT_NE(twice[0].state_tag, twice[1].state_tag);
  EXPECT_EQ(ResultsFrom(StateOf(twice), twice), (Texts{"6", "6"}));
}

TEST(AggregateStatesTest, DamagedBytesAreRefused) {
  const auto calls = Tagged({Call("SUM", 0)});
  const std::string bytes = StateOf(calls);
  for (size_t size = 1; size < bytes.size(); ++size) {
    AggregateStates states(&calls);
    states.Reserve(1);
    std::string_view cut = std::string_view(bytes).substr(0, size);
    EXPECT_FALSE(states.Deserialize(0, &cut)) << size;
  }
}

}  // namespace
}  // namespace millrace
