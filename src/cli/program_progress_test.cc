// SPDX-License-Identifier: Apache-2.0
#include "cli/program_progress.h"

#include <gtest/gtest.h>

#include "env/simulated/disk.h"
#include "runtime/epochs/manifest.h"

namespace millrace {
namespace {

const std::vector<ProgramJob> kTwo = {{"totals", "t1"}, {"alerts", "a1"}};

class ProgramProgressTest : public ::testing::Test {
 protected:
  Result<ProgramProgress> Open(const std::vector<ProgramJob>& jobs = kTwo,
                               ProgramProgress::Options options = {}) {
    return ProgramProgress::Open(&disk_, "data", jobs, options);
  }

  void SetJob(size_t number, bool finished, uint64_t epoch) {
    RunManifest manifest;
    manifest.finished = finished;
    manifest.epoch = epoch;
    const std::string directory = "data/job-" + std::to_string(number);
    ASSERT_TRUE(disk_.CreateDirectories(directory));
    ASSERT_TRUE(WriteManifest(&disk_, directory, manifest));
  }

  SimulatedDisk disk_;
};

TEST_F(ProgramProgressTest, AJobIsDoneWhenItsManifestSaysSo) {
  auto progress = Open();
  ASSERT_TRUE(progress) << progress.error().ToString();
  EXPECT_EQ(progress->FinishedCount().value(), 0U);
  SetJob(1, true, 3);
  SetJob(2, false, 2);
  EXPECT_TRUE(progress->IsFinished(1).value());
  EXPECT_FALSE(progress->IsFinished(2).value());
  auto again = Open();
  ASSERT_TRUE(again);
  EXPECT_EQ(again->FinishedCount().value(), 1U);
}

TEST_F(ProgramProgressTest, WhatWasFinishedBeforeTheProgramBeganDoesNotCount) {
  SetJob(1, true, 7);
  auto progress = Open();
  ASSERT_TRUE(progress);
  EXPECT_FALSE(progress->IsFinished(1).value());
  SetJob(1, false, 8);
  EXPECT_FALSE(progress->IsFinished(1).value());
  SetJob(1, true, 9);
  EXPECT_TRUE(progress->IsFinished(1).value());
  ASSERT_TRUE(progress->Close());
  EXPECT_FALSE(Open()->IsFinished(1).value());
}

TEST_F(ProgramProgressTest, StatementsInAnotherOrderKeepTheirDirectories) {
  ASSERT_TRUE(Open());
  SetJob(1, true, 3);
  const std::vector<ProgramJob> swapped = {{"alerts", "a1"}, {"more", "m1"}, {"totals", "t1"}};
  EXPECT_EQ(ProgramProgress::FindDirectories(&disk_, "data", swapped).value(),
            (std::vector<std::string>{"data/job-2", "", "data/job-1"}));
  for (int time = 0; time < 2; ++time) {
    auto progress = Open(swapped);
    ASSERT_TRUE(progress) << progress.error().ToString();
    EXPECT_EQ(progress->directory(1), "data/job-2");
    EXPECT_EQ(progress->directory(2), "data/job-3");
    EXPECT_EQ(progress->directory(3), "data/job-1");
    EXPECT_TRUE(progress->IsFinished(3).value());
  }
}

TEST_F(ProgramProgressTest, AStatementThatIsDoneMustNotChange) {
  ASSERT_TRUE(Open());
  SetJob(1, true, 3);
  const auto changed = Open({{"totals", "t2"}, {"alerts", "a1"}});
  ASSERT_FALSE(changed);
  EXPECT_EQ(changed.error().code, "MR0804");
  EXPECT_TRUE(Open({{"totals", "t1"}, {"alerts", "a2"}}));
  EXPECT_TRUE(Open({{"totals", "t2"}, {"alerts", "a1"}}, {.allow_state_loss = true}));
}

TEST_F(ProgramProgressTest, AStatementThatIsGoneMustBeDone) {
  ASSERT_TRUE(Open());
  SetJob(1, false, 3);
  const auto less = Open({{"alerts", "a1"}, {"more", "m1"}});
  ASSERT_FALSE(less);
  EXPECT_EQ(less.error().code, "MR0804");
  SetJob(1, true, 4);
  EXPECT_TRUE(Open({{"alerts", "a1"}, {"more", "m1"}}));
}

TEST_F(ProgramProgressTest, FreshDiscards) {
  ASSERT_TRUE(Open());
  SetJob(1, false, 3);
  const auto other = Open({{"x", "x1"}, {"y", "y1"}}, {.fresh = true});
  ASSERT_TRUE(other);
  EXPECT_EQ(other->directory(1), "data/job-1");
}

}  // namespace
}  // namespace millrace
