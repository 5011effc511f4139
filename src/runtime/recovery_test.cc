// SPDX-License-Identifier: Apache-2.0
// Interrupted jobs with keyed state on a simulated disk: they go on behind their last epoch,
// whoever decides epochs (the journal, or a transaction in another system), and whatever the disk
// does.
#include <gtest/gtest.h>

#include <algorithm>

#include "env/simulated/clock.h"
#include "env/simulated/disk.h"
#include "runtime/epochs/recovery.h"
#include "runtime/inspection/savepoint.h"
#include "runtime/inspection/state_reader.h"
#include "runtime/job.h"
#include "state/memory_state.h"
#include "support/memory_connector.h"
#include "support/test_nodes.h"

namespace millrace {
namespace {

const Schema kRows({{"k", DataType::BigInt()}, {"v", DataType::BigInt()}});
constexpr uint64_t kForever = UINT64_MAX;

/// The other system: what is committed there, and what happens to the next commits.
struct RemoteSystem {
  std::optional<EpochRecord> record;
  int decided = 0;
  bool lose_commits = false;  // they never arrive
  bool lose_answers = false;  // they arrive, but nobody hears of it
  int polls = 2;              // until a commit is through
};

class RemoteTransaction final : public EpochTransaction {
 public:
  explicit RemoteTransaction(RemoteSystem* remote) : remote_(remote) {}
  Result<std::optional<EpochRecord>> Recover() override { return remote_->record; }
  Status Decide(const EpochRecord& record) override {
    pending_ = record;
    polls_ = remote_->polls;
    if (remote_->lose_answers) remote_->record = record;
    return OkStatus();
  }
  Result<bool> Decided() override {
    if (remote_->lose_commits || remote_->lose_answers) {
      return ExternalError("MR0831", "nobody knows whether the epoch was committed");
    }
    if (--polls_ > 0) return false;
    remote_->record = pending_;
    ++remote_->decided;
    return true;
  }
  std::string Waiting() override { return {}; }

 private:
  RemoteSystem* remote_;
  std::optional<EpochRecord> pending_;
  int polls_ = 0;
};

class TransactionalConnector final : public Connector {
 public:
  TransactionalConnector(MemoryStore* store, RemoteSystem* remote)
      : memory_(store), remote_(remote) {}
  std::string_view name() const override { return "remote"; }
  std::string_view summary() const override { return "A sink of a test."; }
  std::vector<OptionSpec> options() const override { return {}; }
  bool can_read() const override { return false; }
  bool can_write() const override { return true; }
  bool needs_format() const override { return false; }
  Status Check(const TableContext&, bool) const override { return OkStatus(); }
  Result<std::unique_ptr<SinkWriter>> MakeSink(const TableContext& table) const override {
    if (table.transaction == nullptr) return InternalError("there is no transaction");
    return memory_.MakeSink(table);
  }
  bool transactional(const TableContext&) const override { return true; }
  Result<std::unique_ptr<EpochTransaction>> MakeTransaction(
      std::span<const TableContext> tables) const override {
    if (tables.size() != 1) return InternalError("one sink, one context");
    return std::make_unique<RemoteTransaction>(remote_);
  }

 private:
  MemoryConnector memory_;
  RemoteSystem* remote_;
};

class RecoveryTest : public testing::Test {
 protected:
  RecoveryTest() : registry_(TestOperators()), random_(MakeRandom(1)) {
    for (const char* split : {"a", "b", "c"}) {
      for (int64_t i = 0; i < 300; ++i) in_.splits[split].push_back({i % 23, i});
    }
  }

  PlanNodePtr Node(std::string kind, PlanNodePtr input, std::vector<Distribution> distributions) {
    return std::make_shared<TestNode>(
        std::vector<PlanNodePtr>{std::move(input)},
        TestNode::Fields{std::move(kind), "", std::move(distributions), true}, kRows);
  }

