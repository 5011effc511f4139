// SPDX-License-Identifier: Apache-2.0
// Whole jobs on threads: exchange, back-pressure, the end, stop, errors.
#include "runtime/job.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <thread>

#include "env/process_memory.h"
#include "support/memory_connector.h"
#include "support/test_nodes.h"

namespace millrace {
namespace {

const Schema kJobRows({{"k", DataType::BigInt()}, {"v", DataType::BigInt()}});

class JobTest : public testing::Test {
 protected:
  JobTest() : clock_(MakeSystemClock()), registry_(TestOperators()) {}

  void AddRows(const std::string& split, int64_t rows, int64_t keys) {
    for (int64_t i = 0; i < rows; ++i) in_.splits[split].push_back({i % keys, i});
  }

  PlanNodePtr Scan() { return ScanAll(MakeTable("input", kJobRows, &source_)); }
  PlanNodePtr Node(std::string kind, std::vector<PlanNodePtr> inputs, std::string details = "",
                   std::vector<Distribution> distributions = {}) {
    return std::make_shared<TestNode>(
        std::move(inputs),
        TestNode::Fields{std::move(kind), std::move(details), std::move(distributions)}, kJobRows);
  }
  PlanNodePtr Sink(PlanNodePtr input) {
    return std::make_shared<SinkNode>(std::move(input), MakeTable("output", kJobRows, &sink_));
  }

  std::unique_ptr<Job> Make(PlanNodePtr root, int parallelism = 1, size_t capacity = 16) {
    JobSpec spec;
    spec.roots = {std::move(root)};
    spec.pipeline = "test";
    spec.settings.parallelism = parallelism;
    spec.settings.exchange_capacity = capacity;
    spec.settings.checkpoint_interval_ms = 5;
    spec.env.clock = clock_.get();
    spec.operators = &registry_;
    auto job = Job::Create(std::move(spec));
    EXPECT_TRUE(job) << job.error().ToString();
    return job ? *std::move(job) : nullptr;
  }

