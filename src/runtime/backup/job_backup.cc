// SPDX-License-Identifier: Apache-2.0
// What a job has to do with backups: it makes them, and takes back what the sinks show behind one
// that was restored.
#include <algorithm>
#include <map>

#include "env/durable_directory.h"
#include "runtime/job_state.h"

namespace millrace {
namespace {

constexpr int64_t kMilli = 1'000'000;

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

Status TakeBack(Disk* disk, const StagedOutput& output) {
  TRY_ASSIGN(const auto staged, disk->Stat(output.path.empty() ? output.final_path : output.path));
  if (!staged && !output.converted) {  // its front part belongs to the epoch, and is nowhere else
    TRY(disk->Rename(output.final_path, output.path));
  } else {
    TRY(disk->Remove(output.final_path));
  }
  return disk->SyncDirectory(ParentDirectory(output.final_path));
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

Status TakeBackOutput(const JobSpec& spec, const StartPoint& start, const Terminal& sink,
                      const std::string& state) {
  if (!start.restored) return OkStatus();
  TRY_ASSIGN(const auto outputs, sink.Behind(state));
  if (outputs.empty()) return OkStatus();
  const std::string what = std::to_string(outputs.size()) +
                           (outputs.size() == 1 ? " file" : " files") + " from '" +
                           outputs[0].final_path + "' on";
  if (!spec.allow_rewind) {
    return std::unexpected(
        Error{.code = "MR0723",
              .domain = ErrorDomain::kExternal,
              .message = "a sink has output behind the epoch that was restored",
              .detail = what + " came behind epoch " + std::to_string(start.resumed_epoch) +
                        "; going on writes their rows again",
              .hint = "--allow-rewind takes these files back first; or move them away"});
  }
  for (const StagedOutput& output : outputs) TRY(TakeBack(spec.env.disk, output));
  if (spec.notice) spec.notice(what + " are taken back: their rows are written again");
  return OkStatus();
}

}  // namespace millrace