  JobSpec Spec(int parallelism) {
    JobSpec spec;
    const PlanNodePtr rejected = Node("Reject", ScanAll(MakeTable("input", kRows, &source_)), {});
    const Connector* sink = decides_ ? static_cast<const Connector*>(&transactional_) : &sink_;
    spec.roots = {std::make_shared<SinkNode>(Node("Count", rejected, {Distribution::Hash({0})}),
                                             MakeTable("output", kRows, sink))};
    spec.pipeline = "test";
    spec.data_dir = data_dir_;
    spec.settings.parallelism = parallelism;
    spec.settings.batch_rows_max = 5;
    spec.settings.checkpoint_interval_ms = 1;
    spec.env.clock = &clock_;
    spec.env.disk = &disk_;
    spec.operators = &registry_;
    spec.notice = [this](const std::string& line) { notices_.push_back(line); };
    return spec;
  }

  std::unique_ptr<Job> Make(int parallelism, bool fresh = false) {
    JobSpec spec = Spec(parallelism);
    spec.fresh = fresh;
    auto job = Job::Create(std::move(spec));
    EXPECT_TRUE(job) << job.error().ToString();
    return job ? *std::move(job) : nullptr;
  }

  /// Steps all parts in turn; true if all are done.
  bool StepAll(Job* job, uint64_t rounds) {
    for (uint64_t round = 0; round < std::min<uint64_t>(rounds, 200000); ++round) {
      bool done = true;
      for (int part = 0; part < job->parts(); ++part) {
        done &= job->Step(part).progress == Progress::kDone;
      }
      if (done) return true;
      clock_.Advance(200000);
    }
    return false;
  }

  /// Runs for some rounds, then the power goes.
  void RunAndCrash(int parallelism, uint64_t rounds) {
    const auto job = Make(parallelism);
    ASSERT_NE(job, nullptr);
    ASSERT_FALSE(StepAll(job.get(), rounds)) << "it came to its end before";
    disk_.Crash(random_.get());
  }

  /// Runs for some rounds, then somebody stops it.
  void RunAndStop(int parallelism, uint64_t rounds) {
    const auto job = Make(parallelism);
    ASSERT_NE(job, nullptr);
    ASSERT_FALSE(StepAll(job.get(), rounds)) << "it came to its end before";
    job->RequestStop();
    ASSERT_TRUE(StepAll(job.get(), kForever));
    ASSERT_TRUE(job->result()) << job->result().error().ToString();
  }

  void RunToTheEnd(int parallelism, bool fresh = false) {
    const auto job = Make(parallelism, fresh);
    ASSERT_NE(job, nullptr);
    ASSERT_TRUE(StepAll(job.get(), kForever));
    ASSERT_TRUE(job->result()) << job->result().error().ToString();
  }

  /// Takes a savepoint of the run; the next starts are from it, in another directory.
  void SavepointInto(const std::string& savepoint, const std::string& directory) {
    const auto reader = StateReader::Open(&disk_, data_dir_, {}, StateReader::View::kDecided);
    ASSERT_TRUE(reader) << reader.error().ToString();
    const auto written = WriteSavepoint(Spec(1).env, **reader, savepoint);
    ASSERT_TRUE(written) << written.error().ToString();
    const auto installed = InstallSavepoint(&disk_, savepoint, directory);
    ASSERT_TRUE(installed) << installed.error().ToString();
    data_dir_ = directory;
  }

  std::vector<std::string> Output() {
    std::vector<std::string> lines = out_.Visible();
    std::ranges::sort(lines);
    return lines;
  }

  std::string Letters() {
    return disk_.ReadAll(data_dir_ + "/dead-letters/input.jsonl").value_or("");
  }

  void ExpectCounts() {
    const std::vector<std::string> lines = Output();
    ASSERT_EQ(lines.size(), 23u);
    // Of 900 rows 180 are divisible by five and rejected.
    int64_t total = 0;
    for (const std::string& line : lines) total += std::stoll(line.substr(line.find(',') + 1));
    EXPECT_EQ(total, 720);
  }

  void ExpectWhole() {
    ExpectCounts();
    EXPECT_EQ(std::ranges::count(Letters(), '\n'), 180);
  }

  SimulatedClock clock_;
  SimulatedDisk disk_{&clock_};
  OperatorRegistry registry_;
  std::unique_ptr<Random> random_;
  MemoryStore in_;
  MemoryStore out_;
  RemoteSystem remote_;
  std::string data_dir_ = "/data";
  bool decides_ = false;  // the sink is transactional
  MemoryConnector source_{&in_};
  MemoryConnector sink_{&out_};
  TransactionalConnector transactional_{&out_, &remote_};
  std::vector<std::string> notices_;
};

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
