// SPDX-License-Identifier: Apache-2.0
// TemporalJoin against an oracle that keeps every version for ever.
#include <arrow/scalar.h>
#include <gtest/gtest.h>

#include "plan/nodes/changelog_nodes.h"
#include "plan/nodes/temporal_join_node.h"
#include "support/operator_harness.h"

namespace millrace {
namespace {

Schema FactSchema() {
  return Schema({{"k", DataType::String()},
                 {"v", DataType::BigInt()},
                 {"ts", DataType::Timestamp(3).WithTimeAttribute(TimeAttribute::kRowtime)}});
}

PlanNodePtr Facts(bool updated) {
  PlanNodePtr input = InputNode(FactSchema());
  if (updated) input = std::make_shared<ChangelogNormalizeNode>(input, std::vector<int>{0});
  return input;
}

/// Versions match where their value is even, if there is a condition.
PlanNodePtr TemporalNode(JoinType type, bool updated = false, bool even = false) {
  TemporalJoinNode::Fields fields;
  fields.type = type;
  fields.left_keys = fields.right_keys = {0};
  fields.left_time = fields.right_time = 2;
  if (even) {
    const ExpressionPtr value = Expression::InputRef(4, DataType::BigInt(), "v");
    fields.condition = Expression::InSet(value, {*arrow::MakeScalar(arrow::int64(), 0)}, false);
  }
  return std::make_shared<TemporalJoinNode>(Facts(updated), Facts(false), fields);
}

Script RandomFacts(uint64_t seed, size_t count, int64_t disorder, bool updated) {
  std::mt19937_64 random(seed);
  Script script;
  int64_t now = 0;
  for (size_t i = 0; i < count; ++i) {
    now += static_cast<int64_t>(random() % 60);
    const int64_t reach = random() % 15 == 0 ? 8 * disorder : disorder;
    const int64_t time = 100'000 + now - static_cast<int64_t>(random() % uint64_t(reach + 1));
    const uint64_t key = random() % 6;
    ScriptRow row;
    row.input = random() % 4 == 0 ? 1 - (i / 8 % 2) : i / 8 % 2;
    row.cells = {key == 0 ? kNullCell : Cell("k" + std::to_string(key)), static_cast<int64_t>(i),
                 time - time % 20};
    if (row.input == 1 || updated) {
      const uint64_t kind = random() % 10;
      if (kind == 0) row.kind = ChangeKind::kDelete;
      if (kind == 1) row.kind = ChangeKind::kUpdateBefore;
      if (kind == 2) row.kind = ChangeKind::kUpdateAfter;
    }
    script.push_back(row);
  }
  AssignWatermarks(&script, {2, 2}, disorder / 2);
  return script;
}

class TemporalOracle {
 public:
  explicit TemporalOracle(JoinType type) : type_(type), schema_(TemporalNode(type)->schema()) {}

  std::vector<std::string> Run(const Script& script) {
    EventTime now[2] = {kMinWatermark, kMinWatermark};
    for (const ScriptRow& row : script) {
      now[row.input] = std::max(now[row.input], row.before);
      Fire(std::min(now[0], now[1]));
      Take(row, std::min(now[0], now[1]));
      now[row.input] = row.after;
    }
    Fire(kMaxWatermark);
    return rows_;
  }

 private:
  void Take(const ScriptRow& row, EventTime watermark) {
    const int64_t time = row.cells[2].integer();
    if (row.input == 0) {
      if (time > watermark) {
        waiting_.emplace(time, &row);
      } else {
        const ScriptRow* newest = Version(row, watermark);
        Emit(row, newest != nullptr && newest->cells[2].integer() <= time ? newest : nullptr);
      }
      return;
    }
    if (row.cells[0].is_null() || row.kind == ChangeKind::kUpdateBefore) return;
    auto& versions = versions_[row.cells[0].text()];
    const auto next = versions.upper_bound(watermark);
    if (next != versions.begin() && std::prev(next)->second->kind == ChangeKind::kDelete) {
      versions.erase(versions.begin(), next);
    }
    versions[time] = &row;
  }

