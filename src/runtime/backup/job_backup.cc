// SPDX-License-Identifier: Apache-2.0
// The backups that a job makes.
#include <algorithm>
#include <map>

#include "base/time_units.h"
#include "runtime/job_state.h"

namespace millrace {
namespace {

using Sinks = std::map<std::string, const Terminal*>;

/// As manifests name them.
Sinks SinksByKey(const JobState& job) {
  Sinks sinks;
  for (const auto& shard : job.shards) {
    for (const auto& slot : shard->slots()) {
      if (slot->terminal == nullptr) continue;
      sinks[slot->node->id + "/" + std::to_string(shard->settings().index)] = slot->terminal.get();
    }
  }
  // Files that they had open at the epoch this run began with are complete, but not in that epoch.
  for (const auto& [key, sink] : job.former_sinks) sinks[key] = sink->writer.get();
  return sinks;
}

Result<std::vector<StagedOutput>> StagedOf(const Sinks& sinks, const RunManifest& manifest) {
  std::vector<StagedOutput> all;
  for (const auto& [key, state] : manifest.sinks) {
    const auto sink = sinks.find(key);
    if (sink == sinks.end()) continue;
    TRY_ASSIGN(auto staged, sink->second->Staged(state));
    for (StagedOutput& output : staged) all.push_back(std::move(output));
  }
  return all;
}

}  // namespace

Status MakeBackup(JobState* job, uint64_t begun_epoch) {
  const JobSpec& spec = job->spec;
  if (!spec.backup.open || spec.data_dir.empty()) return OkStatus();
  TRY_ASSIGN(auto store, spec.backup.open());
  const Coordinator* const coordinator = job->coordinator.get();
  const StateApplier* const applier = job->applier.get();
  BackupSource source{
      .env = spec.env,
      .pipeline = spec.pipeline,
      .data_dir = spec.data_dir,
      .program_file = spec.backup.program_file,
      .state = job->state.get(),
      .completed_epoch =
          [coordinator, begun_epoch] {
            return std::max(coordinator->completed_epoch(), begun_epoch);
          },
      .applied_epoch = [applier] { return applier->applied_epoch(); },
      .letters = job->dead_letters->paths(),
      .staged = [sinks = SinksByKey(*job)](
                    const RunManifest& manifest) { return StagedOf(sinks, manifest); }};
  job->backup = std::make_unique<BackupRunner>(
      std::move(source), std::move(store),
      BackupRunner::Settings{.interval_nanos = spec.backup.interval_ms * kMilli,
                             .retained = spec.backup.retained,
                             .notice = spec.notice});
  return OkStatus();
}

}  // namespace millrace
