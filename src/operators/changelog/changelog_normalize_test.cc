// SPDX-License-Identifier: Apache-2.0
// Upserts and deletes by key become Flink's changelog, however they are cut into batches.
#include <gtest/gtest.h>

#include "plan/nodes/changelog_nodes.h"
#include "support/operator_harness.h"

namespace millrace {
namespace {

Schema NormalizeInputSchema() {
  return Schema({{"k", DataType::String()}, {"v", DataType::BigInt()}});
}

PlanNodePtr MakeNode(int64_t ttl_ms = 0) {
  return std::make_shared<ChangelogNormalizeNode>(InputNode(NormalizeInputSchema()),
                                                  std::vector<int>{0}, ttl_ms);
}

TEST(ChangelogNormalizeTest, SaysWhatChanged) {
  const Script script = {
      {.cells = {"a", 1}, .kind = ChangeKind::kUpdateAfter},
      {.cells = {"b", 5}, .kind = ChangeKind::kUpdateAfter},
      {.cells = {"a", 1}, .kind = ChangeKind::kUpdateAfter},  // nothing new
      {.cells = {"a", 2}, .kind = ChangeKind::kUpdateAfter},
      {.cells = {"b", kNullCell}, .kind = ChangeKind::kDelete},
      {.cells = {"b", kNullCell}, .kind = ChangeKind::kDelete},  // unknown by now
      {.cells = {"b", kNullCell}, .kind = ChangeKind::kUpdateAfter},
      {.cells = {"a", kNullCell}, .kind = ChangeKind::kDelete},
  };
  EXPECT_EQ(RunEveryWay(MakeNode(), script),
            (std::vector<std::string>{"+I[a, 1]", "+I[b, 5]", "-U[a, 1]", "+U[a, 2]", "-D[b, 5]",
                                      "+I[b, null]", "-D[a, 2]"}));
}

TEST(ChangelogNormalizeTest, RandomUpsertsAgreeWithAMap) {
  std::mt19937_64 random(3);
  Script script;
  std::map<std::string, int64_t> last;
  std::vector<std::string> expected;
  for (int i = 0; i < 2000; ++i) {
    const std::string key = "k" + std::to_string(random() % 20);
    const auto value = static_cast<int64_t>(random() % 4);
    const auto known = last.find(key);
    const auto text = [&](int64_t v) { return "[" + key + ", " + std::to_string(v) + "]"; };
    if (random() % 4 == 0) {
      script.push_back({.cells = {key, kNullCell}, .kind = ChangeKind::kDelete});
      if (known == last.end()) continue;
      expected.push_back("-D" + text(known->second));
      last.erase(known);
      continue;
    }
    script.push_back({.cells = {key, value}, .kind = ChangeKind::kUpdateAfter});
    if (known == last.end()) {
      expected.push_back("+I" + text(value));
    } else if (known->second != value) {
      expected.push_back("-U" + text(known->second));
      expected.push_back("+U" + text(value));
    }
    last[key] = value;
  }
  EXPECT_EQ(RunEveryWay(MakeNode(), script), expected);
}

/// As Flink with a time-to-live: a key that was forgotten is new, and an equal upsert is told.
TEST(ChangelogNormalizeTest, AKeyIsForgottenAfterItsTime) {
  OperatorHarness harness(MakeNode(/*ttl_ms=*/100));
  const auto upsert = [&harness](const char* key, int64_t value) {
    BatchBuilder builder(NormalizeInputSchema());
    builder.Row({key, value}, ChangeKind::kUpdateAfter);
    harness.OnBatch(0, builder.Build());
  };
  harness.OnTime(1000);
  upsert("a", 1);
  upsert("b", 1);
  harness.OnTime(1060);
  upsert("a", 1);
  harness.OnTime(1099);
  EXPECT_EQ(harness.entries("rows"), 2u);
  harness.OnTime(1100);
  EXPECT_EQ(harness.entries("rows"), 1u);
  upsert("b", 2);
  upsert("a", 2);
  EXPECT_EQ(harness.rows(),
            (std::vector<std::string>{"+I[a, 1]", "+I[b, 1]", "-U[a, 1]", "+U[a, 1]", "+I[b, 2]",
                                      "-U[a, 1]", "+U[a, 2]"}));
  harness.OnTime(2000);
  EXPECT_EQ(harness.entries("rows"), 0u);
}

TEST(ChangelogNormalizeTest, ALargeBatchGoesOutInPieces) {
  BatchBuilder builder(NormalizeInputSchema());
  for (int i = 0; i < 8192; ++i) builder.Row({"a", i}, ChangeKind::kUpdateAfter);
  OperatorHarness harness(MakeNode());
  harness.OnBatch(0, builder.Build());
  ASSERT_EQ(harness.rows().size(), 2 * 8192u - 1);
  EXPECT_EQ(harness.rows().back(), "+U[a, 8191]");
  EXPECT_EQ(harness.entries("rows"), 1u);
}

}  // namespace
}  // namespace millrace