  std::unique_ptr<Clock> clock_;
  OperatorRegistry registry_;
  MemoryStore in_;
  MemoryStore out_;
  MemoryConnector source_{&in_};
  MemoryConnector sink_{&out_};
};

TEST_F(JobTest, RunsToTheEndOfBoundedInput) {
  AddRows("a", 20000, 7);
  auto job = Make(Sink(Node("Pass", {Scan()})));
  ASSERT_TRUE(job->Run());
  EXPECT_EQ(out_.Visible().size(), 20000u);
  EXPECT_EQ(out_.Visible()[1], "+I[1, 1]");
  EXPECT_EQ(out_.finished_writers, 1);
  const JobSnapshot snapshot = job->Snapshot();
  EXPECT_EQ(snapshot.accounting.in, 20000u);
  EXPECT_EQ(snapshot.accounting.out, 20000u);
  EXPECT_EQ(snapshot.nodes.back().latency->end_to_end.count(), 20000u);
}

TEST_F(JobTest, HashExchangeBringsEqualKeysTogether) {
  for (const int parallelism : {1, 2, 4}) {
    in_.splits.clear();
    out_.written.clear();
    AddRows("a", 9000, 13);
    AddRows("b", 9000, 13);
    AddRows("c", 9000, 13);
    auto job = Make(Sink(Node("Count", {Scan()}, "", {Distribution::Hash({0})})), parallelism);
    ASSERT_TRUE(job->Run());
    std::vector<std::string> lines = out_.Visible();
    std::ranges::sort(lines);
    ASSERT_EQ(lines.size(), 13u) << parallelism;
    EXPECT_EQ(lines[0], "+I[0, 2079]");
    EXPECT_EQ(lines[12], "+I[9, 2076]");
  }
}

// Every shard multiplies and sends to every other one through queues of one batch.
TEST_F(JobTest, FullQueuesFacingEachOtherDoNotStopTheWorld) {
  for (const char* split : {"a", "b", "c", "d"}) AddRows(split, 300, 97);
  PlanNodePtr first = Node("Repeat", {Scan()}, "1000", {Distribution::Hash({0})});
  PlanNodePtr second = Node("Repeat", {first}, "2", {Distribution::Hash({1})});
  auto job = Make(Sink(Node("Count", {second}, "", {Distribution::Hash({0})})), 4, 1);
  ASSERT_TRUE(job->Run());
  std::vector<std::string> lines = out_.Visible();
  ASSERT_EQ(lines.size(), 97u);
  std::ranges::sort(lines);
  EXPECT_EQ(lines[0], "+I[0, 32000]");
}

// A diamond: one branch goes through an exchange, the other does not, both meet again.
TEST_F(JobTest, BranchesOfOneSourceMeetAgainBehindAnExchange) {
  AddRows("a", 5000, 31);
  AddRows("b", 5000, 31);
  PlanNodePtr scan = Scan();
  PlanNodePtr direct = Node("Repeat", {scan}, "3");
  PlanNodePtr exchanged = Node("Repeat", {scan}, "5", {Distribution::Hash({1})});
  PlanNodePtr counted =
      Node("Count", {direct, exchanged}, "", {Distribution::Hash({0}), Distribution::Hash({0})});
  auto job = Make(Sink(counted), 2, 1);
  ASSERT_TRUE(job->Run());
  std::vector<std::string> lines = out_.Visible();
  std::ranges::sort(lines);
  ASSERT_EQ(lines.size(), 31u);
  EXPECT_EQ(lines[0], "+I[0, 2592]");
  EXPECT_EQ(job->Snapshot().nodes[0].source.records_in, 10000u) << "the source is read once";
}

TEST_F(JobTest, SourceIsNotPolledWhileTheSinkIsNotReady) {
  in_.bounded = false;
  AddRows("a", 2000000, 3);
  out_.sink_ready = false;
  auto job = Make(Sink(Node("Pass", {Scan()})));
  std::jthread runner([&] { EXPECT_TRUE(job->Run()); });
  clock_->SleepNanos(100000000);
  const int reads = in_.reads;
  EXPECT_LE(reads, 3) << "one batch waits in front of the sink, one in front of the operator";
  clock_->SleepNanos(100000000);
  EXPECT_EQ(in_.reads, reads);
  const auto waiting = job->DescribeWaiting();
  EXPECT_TRUE(std::ranges::any_of(waiting, [](const std::string& line) {
    return line.contains("Sink output: the sink takes no more rows now");
  }));
  out_.sink_ready = true;
  while (out_.Visible().empty()) clock_->SleepNanos(1000000);
  job->RequestStop();
}

TEST_F(JobTest, StopDrainsWhatWasRead) {
  in_.bounded = false;
  AddRows("a", 100, 3);
  auto job = Make(Sink(Node("Pass", {Scan()})), 2);
  std::jthread runner([&] { EXPECT_TRUE(job->Run()); });
  while (out_.Visible().size() < 100) clock_->SleepNanos(1000000);
  job->RequestStop();
  runner.join();
  EXPECT_EQ(out_.Visible().size(), 100u);
  EXPECT_EQ(out_.finished_writers, 1);
}

TEST_F(JobTest, FirstErrorStopsAllShardsAndSaysWhere) {
  for (const char* split : {"a", "b", "c", "d"}) AddRows(split, 50000, 97);
  out_.fail_write_after = 1000;
  auto job = Make(Sink(Node("Repeat", {Scan()}, "10", {Distribution::Hash({0})})), 4, 1);
  const Status status = job->Run();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, "MR0801");
  EXPECT_TRUE(status.error().ToString().contains("Sink output")) << status.error().ToString();
}

/// Descriptors and threads of this process.
size_t CountIn(const char* folder) {
  const std::filesystem::directory_iterator entries(folder);
  return static_cast<size_t>(std::distance(begin(entries), end(entries)));
}

TEST_F(JobTest, StartsFailuresAndStopsAgainAndAgainLeaveNothingBehind) {
  constexpr int kRounds = 400;
  AddRows("a", 50, 7);
  AddRows("b", 50, 7);
  const auto memory = MakeRealProcessMemory();
  const size_t threads = CountIn("/proc/self/task");
  const auto run = [&](int rounds) {
    for (int round = 0; round < rounds; ++round) {
      const bool fails = round % 4 == 0;
      out_.written.clear();
      out_.fail_write_after = fails ? 3 : -1;
      in_.bounded = round % 4 != 1;
      auto job = Make(Sink(Node("Count", {Scan()}, "", {Distribution::Hash({0})})), 2);
      if (!in_.bounded) job->RequestStop();
      EXPECT_EQ(job->Run().has_value(), !fails) << "round " << round;
    }
    // A thread that has been joined may still be on its way out of the list.
    for (int i = 0; i < 1000 && CountIn("/proc/self/task") > threads; ++i)
      clock_->SleepNanos(1000000);
  };
  run(kRounds);
  const size_t files = CountIn("/proc/self/fd");
  const uint64_t bytes = memory->UsedBytes();
  run(3 * kRounds);
  EXPECT_EQ(CountIn("/proc/self/fd"), files);
  EXPECT_EQ(CountIn("/proc/self/task"), threads);
  EXPECT_LT(memory->UsedBytes(), bytes + (8 << 20)) << "a few KiB a start are 8 MiB here";
}

TEST_F(JobTest, FindsNewSplitsOfAnUnboundedSource) {
  in_.bounded = false;
  AddRows("a", 10, 3);
  JobSpec spec;
  spec.roots = {Sink(Node("Pass", {Scan()}))};
  spec.settings.discovery_interval_ms = 5;
  spec.settings.checkpoint_interval_ms = 5;
  spec.env.clock = clock_.get();
  spec.operators = &registry_;
  auto job = *Job::Create(std::move(spec));
  std::jthread runner([&] { EXPECT_TRUE(job->Run()); });
  {
    const std::lock_guard lock(in_.mutex);
    AddRows("b", 10, 3);
  }
  while (out_.Visible().size() < 20) clock_->SleepNanos(1000000);
  job->RequestStop();
}

}  // namespace
}  // namespace millrace
