// SPDX-License-Identifier: Apache-2.0
// ResolveConflicts: one row per key at each watermark, cut anywhere, and after a restart.
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "plan/nodes/changelog_nodes.h"
#include "support/operator_harness.h"

namespace millrace {
namespace {

/// k is the key of the table, id that of the query.
Schema Rows() {
  return Schema({{"k", DataType::BigInt()}, {"id", DataType::BigInt()}, {"v", DataType::BigInt()}});
}

PlanNodePtr NodeFor(std::vector<int> row_key, bool fails = false) {
  return std::make_shared<ResolveConflictsNode>(
      InputNode(Rows()),
      ResolveConflictsNode::Fields{.keys = {0}, .row_key = std::move(row_key), .fails = fails});
}

ScriptRow Change(ChangeKind kind, std::vector<int64_t> cells, EventTime watermark) {
  return {.cells = {cells[0], cells[1], cells[2]},
          .kind = kind,
          .before = watermark,
          .after = watermark};
}

constexpr ChangeKind kAdd = ChangeKind::kInsert;
constexpr ChangeKind kOld = ChangeKind::kUpdateBefore;
constexpr ChangeKind kNew = ChangeKind::kUpdateAfter;
constexpr ChangeKind kGone = ChangeKind::kDelete;

using Lines = std::vector<std::string>;

TEST(ResolveConflictsTest, WhatIsTakenBackInOneGoIsNoConflict) {
  const Script script = {Change(kAdd, {1, 1, 10}, 5), Change(kOld, {1, 1, 10}, 6),
                         Change(kNew, {2, 1, 11}, 6), Change(kAdd, {1, 2, 20}, 6),
                         Change(kGone, {1, 2, 20}, 7)};
  EXPECT_EQ(RunEveryWay(NodeFor({1}, /*fails=*/true), script),
            (Lines{"+I[1, 1, 10]", "+U[1, 2, 20]", "+I[2, 1, 11]", "-D[1, 2, 20]"}));
}

TEST(ResolveConflictsTest, TheFirstRowStays) {
  const Script script = {Change(kAdd, {1, 1, 10}, 5),  Change(kAdd, {1, 2, 20}, 5),
                         Change(kAdd, {1, 3, 30}, 6),  Change(kNew, {1, 1, 12}, 7),
                         Change(kGone, {1, 2, 20}, 8), Change(kGone, {1, 1, 12}, 8)};
  EXPECT_EQ(RunEveryWay(NodeFor({1}), script),
            (Lines{"+I[1, 1, 10]", "+U[1, 1, 12]", "-D[1, 1, 12]"}));
}

TEST(ResolveConflictsTest, WithoutAKeyRowsAreTheSameIfAllOfThemIs) {
  const Script script = {Change(kAdd, {1, 1, 10}, 5), Change(kAdd, {1, 1, 11}, 6),
                         Change(kGone, {1, 1, 10}, 6), Change(kGone, {1, 1, 99}, 7)};
  EXPECT_EQ(RunEveryWay(NodeFor({}, /*fails=*/true), script),
            (Lines{"+I[1, 1, 10]", "+U[1, 1, 11]"}));
}

TEST(ResolveConflictsTest, RandomChangesGiveOneRowPerKeyEveryWay) {
  std::mt19937_64 random(11);
  Script script;
  std::map<int64_t, std::pair<int64_t, int64_t>> rows;  // by id: key, value
  for (int64_t i = 0; i < 400; ++i) {
    const auto id = static_cast<int64_t>(random() % 12);
    const EventTime watermark = i / 7;
    if (const auto row = rows.find(id); row != rows.end()) {
      script.push_back(Change(kOld, {row->second.first, id, row->second.second}, watermark));
    }
    rows[id] = {static_cast<int64_t>(random() % 6), i};
    script.push_back(Change(kNew, {rows[id].first, id, i}, watermark));
  }
  std::map<std::string, int> there;
  for (const std::string& change : RunEveryWay(NodeFor({1}), script)) {
    const std::string key = change.substr(3, change.find(',') - 3);
    int& count = there[key];
    if (change.starts_with("+I")) ++count;
    if (change.starts_with("-D")) --count;
    EXPECT_TRUE(count == 0 || count == 1) << change;
    EXPECT_FALSE(change.starts_with("-U"));
  }
}

}  // namespace
}  // namespace millrace
