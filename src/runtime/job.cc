// SPDX-License-Identifier: Apache-2.0
#include "runtime/job.h"

#include <thread>

#include "runtime/careful_run.h"
#include "runtime/job_state.h"

namespace millrace {
namespace {

/// Steps one part until it is done; parks while it is idle.
template <typename Part>
void RunPart(Part& part, WakeUp& wake_up, Clock* clock) {
  while (true) {
    StepResult result = part.Step();
    if (result.progress == Progress::kBusy) continue;
    if (result.progress == Progress::kDone) return;
    wake_up.Prepare();
    result = part.Step();  // what came before Prepare
    if (result.progress != Progress::kIdle) {
      wake_up.Cancel();
      if (result.progress == Progress::kDone) return;
      continue;
    }
    const int64_t nanos = result.wake_at - clock->MonotonicNanos();
    if (nanos > 0) {
      wake_up.Wait(nanos);
    } else {
      wake_up.Cancel();
    }
  }
}

/// A run that put rows aside says so at its end.
void SayDeadLetters(const JobSnapshot& snapshot, const JobSpec& spec) {
  if (!spec.notice) return;
  for (const auto& [table, path] : snapshot.dead_letter_files) {
    uint64_t rows = 0;
    for (const NodeSnapshot& node : snapshot.nodes) {
      if (node.table == table) rows += node.source.dead_lettered + node.counters.rows_failed;
    }
    const std::string of_table = table.empty() ? "" : " of table " + table;  // VALUES have none
    spec.notice(std::to_string(rows) + (rows == 1 ? " row" : " rows") + of_table +
                " could not be processed and went to " + path);
  }
}

}  // namespace

Job::Job(std::unique_ptr<JobState> state) : state_(std::move(state)) {}
Job::~Job() = default;

Result<std::unique_ptr<Job>> Job::Create(JobSpec spec) {
  TRY(MemoryGuard(spec.memory, spec.settings.memory_budget_bytes).CheckStart());
  auto state = std::make_unique<JobState>(std::move(spec));
  TRY_ASSIGN(state->graph, JobGraph::Build(state->spec.roots, state->spec.settings.parallelism));
  TRY_ASSIGN(const StartPoint start, DecideStart(state.get()));
  TRY(StartQuarantine(state.get(), start));
  state->taps = std::make_shared<TapHub>(state->graph, state->spec.settings.parallelism);
  if (Status built = BuildJob(state.get(), start); !built) {
    if (state->quarantine != nullptr) state->quarantine->Close();  // not a death
    return std::unexpected(std::move(built).error());
  }
  state->started_at = state->spec.env.clock->MonotonicNanos();
  return std::unique_ptr<Job>(new Job(std::move(state)));
}

Status Job::Run() {
  JobState& job = *state_;
  RunCarefully(&job);
  std::vector<std::jthread> threads;
  for (auto& shard : job.shards) {
    threads.emplace_back([&job, &shard] {
      RunPart(*shard, job.control.shard_wake_up(shard->settings().index), job.spec.env.clock);
    });
  }
  RunPart(*job.coordinator, job.control.coordinator_wake_up(), job.spec.env.clock);
  job.control.WakeShards();
  threads.clear();
  if (job.quarantine != nullptr) job.quarantine->Close();
  // A failed job goes on from its last epoch; what it has is backed up then.
  if (job.backup != nullptr && result()) job.backup->Finish();
  SayDeadLetters(Snapshot(), job.spec);
  return result();
}

std::shared_ptr<TapHub> Job::taps() const { return state_->taps; }

void Job::RequestStop() { state_->control.stop = true; }

int Job::parts() const { return static_cast<int>(state_->shards.size()) + 1; }

StepResult Job::Step(int part) {
  if (part == parts() - 1) return state_->coordinator->Step();
  return state_->shards[static_cast<size_t>(part)]->Step();
}

Status Job::result() const {
  if (auto error = state_->control.error()) {
    return std::unexpected(*std::move(error));
  }
  return OkStatus();
}

JobSnapshot Job::Snapshot() const {
  const JobState& job = *state_;
  JobSnapshot snapshot;
  snapshot.epoch = job.coordinator->completed_epoch();
  snapshot.trouble = job.coordinator->trouble();
  if (snapshot.trouble.empty() && job.quarantine != nullptr && job.quarantine->careful()) {
    snapshot.trouble = CareText(job);
  }
  snapshot.sources_held = job.control.hold_sources;
  snapshot.memory_used = job.coordinator->memory_used();
  snapshot.memory_budget = job.coordinator->memory_budget();
  if (job.backup != nullptr) snapshot.backup = job.backup->status();
  snapshot.elapsed_nanos = job.spec.env.clock->MonotonicNanos() - job.started_at;
  std::map<int, NodeSnapshot> nodes;
  for (const auto& shard : job.shards) {
    ShardReport report = shard->report();
    snapshot.shards.push_back(report.shard);
    for (NodeSnapshot& node : report.nodes) {
      const auto [found, added] = nodes.emplace(node.node, node);
      if (!added) MergeNode(node, &found->second);
    }
  }
  for (auto& [index, node] : nodes) {
    for (const int edge : job.graph.nodes()[static_cast<size_t>(index)].inputs) {
      node.inputs.push_back(job.graph.edges()[static_cast<size_t>(edge)].from);
    }
    snapshot.nodes.push_back(std::move(node));
  }
  snapshot.accounting = Account(snapshot.nodes);
  for (const NodeSnapshot& node : snapshot.nodes) {
    if (node.source.dead_lettered + node.counters.rows_failed == 0) continue;
    const auto& paths = job.dead_letters->paths();
    if (const auto path = paths.find(node.table); path != paths.end()) {
      snapshot.dead_letter_files.insert(*path);
    }
  }
  return snapshot;
}

std::vector<std::string> Job::DescribeWaiting() {
  JobState& job = *state_;
  job.control.describe = true;
  job.control.WakeShards();
  job.spec.env.clock->SleepNanos(100000000);
  std::vector<std::string> lines;
  for (const auto& shard : job.shards) {
    ShardReport report = shard->report();
    for (std::string& line : report.waiting) lines.push_back(std::move(line));
  }
  job.control.describe = false;
  if (std::string trouble = job.coordinator->trouble(); !trouble.empty()) {
    lines.push_back(std::move(trouble));
  }
  return lines;
}

}  // namespace millrace
