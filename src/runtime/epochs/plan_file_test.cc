// SPDX-License-Identifier: Apache-2.0
#include "runtime/epochs/plan_file.h"

#include <gtest/gtest.h>

#include "env/simulated/disk.h"

namespace millrace {
namespace {

StoredPlan MakePlan(const std::string& fingerprint) {
  StoredPlan stored{.pipeline = "fraud", .fingerprint = fingerprint, .plan = {}};
  OperatorIdentity identity;
  identity.id = "1-2";
  identity.kind = "GroupAggregate";
  identity.role = OperatorIdentity::Role::kState;
  identity.description = "COUNT(*) by \"käse\"\n";
  identity.aspects = {{"rows", "payments"}, {"grouping key", "payments.card"}};
  identity.keys = {{"payments.card", "STRING"}};
  identity.rows = {{"waiting", {{"payments.id", "BIGINT"}, {"payments.card", "STRING"}}}};
  identity.parts = {{"COUNT(*)", "COUNT() -> BIGINT"}};
  identity.parts_are_separate = true;
  identity.reads = {"payments"};
  identity.feeds = {"alerts", "totals"};
  identity.place = {{"connector", "kafka"}, {"topic", "p"}};
  identity.start = "latest-offset";
  identity.digest = "d";
  identity.version = "1";
  stored.plan.Add(identity);
  return stored;
}

class PlanFileTest : public testing::Test {
 protected:
  PlanFileTest() { EXPECT_TRUE(disk_.CreateDirectories("data")); }

  std::string PipelineOf(const std::string& fingerprint) {
    const auto plan = ReadPlan(&disk_, "data", fingerprint);
    if (!plan) return plan.error().code;
    return *plan ? (*plan)->pipeline : "none";
  }
  Status Write(const std::string& fingerprint, const std::string& pipeline,
               const std::string& active) {
    StoredPlan plan = MakePlan(fingerprint);
    plan.pipeline = pipeline;
    return WritePlan(&disk_, "data", plan, active);
  }

  SimulatedDisk disk_;
};

TEST_F(PlanFileTest, EverythingComesBack) {
  const StoredPlan written = MakePlan("f");
  const auto read = PlanFromJson(PlanToJson(written));
  ASSERT_TRUE(read) << read.error().ToString();
  EXPECT_EQ(PlanToJson(*read), PlanToJson(written));
  const OperatorIdentity& identity = read->plan.operators()[0];
  EXPECT_EQ(identity.description, "COUNT(*) by \"käse\"\n");
  EXPECT_EQ(identity.Base(), written.plan.operators()[0].Base());
  EXPECT_EQ(identity.Signature(), written.plan.operators()[0].Signature());
}

TEST_F(PlanFileTest, AnyChangedByteIsFound) {
  const std::string text = PlanToJson(MakePlan("f"));
  for (size_t i = 0; i + 1 < text.size(); ++i) {
    std::string damaged = text;
    damaged[i] = damaged[i] == 'x' ? 'y' : 'x';
    EXPECT_FALSE(PlanFromJson(damaged)) << i;
  }
}

TEST_F(PlanFileTest, TheManifestSaysWhichPlanCounts) {
  EXPECT_EQ(PipelineOf("a"), "none");
  ASSERT_TRUE(Write("a", "first", ""));
  ASSERT_TRUE(Write("b", "second", "a"));
  // Until the manifest says b, a is the plan of the run; then it is b.
  EXPECT_EQ(PipelineOf("a"), "first");
  EXPECT_EQ(PipelineOf("b"), "second");
}

TEST_F(PlanFileTest, FailedStartsDoNotPushTheActivePlanOut) {
  ASSERT_TRUE(Write("a", "first", ""));
  for (const char* failed : {"b", "c", "d"}) ASSERT_TRUE(Write(failed, "failed", "a"));
  EXPECT_EQ(PipelineOf("a"), "first");
}

TEST_F(PlanFileTest, ADamagedPlanIsSaidAndCanBeReplaced) {
  ASSERT_TRUE(Write("a", "first", ""));
  ASSERT_TRUE(disk_.WriteAtomic("data/plan.json", "{"));
  EXPECT_EQ(PipelineOf("a"), "MR0722");
  ASSERT_TRUE(Write("a", "again", "a"));
  EXPECT_EQ(PipelineOf("a"), "again");
}

}  // namespace
}  // namespace millrace
