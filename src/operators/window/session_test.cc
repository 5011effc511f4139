// SPDX-License-Identifier: Apache-2.0
// Sessions against an oracle that looks at all of them for every row.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "plan/nodes/aggregate_nodes.h"
#include "support/operator_harness.h"

namespace millrace {
namespace {

constexpr int64_t kGap = 5'000;

Schema SessionInput() {
  return Schema({{"k", DataType::String()},
                 {"v", DataType::BigInt()},
                 {"ts", DataType::Timestamp(3).WithTimeAttribute(TimeAttribute::kRowtime)}});
}

WindowSpec SessionSpec() { return {.kind = WindowKind::kSession, .size = kGap}; }

/// Rows that may be updates.
class Updates final : public PlanNode {
 public:
  static constexpr std::string_view kKind = "Updates";
  Updates() : PlanNode({}, SessionInput()) {}
  std::string_view kind() const override { return kKind; }
  PlanNodePtr WithChildren(std::vector<PlanNodePtr>) const override {
    return std::make_shared<Updates>();
  }
  std::string details() const override { return ""; }
  ChangelogMode changelog_mode() const override { return ChangelogMode::All(); }
};

PlanNodePtr SessionAggregateNode(bool keyed = true, bool retracts = false) {
  const Schema input = SessionInput();
  WindowAggregateNode::Fields fields;
  if (keyed) fields.keys = {0};
  fields.calls = {MakeCall(input, "COUNT", {}, "n", retracts),
                  MakeCall(input, "SUM", {1}, "s", retracts),
                  MakeCall(input, "COUNT", {1}, "d", retracts, true)};
  fields.window = SessionSpec();
  fields.time_column = 2;
  fields.emit_start = fields.emit_end = true;
  Schema schema;
  if (keyed) schema.Append(input[0]);
  for (const AggregateCall& call : fields.calls) schema.Append(call.output);
  schema.Append({"window_start", DataType::Timestamp(3)});
  schema.Append({"window_end", DataType::Timestamp(3)});
  PlanNodePtr below = InputNode(input);
  if (retracts) below = std::make_shared<Updates>();
  return std::make_shared<WindowAggregateNode>(below, fields, schema);
}

PlanNodePtr SessionRowsNode(bool retracts = false) {
  PlanNodePtr below = InputNode(SessionInput());
  if (retracts) below = std::make_shared<Updates>();
  return std::make_shared<WindowTvfNode>(below, 2, SessionSpec(), std::vector<int>{0});
}

class SessionOracle {
 public:
  explicit SessionOracle(bool rows) : rows_wanted_(rows) {}

  void Add(const ScriptRow& row) {
    Advance(row.before);
    const int64_t time = row.cells[2].integer();
    Open made{.start = time, .end = time + kGap, .rows = {row}};
    std::vector<Open>& all = open_[row.cells[0].text()];
    for (bool again = true; again;) {
      again = false;
      for (size_t i = 0; i < all.size() && !again; ++i) {
        if (all[i].start > made.end || all[i].end < made.start) continue;
        made.start = std::min(made.start, all[i].start);
        made.end = std::max(made.end, all[i].end);
        made.rows.insert(made.rows.begin(), all[i].rows.begin(), all[i].rows.end());
        all.erase(all.begin() + static_cast<ptrdiff_t>(i));
        again = true;
      }
    }
    if (made.end - 1 <= row.before) {
      ++late;
    } else {
      all.push_back(std::move(made));
    }
    Advance(row.after);
  }
  void Advance(EventTime watermark) {
    for (auto& [key, all] : open_) {
      std::erase_if(all, [&](const Open& open) {
        if (open.end - 1 > watermark) return false;
        Send(open);
        return true;
      });
    }
  }

  std::vector<std::string> rows;
  uint64_t late = 0;

 private:
  struct Open {
    int64_t start;
    int64_t end;
    std::vector<ScriptRow> rows;
  };