  const ScriptRow* Version(const ScriptRow& row, EventTime time) {
    if (row.cells[0].is_null()) return nullptr;
    auto& versions = versions_[row.cells[0].text()];
    const auto next = versions.upper_bound(time);
    if (next == versions.begin()) return nullptr;
    const ScriptRow* found = std::prev(next)->second;
    return found->kind == ChangeKind::kDelete ? nullptr : found;
  }

  void Fire(EventTime watermark) {
    while (!waiting_.empty() && waiting_.begin()->first <= watermark) {
      const auto [time, row] = *waiting_.begin();
      waiting_.erase(waiting_.begin());
      Emit(*row, Version(*row, time));
    }
  }

  void Emit(const ScriptRow& row, const ScriptRow* version) {
    if (version == nullptr && type_ == JoinType::kInner) return;
    CellRow cells = row.cells;
    if (version != nullptr) {
      cells.insert(cells.end(), version->cells.begin(), version->cells.end());
    } else {
      cells.resize(6);
    }
    rows_.push_back(FormatRow(schema_, BatchBuilder(schema_).Row(cells, row.kind).Build(), 0));
  }

  JoinType type_;
  Schema schema_;
  std::multimap<int64_t, const ScriptRow*> waiting_;
  std::map<std::string, std::map<int64_t, const ScriptRow*>> versions_;
  std::vector<std::string> rows_;
};

TEST(TemporalJoinTest, IsTheOracle) {
  uint64_t seed = 1;
  for (const JoinType type : {JoinType::kInner, JoinType::kLeft}) {
    for (const bool updated : {false, true}) {
      const Script script = RandomFacts(seed++, 900, 1000, updated);
      const auto expected = TemporalOracle(type).Run(script);
      EXPECT_GT(expected.size(), 100u);
      EXPECT_EQ(RunEveryWay(TemporalNode(type, updated), script), expected)
          << JoinTypeName(type) << (updated ? ", updated" : "");
    }
  }
}

TEST(TemporalJoinTest, RowsAndVersionsLieOnTheDiskUntilTheyAreAskedFor) {
  uint64_t seed = 41;
  for (const JoinType type : {JoinType::kInner, JoinType::kLeft}) {
    for (const bool updated : {false, true}) {
      SCOPED_TRACE(JoinTypeName(type));
      const Script script = RandomFacts(seed++, 900, 1000, updated);
      const auto [fewest, most] = ExpectSameFromDisk(TemporalNode(type, updated), script);
      EXPECT_EQ(fewest, 0u);
      EXPECT_GT(most, 1u);
    }
  }
}

TEST(TemporalJoinTest, VersionsOnTheDiskThatAreOldAreDropped) {
  OperatorHarness harness(TemporalNode(JoinType::kInner));
  harness.UseDisk();
  BatchBuilder builder(FactSchema());
  for (int i = 0; i < 200; ++i) {
    const std::string key = "k" + std::to_string(i);
    builder.Row({key, 1, 100});
    // A version behind it, a deletion, or nothing.
    if (i % 4 < 2) builder.Row({key, 2, 200});
    if (i % 4 == 2) builder.Row({key, 2, 200}, ChangeKind::kDelete);
  }
  harness.OnBatch(1, builder.Build());
  harness.LeaveMemory();
  EXPECT_GE(harness.entries_on_disk(), 350u);
  const auto sweep = [&harness](int64_t begin) {
    for (int64_t now = begin; now < begin + 2000; now += 100) {
      harness.OnTime(now);
      harness.LeaveMemory();
    }
  };
  harness.OnWatermark(0, 150);
  harness.OnWatermark(1, 150);
  sweep(0);
  EXPECT_GE(harness.entries_on_disk(), 350u) << "what comes first is still asked for";
  harness.OnWatermark(0, 200);
  harness.OnWatermark(1, 200);
  sweep(2000);
  EXPECT_GE(harness.entries_on_disk(), 150u);
  EXPECT_LE(harness.entries_on_disk(), 160u) << "one version of each key that is there, and cells";
  BatchBuilder rows(FactSchema());
  for (int i = 0; i < 200; ++i) rows.Row({"k" + std::to_string(i), 3, 300});
  harness.OnBatch(0, rows.Watermark(200).Build());
  harness.End();
  EXPECT_EQ(harness.row_count(), 150u);
}

TEST(TemporalJoinTest, TheConditionIsAskedOfTheVersion) {
  OperatorHarness harness(TemporalNode(JoinType::kLeft, false, /*even=*/true));
  harness.OnBatch(1, BatchBuilder(FactSchema()).Row({"a", 0, 10}).Row({"a", 7, 20}).Build());
  harness.OnBatch(0, BatchBuilder(FactSchema()).Row({"a", 1, 15}).Row({"a", 2, 25}).Build());
  EXPECT_EQ(harness.row_count(), 0u);
  harness.End();
  ASSERT_EQ(harness.row_count(), 2u);
  EXPECT_NE(harness.rows()[0].find("a, 0,"), std::string::npos) << harness.rows()[0];
  EXPECT_NE(harness.rows()[1].find("null, null"), std::string::npos) << harness.rows()[1];
}

TEST(TemporalJoinTest, OneVersionPerKeyIsKept) {
  const Script script = RandomFacts(5, 3000, 300, false);
  std::mt19937_64 random(1);
  OperatorHarness harness(TemporalNode(JoinType::kInner));
  harness.Feed(script, 0, script.size(), 0, random);
  EXPECT_LT(harness.entries("versions"), 60u);
  harness.OnWatermark(0, 10'000'000);
  harness.OnWatermark(1, 10'000'000);
  harness.OnBatch(1, BatchBuilder(FactSchema()).Row({"z", 1, 10'000'001}).Build());
  EXPECT_LE(harness.entries("versions"), 6u);
  EXPECT_EQ(harness.entries("waiting"), 0u);
}

TEST(TemporalJoinTest, ADeletedKeyIsForgotten) {
  OperatorHarness harness(TemporalNode(JoinType::kLeft));
  harness.OnBatch(1, BatchBuilder(FactSchema()).Row({"a", 1, 10}).Build());
  harness.OnWatermark(0, 15);
  harness.OnBatch(1, BatchBuilder(FactSchema())
                         .Row({"a", kNullCell, kNullCell}, ChangeKind::kDelete)
                         .Watermark(20)
                         .Build());
  EXPECT_EQ(harness.entries("versions"), 2u);
  harness.OnWatermark(0, 30);
  harness.OnWatermark(1, 30);
  harness.OnBatch(1, BatchBuilder(FactSchema()).Row({"b", 1, 40}).Watermark(30).Build());
  EXPECT_EQ(harness.entries("versions"), 1u);
}

TEST(TemporalJoinTest, RowsWithoutATimeFail) {
  OperatorHarness harness(TemporalNode(JoinType::kLeft));
  harness.OnBatch(0, BatchBuilder(FactSchema()).Row({"a", 1, kNullCell}).Build());
  harness.OnBatch(1, BatchBuilder(FactSchema()).Row({"a", 1, kNullCell}).Build());
  EXPECT_EQ(harness.failures().size(), 2u);
  harness.End();
  EXPECT_EQ(harness.row_count(), 0u);
}

TEST(TemporalJoinTest, ManyRowsOfOneTimeGoOutInPieces) {
  OperatorHarness harness(TemporalNode(JoinType::kLeft));
  harness.set_keep_text(false);
  for (int b = 0; b < 3; ++b) {
    BatchBuilder builder(FactSchema());
    for (int i = 0; i < 8000; ++i) builder.Row({"a", i, 10});
    harness.OnBatch(0, builder.Build());
  }
  harness.End();
  EXPECT_EQ(harness.row_count(), 24'000u);
}

}  // namespace
}  // namespace millrace
