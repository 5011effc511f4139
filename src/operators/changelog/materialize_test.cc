// SPDX-License-Identifier: Apache-2.0
// Materialize: what is sent, taken as upserts and deletes by key, is the row that came last of
// those that are there; cut anywhere, and after a restart.
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "plan/nodes/changelog_nodes.h"
#include "support/operator_harness.h"

namespace millrace {
namespace {

Schema RowsByKey() { return Schema({{"k", DataType::BigInt()}, {"id", DataType::BigInt()}}); }

PlanNodePtr MaterializedRows() {
  PlanNodePtr input = InputNode(RowsByKey());
  input = std::make_shared<ChangelogNormalizeNode>(std::move(input), std::vector<int>{1});
  return std::make_shared<MaterializeNode>(std::move(input), std::vector<int>{0});
}

std::string TextOfRow(const CellRow& cells) {
  const Schema schema = RowsByKey();
  return FormatRow(schema, BatchBuilder(schema).Row(cells).Build(), 0).substr(2);
}

TEST(MaterializeTest, WhatIsSentIsTheLastRowOfEachKey) {
  std::mt19937_64 random(7);
  Script script;
  std::map<int64_t, std::vector<CellRow>> held;
  int64_t id = 0;
  while (script.size() < 300) {
    const auto key = static_cast<int64_t>(random() % 5);
    std::vector<CellRow>& rows = held[key];
    if (rows.empty() || random() % 2 == 0) {
      rows.push_back({key, id++});
      script.push_back(
          {.cells = rows.back(),
           .kind = random() % 2 == 0 ? ChangeKind::kInsert : ChangeKind::kUpdateAfter});
      continue;
    }
    const size_t at = random() % rows.size();
    script.push_back({.cells = rows[at],
                      .kind = random() % 2 == 0 ? ChangeKind::kDelete : ChangeKind::kUpdateBefore});
    rows.erase(rows.begin() + static_cast<ptrdiff_t>(at));
  }
  std::map<std::string, std::string> upserted;
  for (const std::string& change : RunEveryWay(MaterializedRows(), script)) {
    const std::string row = change.substr(2);
    const std::string key = row.substr(0, row.find(','));
    const bool known = upserted.contains(key);
    EXPECT_EQ(change.starts_with("+I"), !known) << change;
    EXPECT_FALSE(change.starts_with("-U"));
    if (change.starts_with("-D")) {
      EXPECT_EQ(upserted[key], row);
      upserted.erase(key);
    } else {
      upserted[key] = row;
    }
  }
  std::map<std::string, std::string> expected;
  for (const auto& [key, rows] : held) {
    if (rows.empty()) continue;
    const std::string row = TextOfRow(rows.back());
    expected[row.substr(0, row.find(','))] = row;
  }
  EXPECT_EQ(upserted, expected);
}

TEST(MaterializeTest, ARowThatIsNotThereIsPassedOver) {
  OperatorHarness harness(MaterializedRows());
  const size_t empty = harness.state_entries();
  std::mt19937_64 random(1);
  const Script script = {{.cells = {1, 1}, .kind = ChangeKind::kDelete},
                         {.cells = {1, 2}},
                         {.cells = {1, 3}, .kind = ChangeKind::kDelete},
                         {.cells = {1, 2}, .kind = ChangeKind::kDelete}};
  harness.Feed(script, 0, script.size(), 1, random);
  EXPECT_EQ(harness.TakeRows(), (std::vector<std::string>{"+I[1, 2]", "-D[1, 2]"}));
  EXPECT_EQ(harness.state_entries(), empty);
}

}  // namespace
}  // namespace millrace
