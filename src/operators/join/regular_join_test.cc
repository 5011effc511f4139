// SPDX-License-Identifier: Apache-2.0
// The regular join against an oracle that does what Flink's operator does, row by row, over plain
// lists: rows, their kinds and the numbers of their partners.
#include <gtest/gtest.h>

#include "functions/builtin.h"
#include "plan/nodes/changelog_nodes.h"
#include "plan/nodes/regular_join_node.h"
#include "plan/nodes/stateless_nodes.h"
#include "support/operator_harness.h"

namespace millrace {
namespace {

Schema RegularSideSchema(const std::string& prefix) {
  return Schema({{prefix + "k", DataType::String()},
                 {prefix + "id", DataType::BigInt()},
                 {prefix + "v", DataType::BigInt()}});
}

Schema OutputSchema(JoinType type) {
  Schema schema = RegularSideSchema("l");
  if (type == JoinType::kSemi || type == JoinType::kAnti) return schema;
  for (const Column& column : RegularSideSchema("r")) schema.Append(column);
  return schema;
}

/// What is known of the rows of an input.
enum class Known { kAppend, kNothing, kKey, kId };

PlanNodePtr Side(const std::string& prefix, Known known) {
  PlanNodePtr input = InputNode(RegularSideSchema(prefix));
  if (known == Known::kAppend) return input;
  const std::vector<int> key = {known == Known::kKey ? 0 : 1};
  PlanNodePtr changes = std::make_shared<ChangelogNormalizeNode>(input, key);
  if (known != Known::kNothing) return changes;
  return std::make_shared<UnionNode>(std::vector{changes}, RegularSideSchema(prefix));
}

/// lv <= rv
ExpressionPtr Condition() {
  static const FunctionRegistry registry = [] {
    FunctionRegistry made;
    RegisterComparisonFunctions(&made);
    return made;
  }();
  const ScalarFunction* function = registry.Find("<=");
  std::vector<ExpressionPtr> args = {Expression::InputRef(2, DataType::BigInt(), "lv"),
                                     Expression::InputRef(5, DataType::BigInt(), "rv")};
  static const SessionContext session;
  CallSite site;
  site.session = &session;
  for (const ExpressionPtr& arg : args) site.args.push_back({.type = arg->type(), .literal = {}});
  auto resolved = function->resolve(site);
  EXPECT_TRUE(resolved.has_value());
  return Expression::Call(function, *std::move(resolved), std::move(args));
}

struct Case {
  JoinType type = JoinType::kInner;
  Known left = Known::kAppend;
  Known right = Known::kAppend;
  bool condition = false;
  std::array<int64_t, 2> ttl_ms = {0, 0};
};

PlanNodePtr Node(const Case& join) {
  JoinNode::Fields fields;
  fields.type = join.type;
  fields.left_keys = fields.right_keys = {0};
  if (join.condition) fields.condition = Condition();
  fields.ttl_ms = join.ttl_ms;
  return std::make_shared<JoinNode>(Side("l", join.left), Side("r", join.right), fields);
}

/// Rows of one input that may come and be taken back, as what is known of them allows.
class RandomSide {
 public:
  RandomSide(int input, Known known) : input_(input), known_(known) {}

  void Add(std::mt19937_64& random, Script* script) {
    const bool changes = known_ != Known::kAppend && !rows_.empty() && random() % 2 == 0;
    if (!changes) return Insert(NewRow(random), script);
    const size_t at = random() % rows_.size();
    const CellRow old = rows_[at];
    if (random() % 2 == 0) {
      rows_.erase(rows_.begin() + static_cast<ptrdiff_t>(at));
      Push(old, ChangeKind::kDelete, script);
      return;
    }
    CellRow now = NewRow(random);
    if (known_ == Known::kKey) now[0] = old[0];
    if (known_ == Known::kId) now[1] = old[1];
    rows_[at] = now;
    Push(old, ChangeKind::kUpdateBefore, script);
    Push(now, ChangeKind::kUpdateAfter, script);
  }

 private:
  CellRow NewRow(std::mt19937_64& random) {
    const uint64_t key = random() % 6;
    const int64_t id = known_ == Known::kId ? next_id_++ : static_cast<int64_t>(random() % 2);
    return {key == 0 && known_ != Known::kKey ? kNullCell : Cell("k" + std::to_string(key)), id,
            random() % 3};
  }
  void Insert(CellRow row, Script* script) {
    if (known_ == Known::kKey) {
      for (const CellRow& held : rows_) {
        if (held[0].text() == row[0].text()) return;
      }
    }
    Push(row, ChangeKind::kInsert, script);
    rows_.push_back(std::move(row));
  }
  void Push(CellRow row, ChangeKind kind, Script* script) {
    script->push_back({.cells = std::move(row), .kind = kind, .input = input_});
  }

