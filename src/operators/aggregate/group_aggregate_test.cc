// SPDX-License-Identifier: Apache-2.0
// GROUP BY: Flink's changelog, row by row, against an oracle.
#include <gtest/gtest.h>

#include <set>

#include "plan/nodes/aggregate_nodes.h"
#include "support/operator_harness.h"

namespace millrace {
namespace {

Schema GroupInputSchema() {
  return Schema({{"k", DataType::String()}, {"v", DataType::BigInt()}, {"f", DataType::Boolean()}});
}

PlanNodePtr MakeNode(bool keyed, bool retracts, int64_t ttl_ms = 0) {
  const Schema input = GroupInputSchema();
  std::vector<AggregateCall> calls = {MakeCall(input, "SUM", {1}, "s", retracts),
                                      MakeCall(input, "MIN", {1}, "lo", retracts, false, 2)};
  Schema schema;
  if (keyed) schema.Append(input[0]);
  for (const AggregateCall& call : calls) schema.Append(call.output);
  return std::make_shared<GroupAggregateNode>(
      InputNode(input),
      GroupAggregateNode::Fields{.keys = keyed ? std::vector<int>{0} : std::vector<int>{},
                                 .calls = calls,
                                 .state_ttl_ms = ttl_ms},
      schema);
}

std::string KeyText(const Cell& cell) { return cell.is_null() ? "null" : cell.text(); }

class GroupOracle {
 public:
  void Add(const ScriptRow& row) {
    const std::string key = KeyText(row.cells[0]);
    const auto place = groups_.find(key);
    if (place == groups_.end() && !IsAddition(row.kind)) return;
    const bool first = place == groups_.end();
    Group& group = groups_[key];
    const std::string before = group.Text();
    group.Change(row);
    const std::string after = group.Text();
    if (group.count == 0) {
      rows.push_back("-D[" + key + before);
      groups_.erase(key);
    } else if (first) {
      rows.push_back("+I[" + key + after);
    } else if (before != after) {
      rows.push_back("-U[" + key + before);
      rows.push_back("+U[" + key + after);
    }
  }
  std::vector<std::string> rows;
  size_t groups() const { return groups_.size(); }

