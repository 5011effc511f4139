// SPDX-License-Identifier: Apache-2.0
// Interrupted jobs with keyed state on a simulated disk: they go on behind their last epoch,
// whoever decides epochs (the journal, or a transaction in another system), and whatever the disk
// does.
#include "runtime/epochs/recovery.h"

#include "support/recovery_fixture.h"

namespace millrace {
namespace {

TEST_F(RecoveryTest, StateGoesOnUnderAnyParallelism) {
  for (const int parallelism : {1, 2, 4, 1, 3}) RunAndCrash(parallelism, 60);
  RunToTheEnd(2);
  ExpectWhole();
  EXPECT_TRUE(std::ranges::any_of(notices_, [](const std::string& line) {
    return line.starts_with("resuming the interrupted run behind epoch ");
  }));
}

TEST_F(RecoveryTest, AFinishedRunStartsAfresh) {
  RunToTheEnd(2);
  ExpectWhole();
  const size_t rows = out_.Visible().size();
  RunToTheEnd(1);
  EXPECT_EQ(out_.Visible().size(), 2 * rows);
}

TEST_F(RecoveryTest, WhatARunLeftAtItsEndIsSeenInTheJournal) {
  MemoryStateDevice device;
  const DurableStateFactory open = [&device](const std::string&) {
    return Result<std::unique_ptr<DurableState>>(std::make_unique<MemoryState>(&device));
  };
  JobSpec spec = Spec(2);
  spec.settings.checkpoint_interval_ms = 3'600'000;  // one epoch of data, the last one
  spec.open_state = open;
  const auto job = Job::Create(std::move(spec));
  ASSERT_TRUE(job) << job.error().ToString();
  ASSERT_TRUE(StepAll(job->get(), kForever));
  ASSERT_TRUE((*ReadManifest(&disk_, data_dir_))->finished);
  EXPECT_FALSE((*open(""))->marker()) << "applied for nobody";
  const auto reader = StateReader::Open(&disk_, data_dir_, open);
  ASSERT_TRUE(reader) << reader.error().ToString();
  EXPECT_EQ((*reader)->applied_epoch(), std::nullopt);
  ASSERT_TRUE((*reader)->manifest());
  for (const auto& [node, splits] : (*reader)->manifest()->sources) {
    EXPECT_TRUE(std::ranges::all_of(splits, &SplitPosition::done)) << node;
  }
  EXPECT_GT((*reader)->journal_bytes(), 0u);
}

TEST_F(RecoveryTest, FreshDiscardsStateAndJournal) {
  RunAndCrash(2, 80);
  RunToTheEnd(2, /*fresh=*/true);
  ExpectWhole();
}

TEST_F(RecoveryTest, AnIdlePipelineWritesNothing) {
  in_.bounded = false;
  const auto job = Make(1);
  StepAll(job.get(), 2000);
  const auto before = disk_.List("/data", /*recursive=*/true);
  const uint64_t epoch = job->Snapshot().epoch;
  StepAll(job.get(), 2000);
  const auto after = disk_.List("/data", /*recursive=*/true);
  EXPECT_GT(job->Snapshot().epoch, epoch + 50) << "epochs go on";
  ASSERT_TRUE(before && after);
  uint64_t bytes_before = 0;
  uint64_t bytes_after = 0;
  for (const FileInfo& file : *before) bytes_before += file.size;
  for (const FileInfo& file : *after) bytes_after += file.size;
  EXPECT_EQ(bytes_before, bytes_after);
}

TEST_F(RecoveryTest, ATransactionDecidesEveryEpoch) {
  decides_ = true;
  RunToTheEnd(2);
  ExpectWhole();
  EXPECT_GT(remote_.decided, 3);
}

TEST_F(RecoveryTest, AnEpochThatWasNotCommittedNeverHappened) {
  decides_ = true;
  for (int i = 0; i < 5; ++i) {
    remote_.lose_commits = false;
    RunAndCrash(1 + i % 3, 30);
    const auto record = remote_.record;
    remote_.lose_commits = true;
    const auto job = Make(2);
    ASSERT_NE(job, nullptr);
    ASSERT_TRUE(StepAll(job.get(), kForever));
    ASSERT_FALSE(job->result());
    EXPECT_EQ(job->result().error().code, "MR0831");
    ASSERT_TRUE(remote_.record.has_value() == record.has_value());
    disk_.Crash(random_.get());
  }
  remote_.lose_commits = false;
  RunToTheEnd(3);
  ExpectWhole();
}

TEST_F(RecoveryTest, AnEpochThatWasCommittedInSilenceHappened) {
  decides_ = true;
  for (int i = 0; i < 8; ++i) {
    remote_.lose_answers = true;
    const auto job = Make(1 + i % 3);
    ASSERT_NE(job, nullptr);
    ASSERT_TRUE(StepAll(job.get(), kForever));
    EXPECT_EQ(job->result().error().code, "MR0831");
    disk_.Crash(random_.get());
  }
  remote_.lose_answers = false;
  RunToTheEnd(2);
  ExpectWhole();
}

TEST_F(RecoveryTest, ALostDataDirectoryIsSaid) {
  decides_ = true;
  RunAndCrash(2, 60);
  ASSERT_TRUE(remote_.record);
  ASSERT_TRUE(disk_.RemoveTree("/data"));
  const auto job = Job::Create(Spec(2));
  ASSERT_FALSE(job);
  EXPECT_EQ(job.error().code, "MR0723");
  EXPECT_TRUE(job.error().detail.contains("epoch " + std::to_string(remote_.record->epoch)))
      << job.error().detail;
  out_.written.clear();
  RunToTheEnd(2, /*fresh=*/true);
  ExpectWhole();
}

TEST_F(RecoveryTest, ADecisionRecordThatIsGoneIsSaid) {
  decides_ = true;
  RunAndCrash(1, 60);
  ASSERT_GT(remote_.decided, 2);
  remote_.record.reset();
  const auto job = Job::Create(Spec(1));
  ASSERT_FALSE(job);
  EXPECT_EQ(job.error().code, "MR0723");
  EXPECT_TRUE(job.error().detail.contains("no epoch")) << job.error().detail;
}

TEST_F(RecoveryTest, ADecisionRecordThatWentBackIsSaid) {
  decides_ = true;
  RunAndCrash(1, 40);
  ASSERT_TRUE(remote_.record);
  remote_.record->hash ^= 1;
  const auto job = Job::Create(Spec(1));
  ASSERT_FALSE(job);
  EXPECT_EQ(job.error().code, "MR0723");
}

TEST_F(RecoveryTest, AFullDiskHoldsSourcesUntilThereIsRoom) {
  const auto job = Make(2);
  ASSERT_FALSE(StepAll(job.get(), 20));
  disk_.SetCapacity(1);
  StepAll(job.get(), 500);
  const int reads = in_.reads;
  const size_t visible = out_.Visible().size();
  StepAll(job.get(), 500);
  EXPECT_EQ(in_.reads, reads) << "sources are held";
  EXPECT_EQ(out_.Visible().size(), visible) << "no commit without its epoch";
  EXPECT_TRUE(std::ranges::any_of(notices_, [](const std::string& line) {
    return line.contains("cannot be written, sources are held");
  }));
  EXPECT_TRUE(job->Snapshot().trouble.contains("cannot be written"));
  EXPECT_TRUE(std::ranges::any_of(job->DescribeWaiting(), [](const std::string& line) {
    return line.contains("sources are held until it can");
  }));
  disk_.SetCapacity(UINT64_MAX);
  ASSERT_TRUE(StepAll(job.get(), kForever));
  EXPECT_EQ(job->Snapshot().trouble, "");
  ASSERT_TRUE(job->result()) << job->result().error().ToString();
  ExpectWhole();
}

TEST_F(RecoveryTest, AFailedSyncIsNeverTriedAgain) {
  int syncs = 0;
  {
    const auto job = Make(2);
    ASSERT_FALSE(StepAll(job.get(), 30));
    disk_.SetFaults([&](SimulatedDisk::Operation operation, const std::string& path) -> Status {
      if (operation != SimulatedDisk::Operation::kSync || !path.contains("/journal/")) {
        return OkStatus();
      }
      if (syncs++ > 0) return OkStatus();
      return ExternalError("MR0801", "input/output error");
    });
    ASSERT_TRUE(StepAll(job.get(), kForever));
    ASSERT_FALSE(job->result());
    EXPECT_EQ(job->result().error().code, "MR0808");
    disk_.Crash(random_.get());
  }
  EXPECT_EQ(syncs, 1);
  disk_.SetFaults(nullptr);
  RunToTheEnd(1);
  ExpectWhole();
}

TEST_F(RecoveryTest, MissingStateIsSaid) {
  Environment env;
  env.clock = &clock_;
  env.disk = &disk_;
  auto journal = EpochJournal::Open(env, "/data/journal");
  ASSERT_TRUE(journal);
  JournalRecord record;
  record.epoch = 5;
  record.manifest = RunManifest().Body();
  ASSERT_TRUE((*journal)->Append(record, nullptr));
  MemoryState state(nullptr);
  const auto recovered = RecoverRun({}, journal->get(), &state);
  ASSERT_FALSE(recovered);
  EXPECT_EQ(recovered.error().code, "MR0841");
}

TEST_F(RecoveryTest, AMissingJournalIsSaid) {
  RunAndCrash(2, 60);
  ASSERT_TRUE(disk_.RemoveTree("/data/journal"));
  const auto job = Job::Create(Spec(2));
  ASSERT_FALSE(job);
  EXPECT_EQ(job.error().code, "MR0722");
}

}  // namespace
}  // namespace millrace