  void Send(const Open& open) {
    const DataType time = DataType::Timestamp(3);
    if (rows_wanted_) {
      Schema schema = SessionInput();
      for (const char* name : {"ws", "we", "wt"}) schema.Append({name, time});
      for (const ScriptRow& row : open.rows) {
        const Batch batch =
            BatchBuilder(schema)
                .Row({row.cells[0], row.cells[1], row.cells[2], open.start, open.end, open.end - 1},
                     row.kind)
                .Build();
        rows.push_back(FormatRow(schema, batch, 0));
      }
      return;
    }
    int64_t count = 0;
    int64_t sum = 0;
    std::multiset<int64_t> values;
    for (const ScriptRow& row : open.rows) {
      const bool added = IsAddition(row.kind);
      const int64_t value = row.cells[1].integer();
      count += added ? 1 : -1;
      sum += added ? value : -value;
      if (added) {
        values.insert(value);
      } else {
        values.erase(values.find(value));
      }
    }
    if (count == 0) return;
    const Schema schema({{"k", DataType::String()},
                         {"n", DataType::BigInt()},
                         {"s", DataType::BigInt()},
                         {"d", DataType::BigInt()},
                         {"ws", time},
                         {"we", time}});
    const std::set<int64_t> distinct(values.begin(), values.end());
    const Batch batch =
        BatchBuilder(schema)
            .Row({open.rows[0].cells[0], count, sum, distinct.size(), open.start, open.end})
            .Build();
    rows.push_back(FormatRow(schema, batch, 0));
  }