 private:
  struct Group {
    int64_t count = 0;
    std::multiset<int64_t> values;
    std::multiset<int64_t> filtered;
    std::string Text() const {
      int64_t sum = 0;
      for (int64_t value : values) sum += value;
      return ", " + (values.empty() ? "null" : std::to_string(sum)) + ", " +
             (filtered.empty() ? "null" : std::to_string(*filtered.begin())) + "]";
    }
    void Change(const ScriptRow& row) {
      const bool adds = IsAddition(row.kind);
      count += adds ? 1 : -1;
      if (row.cells[1].is_null()) return;
      const int64_t value = row.cells[1].integer();
      const auto change = [&](std::multiset<int64_t>& all) {
        if (adds) {
          all.insert(value);
        } else {
          all.erase(all.find(value));
        }
      };
      change(values);
      if (!row.cells[2].is_null() && std::get<bool>(row.cells[2])) change(filtered);
    }
  };
  std::map<std::string, Group> groups_;
};

Script RandomScript(uint64_t seed, size_t count, size_t keys, bool retracts) {
  std::mt19937_64 random(seed);
  Script script;
  std::vector<CellRow> live;
  while (script.size() < count) {
    if (retracts && !live.empty() && random() % 2 == 0) {
      const size_t victim = random() % live.size();
      script.push_back(
          {.cells = live[victim],
           .kind = random() % 2 == 0 ? ChangeKind::kUpdateBefore : ChangeKind::kDelete});
      live.erase(live.begin() + static_cast<ptrdiff_t>(victim));
      continue;
    }
    const size_t key = random() % keys;
    const CellRow row = {key == 0 ? kNullCell : Cell("k" + std::to_string(key)),
                         random() % 5 == 0 ? kNullCell : Cell(random() % 10),
                         random() % 4 == 0 ? kNullCell : Cell(random() % 2 == 0)};
    script.push_back(
        {.cells = row,
         .kind = random() % 2 == 0 || !retracts ? ChangeKind::kInsert : ChangeKind::kUpdateAfter});
    live.push_back(row);
  }
  return script;
}

TEST(GroupAggregateTest, InsertsGiveTheOraclesChangelog) {
  for (uint64_t seed = 1; seed <= 3; ++seed) {
    const Script script = RandomScript(seed, 1000, 1 + seed * 7, false);
    GroupOracle oracle;
    for (const ScriptRow& row : script) oracle.Add(row);
    EXPECT_EQ(RunEveryWay(MakeNode(true, false), script), oracle.rows);
  }
}

TEST(GroupAggregateTest, ChangelogsGiveTheOraclesChangelog) {
  for (uint64_t seed = 1; seed <= 3; ++seed) {
    const Script script = RandomScript(seed, 1000, 1 + seed * 7, true);
    GroupOracle oracle;
    for (const ScriptRow& row : script) oracle.Add(row);
    EXPECT_EQ(RunEveryWay(MakeNode(true, true), script), oracle.rows);
  }
}

TEST(GroupAggregateTest, AGroupThatEndedLeavesNothing) {
  const Script script = RandomScript(9, 500, 5, true);
  GroupOracle oracle;
  for (const ScriptRow& row : script) oracle.Add(row);
  std::mt19937_64 random(1);
  OperatorHarness harness(MakeNode(true, true));
  harness.Feed(script, 0, script.size(), 0, random);
  EXPECT_EQ(harness.entries("groups"), oracle.groups());
}

TEST(GroupAggregateTest, WithoutKeysNothingUntilTheFirstRow) {
  OperatorHarness silent(MakeNode(false, false));
  silent.End();
  EXPECT_TRUE(silent.rows().empty());
  OperatorHarness harness(MakeNode(false, false));
  harness.OnBatch(0,
                  BatchBuilder(GroupInputSchema()).Row({"a", 5, true}).Row({"b", 7, true}).Build());
  EXPECT_EQ(harness.rows(), (std::vector<std::string>{"+I[5, 5]", "-U[5, 5]", "+U[12, 5]"}));
}

TEST(GroupAggregateTest, ARetractionOfAnUnknownGroupIsIgnored) {
  OperatorHarness harness(MakeNode(true, true));
  harness.OnBatch(
      0, BatchBuilder(GroupInputSchema()).Row({"a", 5, true}, ChangeKind::kDelete).Build());
  EXPECT_TRUE(harness.rows().empty());
  EXPECT_EQ(harness.entries("groups"), 0u);
}

TEST(GroupAggregateTest, ALargeBatchGoesOutInPieces) {
  BatchBuilder builder(GroupInputSchema());
  for (int i = 0; i < 8192; ++i) builder.Row({"a", 1, true});
  OperatorHarness harness(MakeNode(true, false));
  harness.OnBatch(0, builder.Build());
  ASSERT_EQ(harness.rows().size(), 2 * 8192u - 1);
  EXPECT_EQ(harness.rows().back(), "+U[a, 8192, 1]");
}

TEST(GroupAggregateTest, StateExpires) {
  OperatorHarness harness(MakeNode(true, false, 1000));
  harness.OnTime(5000);
  harness.OnBatch(0,
                  BatchBuilder(GroupInputSchema()).Row({"a", 1, true}).Row({"b", 1, true}).Build());
  harness.OnTime(5999);
  harness.OnBatch(0, BatchBuilder(GroupInputSchema()).Row({"b", 0, kNullCell}).Build());
  harness.Restart();
  harness.OnTime(6000);
  EXPECT_EQ(harness.entries("groups"), 1u);
  harness.TakeRows();
  harness.OnBatch(0, BatchBuilder(GroupInputSchema()).Row({"a", 1, true}).Build());
  harness.OnTime(6999);
  EXPECT_EQ(harness.entries("groups"), 1u);
  // With a time-to-live an unchanged result is repeated, so that downstream state stays alive.
  harness.OnBatch(0, BatchBuilder(GroupInputSchema()).Row({"a", 0, kNullCell}).Build());
  EXPECT_EQ(harness.rows(),
            (std::vector<std::string>{"+I[a, 1, 1]", "-U[a, 1, 1]", "+U[a, 1, 1]"}));
}

Batch KeysOf(int count) {
  BatchBuilder builder(GroupInputSchema());
  for (int i = 0; i < count; ++i) builder.Row({"k" + std::to_string(i), 1, true});
  return builder.Build();
}

TEST(GroupAggregateTest, GroupsOnTheDiskExpire) {
  constexpr int kKeys = 3000;
  OperatorHarness harness(MakeNode(true, false, 1000));
  harness.UseDisk();
  harness.OnTime(5000);
  harness.OnBatch(0, KeysOf(kKeys));
  harness.LeaveMemory();
  harness.OnTime(5500);
  harness.TakeRows();
  harness.OnBatch(0, KeysOf(10));  // they live on
  EXPECT_EQ(harness.TakeRows().size(), 20u);
  harness.LeaveMemory();
  harness.OnTime(6200);
  harness.OnBatch(0, KeysOf(kKeys));
  std::vector<std::string> rows = harness.TakeRows();
  ASSERT_EQ(rows.size(), kKeys + 10u);
  EXPECT_EQ(
      std::ranges::count_if(rows, [](const std::string& row) { return row.starts_with("+I["); }),
      kKeys - 10);
  harness.LeaveMemory();
  // Nobody asks for them any more.
  for (int64_t now = 7000; now < 10'000; now += 100) {
    harness.OnTime(now);
    harness.LeaveMemory();
    if (now == 7100) {
      EXPECT_EQ(harness.entries_on_disk(), size_t{kKeys});
    }
  }
  EXPECT_EQ(harness.entries_on_disk(), 0u);
}

TEST(GroupAggregateTest, GroupsLieOnTheDiskUntilTheyAreAskedFor) {
  for (const int64_t ttl_ms : {0, 1'000'000}) {
    const auto [fewest, most] =
        ExpectSameFromDisk(MakeNode(true, false, ttl_ms), RandomScript(9, 400, 12, false));
    EXPECT_EQ(fewest, 0u);
    EXPECT_GT(most, 3u);
  }
}

}  // namespace
}  // namespace millrace