  int input_;
  Known known_;
  int64_t next_id_ = 0;
  std::vector<CellRow> rows_;
};

Script RandomScript(const Case& join, uint64_t seed, size_t count) {
  std::mt19937_64 random(seed);
  RandomSide sides[2] = {{0, join.left}, {1, join.right}};
  Script script;
  while (script.size() < count) {
    const uint64_t input = random() % 2;
    for (uint64_t i = random() % 6; i > 0; --i) sides[input].Add(random, &script);
  }
  return script;
}

class RegularOracle {
 public:
  explicit RegularOracle(const Case& join) : join_(join) {}

  std::vector<std::string> Run(const Script& script) {
    for (const ScriptRow& row : script) OnRow(row);
    return std::move(out_);
  }

 private:
  struct Held {
    CellRow row;
    int64_t matches = 0;
  };

  bool Pads(int input) const {
    return join_.type == JoinType::kFull ||
           join_.type == (input == 0 ? JoinType::kLeft : JoinType::kRight);
  }
  bool LeftOnly() const { return join_.type == JoinType::kSemi || join_.type == JoinType::kAnti; }

  bool Match(const CellRow& left, const CellRow& right) const {
    if (left[0].is_null() || right[0].is_null() || left[0].text() != right[0].text()) return false;
    return !join_.condition || left[2].integer() <= right[2].integer();
  }

  void Emit(ChangeKind kind, const CellRow* left, const CellRow* right) {
    CellRow cells = left ? *left : CellRow(3);
    if (!LeftOnly()) {
      const CellRow other = right ? *right : CellRow(3);
      cells.insert(cells.end(), other.begin(), other.end());
    }
    const Schema schema = OutputSchema(join_.type);
    out_.push_back(FormatRow(schema, BatchBuilder(schema).Row(cells, kind).Build(), 0));
  }
  void EmitFor(int input, ChangeKind kind, const CellRow* own, const CellRow* other) {
    input == 0 ? Emit(kind, own, other) : Emit(kind, other, own);
  }

  void OnRow(const ScriptRow& row) {
    std::vector<Held*> matched;
    for (Held& held : sides_[1 - row.input]) {
      if (row.input == 0 ? Match(row.cells, held.row) : Match(held.row, row.cells)) {
        matched.push_back(&held);
      }
    }
    LeftOnly() ? OnSemiRow(row, matched) : OnPairRow(row, matched);
    auto& own = sides_[row.input];
    if (IsAddition(row.kind)) {
      own.push_back({row.cells, static_cast<int64_t>(matched.size())});
      return;
    }
    const auto same =
        std::ranges::find_if(own, [&](const Held& held) { return held.row == row.cells; });
    ASSERT_NE(same, own.end());
    own.erase(same);
  }

  void OnPairRow(const ScriptRow& row, const std::vector<Held*>& matched) {
    const bool adds = IsAddition(row.kind);
    const bool own_pads = Pads(row.input);
    const bool other_pads = Pads(1 - row.input);
    if (matched.empty() && own_pads) {
      EmitFor(row.input, adds ? ChangeKind::kInsert : ChangeKind::kDelete, &row.cells, nullptr);
    }
    ChangeKind kind = row.kind;
    if (adds && (own_pads || other_pads)) kind = ChangeKind::kInsert;
    if (!adds && own_pads) kind = ChangeKind::kDelete;
    for (Held* held : matched) {
      if (other_pads && adds && held->matches == 0) {
        EmitFor(row.input, ChangeKind::kDelete, nullptr, &held->row);
      }
      EmitFor(row.input, kind, &row.cells, &held->row);
      if (other_pads && !adds && held->matches == 1) {
        EmitFor(row.input, ChangeKind::kInsert, nullptr, &held->row);
      }
      held->matches += adds ? 1 : -1;
    }
  }

  void OnSemiRow(const ScriptRow& row, const std::vector<Held*>& matched) {
    const bool adds = IsAddition(row.kind);
    const bool anti = join_.type == JoinType::kAnti;
    if (row.input == 0) {
      if (matched.empty() == anti) Emit(row.kind, &row.cells, nullptr);
      return;
    }
    for (Held* held : matched) {
      const ChangeKind turned = adds ? ChangeKind::kDelete : ChangeKind::kInsert;
      if (held->matches == (adds ? 0 : 1)) Emit(anti ? turned : row.kind, &held->row, nullptr);
      held->matches += adds ? 1 : -1;
    }
  }

