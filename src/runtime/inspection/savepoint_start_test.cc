// SPDX-License-Identifier: Apache-2.0
// Runs that go on from a savepoint, or from a directory that is not the last one.
#include "support/recovery_fixture.h"

namespace millrace {
namespace {

TEST_F(RecoveryTest, ARunGoesOnFromASavepointThatTheSinkKnows) {
  decides_ = true;
  for (int number = 0; number < 3; ++number) {
    RunAndStop(1 + number, 40);
    ASSERT_TRUE(remote_.record);
    SavepointInto("/saved" + std::to_string(number), "/other" + std::to_string(number));
    // It may die before it has decided anything, and a savepoint of that is as good.
    RunAndCrash(2, 0);
    SavepointInto("/again" + std::to_string(number), "/next" + std::to_string(number));
  }
  RunToTheEnd(2);
  ExpectCounts();
}

/// The last epoch in the journal may have happened or not: a savepoint does not know, the sink
/// does.

TEST_F(RecoveryTest, ASavepointOfAKilledRunGoesOnWhateverWasDecided) {
  decides_ = true;
  for (int number = 0; number < 8; ++number) {
    remote_.lose_commits = number % 3 != 1;
    remote_.lose_answers = !remote_.lose_commits;
    const auto job = Make(1 + number % 3);
    ASSERT_NE(job, nullptr) << number;
    ASSERT_TRUE(StepAll(job.get(), kForever));
    EXPECT_EQ(job->result().error().code, "MR0831");
    disk_.Crash(random_.get());
    SavepointInto("/saved" + std::to_string(number), "/other" + std::to_string(number));
    remote_.lose_commits = remote_.lose_answers = false;
    if (number % 2 == 0) RunAndCrash(2, 0);
    RunAndCrash(2, 20);  // epochs behind one that never happened
    RunAndCrash(1, 10);
  }
  RunToTheEnd(2);
  ExpectCounts();
}

TEST_F(RecoveryTest, ASinkThatKnowsNothingOfASavepointMustBeAllowed) {
  decides_ = true;
  RunAndCrash(1, 40);
  SavepointInto("/saved", "/other");
  remote_.record.reset();
  const auto refused = Job::Create(Spec(1));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "MR0723");
  for (const bool lose : {true, false}) {
    remote_.lose_commits = lose;
    JobSpec spec = Spec(3);
    spec.allow_rewind = true;
    const auto job = Job::Create(std::move(spec));
    ASSERT_TRUE(job) << job.error().ToString();
    ASSERT_TRUE(StepAll(job->get(), kForever));
    EXPECT_EQ((*job)->result().has_value(), !lose);
    if (lose) disk_.Crash(random_.get());
  }
  ExpectCounts();
}

TEST_F(RecoveryTest, ASavepointOfAnOlderEpochIsSaid) {
  decides_ = true;
  RunAndCrash(1, 40);
  SavepointInto("/saved", "/other");
  const std::string behind = std::exchange(data_dir_, "/data");
  RunAndCrash(1, 40);
  data_dir_ = behind;
  const auto job = Job::Create(Spec(1));
  ASSERT_FALSE(job);
  EXPECT_EQ(job.error().code, "MR0723");
}

TEST_F(RecoveryTest, AnOlderDirectoryGoesOnWhereThatIsAllowed) {
  decides_ = true;
  RunAndCrash(1, 40);
  ASSERT_TRUE(remote_.record);
  const uint64_t lost = remote_.record->epoch + 5;
  remote_.record = EpochRecord{.epoch = lost, .hash = 17};
  {
    JobSpec spec = Spec(1);
    spec.allow_rewind = true;
    const auto job = Job::Create(std::move(spec));
    ASSERT_TRUE(job) << job.error().ToString();
    ASSERT_TRUE(StepAll(job->get(), kForever));
    ASSERT_TRUE((*job)->result()) << (*job)->result().error().ToString();
  }
  EXPECT_TRUE(std::ranges::any_of(notices_, [&](const std::string& line) {
    return line.contains("all up to epoch " + std::to_string(lost)) && line.contains("as allowed");
  }));
  // No number is used twice.
  EXPECT_GT(remote_.record->epoch, lost);
  ExpectWhole();
}

}  // namespace
}  // namespace millrace
