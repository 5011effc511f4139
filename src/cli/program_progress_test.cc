// SPDX-License-Identifier: Apache-2.0
#include "cli/program_progress.h"

#include <gtest/gtest.h>

#include "env/simulated/disk.h"
#include "runtime/epochs/manifest.h"

namespace millrace {
namespace {

class ProgramProgressTest : public ::testing::Test {
 protected:
  Result<ProgramProgress> Open(const std::string& fingerprint, bool fresh = false) {
    return ProgramProgress::Open(&disk_, "data", fingerprint, 2, fresh);
  }

  void SetJob(size_t number, bool finished, uint64_t epoch) {
    RunManifest manifest;
    manifest.finished = finished;
    manifest.epoch = epoch;
    const std::string directory = ProgramProgress::JobDirectory("data", number);
    ASSERT_TRUE(disk_.CreateDirectories(directory));
    ASSERT_TRUE(WriteManifest(&disk_, directory, manifest));
  }

  SimulatedDisk disk_;
};

TEST_F(ProgramProgressTest, AJobIsDoneWhenItsManifestSaysSo) {
  auto progress = Open("a");
  ASSERT_TRUE(progress) << progress.error().ToString();
  EXPECT_EQ(progress->FinishedCount().value(), 0U);
  SetJob(1, true, 3);
  SetJob(2, false, 2);
  EXPECT_TRUE(progress->IsFinished(1).value());
  EXPECT_FALSE(progress->IsFinished(2).value());
  auto again = Open("a");
  ASSERT_TRUE(again);
  EXPECT_EQ(again->FinishedCount().value(), 1U);
}

TEST_F(ProgramProgressTest, WhatWasFinishedBeforeTheProgramBeganDoesNotCount) {
  SetJob(1, true, 7);
  auto progress = Open("a");
  ASSERT_TRUE(progress);
  EXPECT_FALSE(progress->IsFinished(1).value());
  SetJob(1, false, 8);
  EXPECT_FALSE(progress->IsFinished(1).value());
  SetJob(1, true, 9);
  EXPECT_TRUE(progress->IsFinished(1).value());
  ASSERT_TRUE(progress->Close());
  EXPECT_FALSE(Open("a")->IsFinished(1).value());
}

TEST_F(ProgramProgressTest, AnotherProgramIsRefusedUnlessFresh) {
  ASSERT_TRUE(Open("a"));
  const auto other = Open("b");
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, "MR0804");
  EXPECT_TRUE(Open("b", /*fresh=*/true));
}

}  // namespace
}  // namespace millrace