  Case join_;
  std::vector<Held> sides_[2];
  std::vector<std::string> out_;
};

constexpr JoinType kTypes[] = {JoinType::kInner, JoinType::kLeft, JoinType::kRight,
                               JoinType::kFull,  JoinType::kSemi, JoinType::kAnti};

class RegularJoinTest : public testing::TestWithParam<std::tuple<Known, Known>> {};

TEST_P(RegularJoinTest, EveryTypeIsTheOracle) {
  const auto [left, right] = GetParam();
  for (const JoinType type : kTypes) {
    for (const bool condition : {false, true}) {
      SCOPED_TRACE(std::string(JoinTypeName(type)) + (condition ? " where" : ""));
      const Case join{.type = type, .left = left, .right = right, .condition = condition};
      const Script script = RandomScript(join, 11, 100);
      const std::vector<std::string> rows = RunEveryWay(Node(join), script);
      EXPECT_EQ(Sorted(rows), Sorted(RegularOracle(join).Run(script)));
    }
  }
}

TEST_P(RegularJoinTest, RowsLieOnTheDiskUntilTheirKeyIsAskedFor) {
  const auto [left, right] = GetParam();
  for (const JoinType type : kTypes) {
    for (const bool condition : {false, true}) {
      SCOPED_TRACE(std::string(JoinTypeName(type)) + (condition ? " where" : ""));
      const Case join{.type = type, .left = left, .right = right, .condition = condition};
      const auto [fewest, most] = ExpectSameFromDisk(Node(join), RandomScript(join, 17, 300));
      EXPECT_GT(most, 0u);
      EXPECT_EQ(fewest, 0u);
    }
  }
}

constexpr Known kAll[] = {Known::kAppend, Known::kNothing, Known::kKey, Known::kId};
INSTANTIATE_TEST_SUITE_P(Shapes, RegularJoinTest,
                         testing::Combine(testing::ValuesIn(kAll), testing::ValuesIn(kAll)));

ScriptRow RowOf(int input, const char* key, int64_t id, int64_t v,
                ChangeKind kind = ChangeKind::kInsert) {
  return {.cells = {key, id, v}, .kind = kind, .input = input};
}

TEST(RegularJoinStateTest, WhatIsTakenBackLeavesNothing) {
  for (const Known known : {Known::kNothing, Known::kKey, Known::kId}) {
    const Case join{.type = JoinType::kFull, .left = known, .right = known, .condition = true};
    OperatorHarness harness(Node(join));
    const size_t empty = harness.state_entries();
    std::mt19937_64 random(3);
    Script script;
    for (const ChangeKind kind : {ChangeKind::kInsert, ChangeKind::kDelete}) {
      for (int input = 0; input < 2; ++input) {
        for (int64_t i = 0; i < 50; ++i) {
          script.push_back(RowOf(input, ("k" + std::to_string(i)).c_str(), i, i % 3, kind));
        }
      }
    }
    harness.Feed(script, 0, 100, 0, random);
    harness.Restart();
    EXPECT_GT(harness.state_entries(), empty + 99);
    harness.Feed(script, 100, 200, 0, random);
    EXPECT_EQ(harness.state_entries(), empty);
  }
}

TEST(RegularJoinStateTest, RowsAreForgottenWhenTheirTimeIsOver) {
  for (const Known known : {Known::kAppend, Known::kNothing, Known::kKey, Known::kId}) {
    SCOPED_TRACE(static_cast<int>(known));
    const Case join{
        .type = JoinType::kInner, .left = known, .right = known, .ttl_ms = {1000, 3000}};
    OperatorHarness harness(Node(join));
    const size_t empty = harness.state_entries();
    std::mt19937_64 random(1);
    const Script script = {RowOf(0, "a", 1, 1), RowOf(1, "a", 1, 2), RowOf(1, "b", 2, 5),
                           RowOf(0, "b", 3, 6)};
    harness.OnTime(10'000);
    harness.Feed(script, 0, 1, 1, random);
    harness.OnTime(11'000);
    harness.Feed(script, 1, 3, 1, random);  // the left row is gone
    harness.Restart();
    harness.OnTime(13'900);
    harness.Feed(script, 3, 4, 1, random);
    EXPECT_EQ(harness.TakeRows(), (std::vector<std::string>{"+I[b, 3, 6, b, 2, 5]"}));
    harness.OnTime(20'000);
    EXPECT_EQ(harness.state_entries(), empty);
  }
}

TEST(RegularJoinStateTest, RowsOnTheDiskExpire) {
  for (const Known known : {Known::kAppend, Known::kNothing, Known::kKey, Known::kId}) {
    SCOPED_TRACE(static_cast<int>(known));
    const Case join{
        .type = JoinType::kInner, .left = known, .right = known, .ttl_ms = {1000, 3000}};
    OperatorHarness harness(Node(join));
    harness.UseDisk();
    std::mt19937_64 random(1);
    Script script = {RowOf(0, "a", 1, 1), RowOf(1, "a", 1, 2), RowOf(1, "b", 2, 5),
                     RowOf(0, "b", 3, 6), RowOf(1, "b", 4, 7), RowOf(0, "c", 5, 8)};
    harness.OnTime(10'000);
    harness.Feed(script, 0, 1, 1, random);
    harness.LeaveMemory();
    harness.OnTime(11'000);
    harness.Feed(script, 1, 3, 1, random);  // the left row is gone
    harness.LeaveMemory();
    harness.OnTime(13'900);
    harness.Feed(script, 3, 4, 1, random);  // brings a right row of 11.0 s back
    EXPECT_EQ(harness.TakeRows(), (std::vector<std::string>{"+I[b, 3, 6, b, 2, 5]"}));
    harness.OnTime(14'100);  // which is over, in memory
    harness.Feed(script, 4, 5, 1, random);
    EXPECT_EQ(harness.TakeRows(), (std::vector<std::string>{"+I[b, 3, 6, b, 4, 7]"}));
    harness.Feed(script, 5, 6, 1, random);
    harness.LeaveMemory();
    harness.RestartFromDisk();
    for (int64_t now = 14'200; now < 19'000; now += 100) {
      harness.OnTime(now);
      harness.LeaveMemory();
    }
    EXPECT_LE(harness.entries_on_disk(), 5u) << "cells";
  }
}

TEST(RegularJoinStateTest, CountsOnTheDiskGoWithTheirRows) {
  for (const Known known : {Known::kAppend, Known::kNothing, Known::kKey, Known::kId}) {
    SCOPED_TRACE(static_cast<int>(known));
    const Case join{.type = JoinType::kFull, .left = known, .right = known, .ttl_ms = {1000, 3000}};
    OperatorHarness harness(Node(join));
    harness.UseDisk();
    std::mt19937_64 random(1);
    harness.OnTime(10'000);
    Script script;
    for (int input = 0; input < 2; ++input) {
      for (int64_t i = 0; i < 40; ++i) {
        script.push_back(RowOf(input, ("k" + std::to_string(i)).c_str(), i, i));
      }
    }
    harness.Feed(script, 0, script.size(), 0, random);
    harness.LeaveMemory();
    EXPECT_GE(harness.entries_on_disk(), 4 * 40u) << "rows and counts of both sides";
    harness.RestartFromDisk();
    for (int64_t now = 10'500; now < 16'000; now += 100) {
      harness.OnTime(now);
      harness.LeaveMemory();
    }
    EXPECT_LE(harness.entries_on_disk(), 5u) << "cells";
  }
}

TEST(RegularJoinStateTest, AMatchKeepsARowOfAnOuterSide) {
  const Case join{.type = JoinType::kLeft, .ttl_ms = {1000, 1000}};
  OperatorHarness harness(Node(join));
  std::mt19937_64 random(1);
  const Script script = {RowOf(0, "a", 1, 1), RowOf(1, "a", 1, 2), RowOf(1, "a", 2, 3)};
  harness.OnTime(10'000);
  harness.Feed(script, 0, 1, 1, random);
  harness.OnTime(10'900);
  harness.Feed(script, 1, 2, 1, random);
  harness.OnTime(11'500);
  harness.Restart();
  harness.OnTime(11'500);
  harness.Feed(script, 2, 3, 1, random);
  EXPECT_EQ(
      harness.TakeRows(),
      (std::vector<std::string>{"+I[a, 1, 1, null, null, null]", "-D[a, 1, 1, null, null, null]",
                                "+I[a, 1, 1, a, 1, 2]", "+I[a, 1, 1, a, 2, 3]"}));
}

TEST(RegularJoinStateTest, ARowWithManyPartnersGoesOutInParts) {
  for (const bool condition : {false, true}) {
    const Case join{.type = JoinType::kFull, .condition = condition};
    OperatorHarness harness(Node(join));
    harness.set_keep_text(false);
    BatchBuilder rights(RegularSideSchema("r"));
    for (int64_t i = 0; i < kMaxBatchRows; ++i) rights.Row({"a", i, 1});
    const Batch batch = rights.Build();
    for (int i = 0; i < 3; ++i) harness.OnBatch(1, batch);
    harness.OnBatch(0,
                    BatchBuilder(RegularSideSchema("l")).Row({"a", 1, 0}).Row({"a", 2, 0}).Build());
    // Alone, taken back, a pair; and a pair with the second row.
    EXPECT_EQ(harness.row_count(), static_cast<size_t>(3 * kMaxBatchRows * 4));
  }
}

}  // namespace
}  // namespace millrace
