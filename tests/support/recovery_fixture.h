// SPDX-License-Identifier: Apache-2.0
// RecoveryTest: jobs with keyed state on a simulated disk, run for a while, stopped or killed, and
// started again, with sinks that let the journal decide or a transaction in another system.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>

#include "env/simulated/clock.h"
#include "env/simulated/disk.h"
#include "runtime/inspection/savepoint.h"
#include "runtime/inspection/state_reader.h"
#include "runtime/job.h"
#include "state/memory_state.h"
#include "support/memory_connector.h"
#include "support/test_nodes.h"

namespace millrace {

inline const Schema kRows({{"k", DataType::BigInt()}, {"v", DataType::BigInt()}});
inline constexpr uint64_t kForever = UINT64_MAX;

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

}  // namespace millrace
