// SPDX-License-Identifier: Apache-2.0
// OVER in the order of a column against an oracle over plain lists: what is sent, added up, is what
// the rows that are there see of each other; cut anywhere, and after a restart.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "plan/nodes/changelog_nodes.h"
#include "plan/over/ordered_over_node.h"
#include "support/operator_harness.h"

namespace millrace {
namespace {

Schema OrderedInput() {
  return Schema({{"k", DataType::String()}, {"id", DataType::BigInt()}, {"v", DataType::BigInt()}});
}

PlanNodePtr OrderedNode(bool rows, int64_t ttl_ms = 0) {
  OrderedOverNode::Fields fields;
  fields.partition_keys = {0};
  fields.order = {2, false, true};
  fields.rows = rows;
  fields.state_ttl_ms = ttl_ms;
  AggregateCallSite site;
  site.args.push_back({.type = DataType::BigInt()});
  AggregateCall sum{.function = "SUM", .args = {1}};
  sum.resolved = *BuiltinAggregates().Resolve("SUM", site);
  sum.output = {"s", sum.resolved.result};
  fields.calls = {sum};
  PlanNodePtr input = InputNode(OrderedInput());
  input = std::make_shared<ChangelogNormalizeNode>(std::move(input), std::vector<int>{1});
  return std::make_shared<OrderedOverNode>(std::move(input), std::move(fields));
}

/// Inserts, deletions and updates of rows with few values and some NULLs. `left`: what is there at
/// the end, as it came.
Script OrderedScript(uint64_t seed, size_t count, std::vector<CellRow>* left) {
  std::mt19937_64 random(seed);
  Script script;
  const auto value = [&]() -> Cell {
    const auto number = static_cast<int64_t>(random() % 7);
    return number == 6 ? kNullCell : Cell(number);
  };
  for (int64_t id = 0; script.size() < count;) {
    if (left->empty() || random() % 3 != 0) {
      left->push_back({Cell("k" + std::to_string(random() % 3)), id++, value()});
      script.push_back({.cells = left->back()});
      continue;
    }
    const size_t at = random() % left->size();
    CellRow row = (*left)[at];
    left->erase(left->begin() + static_cast<ptrdiff_t>(at));
    const bool updates = random() % 2 == 0;
    script.push_back(
        {.cells = row, .kind = updates ? ChangeKind::kUpdateBefore : ChangeKind::kDelete});
    if (!updates) continue;
    row[2] = value();
    script.push_back({.cells = row, .kind = ChangeKind::kUpdateAfter});
    left->push_back(std::move(row));
  }
  return script;
}

int64_t PlaceOfNull(const Cell& cell) { return cell.is_null() ? -1 : cell.integer(); }

std::vector<std::string> TotalsOf(const std::vector<CellRow>& held, bool rows) {
  const Schema schema = OrderedNode(rows)->schema();
  std::vector<std::string> totals;
  for (size_t i = 0; i < held.size(); ++i) {
    int64_t sum = 0;
    for (size_t j = 0; j < held.size(); ++j) {
      const int64_t own = PlaceOfNull(held[i][2]);
      const int64_t other = PlaceOfNull(held[j][2]);
      const bool before = other < own || (other == own && (!rows || j <= i));
      if (held[j][0] == held[i][0] && before) sum += held[j][1].integer();
    }
    CellRow cells = held[i];
    cells.emplace_back(sum);
    totals.push_back(FormatRow(schema, BatchBuilder(schema).Row(cells).Build(), 0));
  }
  return totals;
}

TEST(OrderedOverTest, WhatIsSentIsWhatRowsSeeOfEachOther) {
  for (const bool rows : {false, true}) {
    for (const uint64_t seed : {1, 2, 3}) {
      SCOPED_TRACE(std::to_string(seed) + (rows ? " rows" : " range"));
      std::vector<CellRow> left;
      const Script script = OrderedScript(seed, 200, &left);
      EXPECT_EQ(Sorted(Net(RunEveryWay(OrderedNode(rows), script))), Sorted(TotalsOf(left, rows)));
    }
  }
}

TEST(OrderedOverTest, RowsBehindAChangeThatAddsNothingAreLeftAlone) {
  OperatorHarness harness(OrderedNode(/*rows=*/false));
  std::mt19937_64 random(1);
  Script script;
  for (int64_t v = 1; v <= 100; ++v) script.push_back({.cells = {"a", 0, v}});
  script.push_back({.cells = {"a", kNullCell, 0}});  // SUM passes NULL over
  harness.Feed(script, 0, 100, 0, random);
  const size_t before = harness.row_count();
  harness.Feed(script, 100, 101, 0, random);
  EXPECT_EQ(harness.row_count(), before + 1);
}

TEST(OrderedOverTest, APartitionIsForgottenWhenItsTimeIsOver) {
  OperatorHarness harness(OrderedNode(/*rows=*/true, /*ttl_ms=*/1000));
  const size_t empty = harness.state_entries();
  std::mt19937_64 random(1);
  const Script script = {{.cells = {"a", 1, 5}}, {.cells = {"a", 2, 6}}, {.cells = {"a", 3, 7}}};
  harness.OnTime(10'000);
  harness.Feed(script, 0, 1, 1, random);
  harness.OnTime(10'900);
  harness.Feed(script, 1, 2, 1, random);
  harness.Restart();
  harness.OnTime(11'500);  // it has changed since
  EXPECT_EQ(harness.state_entries(), empty + 2);
  harness.OnTime(12'000);
  EXPECT_EQ(harness.state_entries(), empty);
  harness.Feed(script, 2, 3, 1, random);
  EXPECT_EQ(harness.TakeRows().back(), "+I[a, 3, 7, 3]");
}

}  // namespace
}  // namespace millrace