  bool rows_wanted_;
  std::map<std::string, std::vector<Open>> open_;
};

/// Rows up to `disorder` behind, so that sessions of a key grow at both ends and become one.
Script SessionScript(uint64_t seed, size_t count, int64_t disorder, int64_t delay, bool updates) {
  std::mt19937_64 random(seed);
  Script script;
  int64_t now = -90'000;
  for (size_t i = 0; i < count; ++i) {
    now += static_cast<int64_t>(random() % 1500);
    const int64_t time = now - static_cast<int64_t>(random() % static_cast<uint64_t>(disorder));
    script.push_back(
        {.cells = {"k" + std::to_string(random() % 5), static_cast<int64_t>(random() % 20), time}});
    if (!updates || random() % 3 != 0) continue;
    script.push_back(script.back());  // gone again at once
    script.back().kind = random() % 2 == 0 ? ChangeKind::kUpdateBefore : ChangeKind::kDelete;
  }
  AssignWatermarks(&script, {2}, delay);
  for (size_t i = 1; i < script.size(); ++i) {
    if (IsAddition(script[i].kind)) continue;
    script[i].before = script[i - 1].before;
    script[i - 1].after = script[i - 1].before;
  }
  return script;
}

void ExpectSessions(const PlanNodePtr& node, const Script& script, bool rows) {
  SessionOracle oracle(rows);
  for (const ScriptRow& row : script) oracle.Add(row);
  oracle.Advance(kMaxWatermark);
  EXPECT_GT(oracle.rows.size(), 50u);
  EXPECT_EQ(Sorted(RunEveryWay(node, script)), Sorted(oracle.rows));
  std::mt19937_64 random(1);
  OperatorHarness harness(node);
  harness.Feed(script, 0, script.size(), 0, random);
  harness.End();
  EXPECT_EQ(harness.metrics().rows_late, oracle.late);
  EXPECT_EQ(harness.entries(rows ? "rows" : "sessions"), 0u);
}

TEST(SessionTest, AggregatesAreTheOracle) {
  ExpectSessions(SessionAggregateNode(), SessionScript(1, 1500, 4'000, 3'000, false), false);
  // Many sessions of a key are open at once, and late rows come.
  ExpectSessions(SessionAggregateNode(), SessionScript(2, 1500, 90'000, 60'000, false), false);
  ExpectSessions(SessionAggregateNode(), SessionScript(3, 600, 300'000, 400'000, false), false);
}

TEST(SessionTest, RowsAreTheOracle) {
  ExpectSessions(SessionRowsNode(), SessionScript(4, 1500, 4'000, 3'000, false), true);
  ExpectSessions(SessionRowsNode(), SessionScript(5, 1500, 90'000, 60'000, false), true);
}

TEST(SessionTest, RowsThatAreTakenBackAreSubtracted) {
  ExpectSessions(SessionAggregateNode(true, true), SessionScript(6, 900, 60'000, 50'000, true),
                 false);
}

TEST(SessionTest, RowsKeepTheirKind) {
  ExpectSessions(SessionRowsNode(true), SessionScript(7, 900, 60'000, 50'000, true), true);
}

TEST(SessionTest, SessionsLieOnTheDiskUntilTheirKeyIsAskedForOrTheyClose) {
  const std::pair<PlanNodePtr, Script> cases[] = {
      {SessionAggregateNode(), SessionScript(8, 900, 4'000, 3'000, false)},
      {SessionAggregateNode(), SessionScript(9, 900, 90'000, 60'000, false)},
      {SessionAggregateNode(true, true), SessionScript(10, 600, 60'000, 50'000, true)},
      {SessionRowsNode(), SessionScript(11, 900, 90'000, 60'000, false)},
      {SessionRowsNode(true), SessionScript(12, 600, 60'000, 50'000, true)},
  };
  for (const auto& [node, script] : cases) {
    const auto [fewest, most] = ExpectSameFromDisk(node, script, /*in_order=*/false);
    EXPECT_EQ(fewest, 0u);
    EXPECT_GT(most, 1u);
  }
}

TEST(SessionTest, SessionsOnTheDiskCloseInTimeAndAreGone) {
  for (const bool rows : {false, true}) {
    OperatorHarness harness(rows ? SessionRowsNode() : SessionAggregateNode());
    harness.UseDisk();
    BatchBuilder builder(SessionInput());
    for (int i = 0; i < 300; ++i) builder.Row({"k" + std::to_string(i), i, 10'000 + 10 * i});
    harness.OnBatch(0, builder.Build());
    harness.LeaveMemory();
    EXPECT_GE(harness.entries_on_disk(), 600u);
    // One of them grows.
    harness.OnBatch(0, BatchBuilder(SessionInput()).Row({"k0", 7, 14'000}).Build());
    harness.LeaveMemory();
    harness.RestartFromDisk();
    harness.OnWatermark(0, 10'000 + kGap + 990);  // behind the last millisecond of a hundred
    EXPECT_EQ(harness.TakeRows().size(), 99u);
    harness.LeaveMemory();
    harness.OnWatermark(0, 100'000);
    EXPECT_EQ(harness.TakeRows().size(), rows ? 202u : 201u);
    harness.LeaveMemory();
    EXPECT_LE(harness.entries_on_disk(), 8u) << "cells";
  }
}

TEST(SessionTest, EventsThatLieAGapApartShareASession) {
  Script script = {{.cells = {"a", 1, 0}}, {.cells = {"a", 1, kGap}}, {.cells = {"a", 1, 20'000}}};
  AssignWatermarks(&script, {2}, 1'000);
  EXPECT_EQ(RunEveryWay(SessionAggregateNode(false), script),
            (std::vector<std::string>{"+I[2, 2, 1, 1970-01-01T00:00, 1970-01-01T00:00:10]",
                                      "+I[1, 1, 1, 1970-01-01T00:00:20, 1970-01-01T00:00:25]"}));
}

TEST(SessionTest, AGreatSessionGoesOutInPieces) {
  Script script;
  for (int i = 0; i < 20'000; ++i) script.push_back({.cells = {"a", i, i}});
  AssignWatermarks(&script, {2}, 0);
  const auto rows = RunScript(SessionRowsNode(), script, 5000);
  ASSERT_EQ(rows.size(), 20'000u);
  EXPECT_TRUE(rows[19'999].starts_with("+I[a, 19999, ")) << rows[19'999];
}

TEST(SessionTest, ATimeWithoutMeaningFailsTheRow) {
  OperatorHarness harness(SessionAggregateNode());
  harness.OnBatch(0, BatchBuilder(SessionInput())
                         .Row({"a", 1, kNullCell})
                         .Row({"b", 1, std::numeric_limits<int64_t>::max()})
                         .Build());
  harness.End();
  EXPECT_TRUE(harness.rows().empty());
  EXPECT_EQ(harness.metrics().rows_failed, 2u);
}

TEST(SessionTest, SaysWhatItWaitsFor) {
  OperatorHarness harness(SessionAggregateNode());
  EXPECT_EQ(harness.op().Waiting(), "");
  harness.OnBatch(0, BatchBuilder(SessionInput()).Row({"a", 1, 61'000}).Build());
  harness.OnWatermark(0, 58'500);
  EXPECT_EQ(harness.op().Waiting(),
            "1 sessions are open; none closes before the watermark passes 1970-01-01 "
            "00:01:05.999; it is 1970-01-01 00:00:58.500");
}

}  // namespace
}  // namespace millrace
