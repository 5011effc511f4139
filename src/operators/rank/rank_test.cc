// SPDX-License-Identifier: Apache-2.0
// Top-N against an oracle over plain lists: what is sent, added up, is the first rows of all that
// have come and not been taken back.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "plan/nodes/aggregate_nodes.h"
#include "plan/nodes/changelog_nodes.h"
#include "plan/nodes/rank_nodes.h"
#include "support/operator_harness.h"

namespace millrace {
namespace {

Schema RankInputSchema() {
  return Schema({{"k", DataType::String()}, {"id", DataType::BigInt()}, {"v", DataType::BigInt()}});
}

struct Case {
  RankRange range;
  bool numbered = false;
  bool retracts = false;
  bool partitioned = true;
  int64_t ttl_ms = 0;
};

/// By v descending, then by id.
PlanNodePtr Node(const Case& rank) {
  PlanNodePtr input = InputNode(RankInputSchema());
  if (rank.retracts) {
    input = std::make_shared<ChangelogNormalizeNode>(std::move(input), std::vector<int>{1});
  }
  RankNode::Fields fields;
  if (rank.partitioned) fields.partition_keys = {0};
  fields.order = {{2, true, false}, {1, false, true}};
  fields.range = rank.range;
  fields.number = rank.numbered ? "rn" : "";
  fields.state_ttl_ms = rank.ttl_ms;
  return std::make_shared<RankNode>(std::move(input), std::move(fields));
}

Cell SmallNumber(std::mt19937_64& random) {
  const auto number = static_cast<int64_t>(random() % 9);
  return number == 8 ? kNullCell : Cell(number - 4);
}

Script RandomScript(bool retracts, uint64_t seed, size_t count) {
  std::mt19937_64 random(seed);
  Script script;
  std::vector<CellRow> held;
  int64_t id = 0;
  while (script.size() < count) {
    if (retracts && !held.empty() && random() % 2 == 0) {
      const size_t at = random() % held.size();
      const CellRow old = held[at];
      const bool updates = random() % 2 == 0;
      script.push_back(
          {.cells = old, .kind = updates ? ChangeKind::kUpdateBefore : ChangeKind::kDelete});
      if (updates) {
        held[at][2] = SmallNumber(random);
        script.push_back({.cells = held[at], .kind = ChangeKind::kUpdateAfter});
      } else {
        held.erase(held.begin() + static_cast<ptrdiff_t>(at));
      }
      continue;
    }
    const Cell key = random() % 9 == 0 ? kNullCell : Cell("k" + std::to_string(random() % 4));
    held.push_back({key, id++, SmallNumber(random)});
    script.push_back({.cells = held.back()});
  }
  return script;
}

std::string TextOf(const CellRow& row, std::optional<int64_t> number) {
  Schema schema = RankInputSchema();
  CellRow cells = row;
  if (number) {
    schema.Append({"rn", DataType::BigInt()});
    cells.push_back(*number);
  }
  return FormatRow(schema, BatchBuilder(schema).Row(cells).Build(), 0);
}

/// The rows of the range of what is left of a script, as inserts.
std::vector<std::string> FirstRows(const Case& rank, const Script& script) {
  std::map<std::string, std::vector<CellRow>> partitions;
  for (const ScriptRow& row : script) {
    const bool is_null = row.cells[0].is_null();
    auto& rows = partitions[!rank.partitioned ? "" : is_null ? "null" : row.cells[0].text()];
    if (IsAddition(row.kind)) {
      rows.push_back(row.cells);
    } else {
      rows.erase(std::ranges::find(rows, row.cells));
    }
  }
  std::vector<std::string> first;
  for (auto& [key, rows] : partitions) {
    std::ranges::stable_sort(rows, [](const CellRow& a, const CellRow& b) {
      if (a[2].is_null() || b[2].is_null()) {
        if (a[2].is_null() != b[2].is_null()) return b[2].is_null();
      } else if (a[2].integer() != b[2].integer()) {
        return a[2].integer() > b[2].integer();
      }
      return a[1].integer() < b[1].integer();
    });
    for (int64_t at = rank.range.first; at <= rank.range.last; ++at) {
      if (at > static_cast<int64_t>(rows.size())) break;
      first.push_back(TextOf(rows[static_cast<size_t>(at - 1)],
                             rank.numbered ? std::optional(at) : std::nullopt));
    }
  }
  return first;
}

TEST(RankTest, WhatIsSentIsTheFirstRows) {
  for (const bool retracts : {false, true}) {
    for (const bool numbered : {false, true}) {
      for (const RankRange range : {RankRange{1, 1}, RankRange{1, 3}, RankRange{2, 4}}) {
        for (const bool partitioned : {false, true}) {
          SCOPED_TRACE(std::to_string(range.first) + ".." + std::to_string(range.last) +
                       (retracts ? " retracts" : "") + (numbered ? " numbered" : ""));
          // The number of a Top-1 is known when the plan is made.
          if (range.is_one() && numbered) continue;
          const Case rank{range, numbered, retracts, partitioned};
          const Script script = RandomScript(retracts, 5, 150);
          EXPECT_EQ(Sorted(Net(RunEveryWay(Node(rank), script))), Sorted(FirstRows(rank, script)));
        }
      }
    }
  }
}

TEST(RankTest, WithoutTheNumberTwoRowsChangeAtMost) {
  const Case rank{.range = {1, 3}};
  const Script script = RandomScript(false, 8, 200);
  OperatorHarness harness(Node(rank));
  std::mt19937_64 random(1);
  for (size_t i = 0; i < script.size(); ++i) {
    const size_t before = harness.row_count();
    harness.Feed(script, i, i + 1, 1, random);
    EXPECT_LE(harness.row_count() - before, 2U);
  }
}

TEST(RankTest, RowsBeyondTheRangeOfAGrowingInputAreNotKept) {
  const Case rank{.range = {1, 3}, .partitioned = false};
  OperatorHarness harness(Node(rank));
  const size_t empty = harness.state_entries();
  std::mt19937_64 random(1);
  const Script script = RandomScript(false, 2, 500);
  harness.Feed(script, 0, script.size(), 0, random);
  EXPECT_EQ(harness.state_entries(), empty + 3);
}

TEST(RankTest, WhatIsTakenBackLeavesNothing) {
  OperatorHarness harness(Node({.range = {1, 5}, .numbered = true, .retracts = true}));
  const size_t empty = harness.state_entries();
  std::mt19937_64 random(1);
  Script script = RandomScript(false, 3, 2000);
  const size_t count = script.size();
  for (size_t i = 0; i < count; ++i) {
    script.push_back({.cells = script[i].cells, .kind = ChangeKind::kDelete});
  }
  std::shuffle(script.begin() + static_cast<ptrdiff_t>(count), script.end(), random);
  harness.Feed(script, 0, count, 0, random);
  harness.Restart();
  EXPECT_EQ(harness.state_entries(), empty + count);
  harness.Feed(script, count, script.size(), 0, random);
  EXPECT_EQ(harness.state_entries(), empty);
  EXPECT_EQ(Net(harness.TakeRows()), std::vector<std::string>{});
}

TEST(RankTest, PartitionsLieOnTheDiskUntilTheyAreAskedFor) {
  for (const bool retracts : {false, true}) {
    for (const bool numbered : {false, true}) {
      for (const RankRange range : {RankRange{1, 3}, RankRange{2, 4}}) {
        SCOPED_TRACE(std::to_string(range.first) + (numbered ? ", numbered" : "") +
                     (retracts ? ", retracts" : ""));
        const Case rank{.range = range, .numbered = numbered, .retracts = retracts};
        const auto [fewest, most] = ExpectSameFromDisk(Node(rank), RandomScript(retracts, 23, 400));
        EXPECT_EQ(fewest, 0u);
        EXPECT_GT(most, 1u);
      }
    }
  }
}

TEST(RankTest, RowsOnTheDiskExpire) {
  for (const bool retracts : {false, true}) {
    OperatorHarness harness(Node({.range = {1, 2}, .retracts = retracts, .ttl_ms = 1000}));
    harness.UseDisk();
    const auto row = [&](const char* key, int id, int v) {
      harness.OnBatch(0, BatchBuilder(RankInputSchema()).Row({key, id, v}).Build());
    };
    harness.OnTime(10'000);
    row("a", 1, 5);
    row("b", 2, 5);
    harness.OnTime(10'600);
    row("a", 3, 4);
    harness.TakeRows();
    harness.LeaveMemory();
    harness.OnTime(11'100);  // the first two are over, on the disk only
    row("a", 4, 9);
    EXPECT_EQ(harness.TakeRows(), (std::vector<std::string>{"+I[a, 4, 9]"}));
    row("a", 5, 1);
    EXPECT_EQ(harness.TakeRows(), (std::vector<std::string>{})) << "4 and 3 are in front";
    harness.LeaveMemory();
    harness.RestartFromDisk();
    for (int64_t now = 11'200; now < 14'000; now += 100) {
      harness.OnTime(now);
      harness.LeaveMemory();
    }
    EXPECT_LE(harness.entries_on_disk(), 2u) << "cells";
  }
}

TEST(RankTest, RowsAreForgottenWhenTheirTimeIsOver) {
  for (const bool retracts : {false, true}) {
    OperatorHarness harness(Node({.range = {1, 2}, .retracts = retracts, .ttl_ms = 1000}));
    const size_t empty = harness.state_entries();
    std::mt19937_64 random(1);
    const Script script = {{.cells = {"a", 1, 9}}, {.cells = {"a", 2, 8}}, {.cells = {"a", 3, 7}}};
    harness.OnTime(10'000);
    harness.Feed(script, 0, 1, 1, random);
    harness.OnTime(10'500);
    harness.Feed(script, 1, 2, 1, random);
    harness.Restart();
    harness.OnTime(11'200);  // the first one is gone: there is room
    harness.Feed(script, 2, 3, 1, random);
    EXPECT_EQ(harness.TakeRows(),
              (std::vector<std::string>{"+I[a, 1, 9]", "+I[a, 2, 8]", "+I[a, 3, 7]"}));
    harness.OnTime(20'000);
    EXPECT_EQ(harness.state_entries(), empty);
  }
}

TEST(RankTest, ChangesOfOneRowGoOutInParts) {
  constexpr int64_t kRows = 3 * kMaxBatchRows;
  const Case rank{.range = {1, kRows}, .numbered = true, .partitioned = false};
  OperatorHarness harness(Node(rank));
  harness.set_keep_text(false);
  for (int64_t begin = 0; begin < kRows; begin += kMaxBatchRows) {
    BatchBuilder rows(RankInputSchema());
    for (int64_t i = 0; i < kMaxBatchRows; ++i) rows.Row({"a", begin + i, 1});
    harness.OnBatch(0, rows.Build());
  }
  EXPECT_EQ(harness.row_count(), static_cast<size_t>(kRows));
  harness.OnBatch(0, BatchBuilder(RankInputSchema()).Row({"a", 0, 2}).Build());
  EXPECT_EQ(harness.row_count(), static_cast<size_t>(kRows + 2 * kRows));
}

}  // namespace
}  // namespace millrace
