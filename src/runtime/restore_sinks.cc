// SPDX-License-Identifier: Apache-2.0
// Sinks at a start: each writer goes on from its state of the resumed epoch, or what an interrupted
// run wrote is taken back.
//
// There may have been more shards. Their writers are finished here, once, and what is left of their
// state stays in the manifest: a start that goes back behind them, or discards the run, must know
// which files are theirs.
#include <algorithm>
#include <map>

#include "base/mutant.h"
#include "env/durable_directory.h"
#include "plan/nodes/sink_nodes.h"
#include "runtime/job_state.h"

namespace millrace {
namespace {

struct SinkKey {
  std::string node;
  int shard = 0;
};

/// As manifests name writers: "<node id>/<shard>".
SinkKey ParseKey(const std::string& key) {
  const size_t slash = std::min(key.rfind('/'), key.size());
  return {key.substr(0, slash), std::stoi("0" + key.substr(std::min(slash + 1, key.size())))};
}

class SinkRestorer {
 public:
  SinkRestorer(JobState* job, const StartPoint& start, RunManifest* manifest)
      : job_(job), start_(start), manifest_(manifest) {}

  Status Run() {
    std::map<std::string, std::string> states = start_.manifest.sinks;
    if (start_.restored) TRY(TakeBackOutput());
    for (const auto& shard : job_->shards) {
      for (const auto& slot : shard->slots()) {
        if (slot->terminal == nullptr) continue;
        const std::string key = slot->node->id + "/" + std::to_string(shard->settings().index);
        if (Status status = Restore(slot->terminal.get(), states[key]); !status) {
          return std::unexpected(std::move(status).error().With(slot->label));
        }
        states.erase(key);
      }
    }
    if (MUTANT("orphans-not-restored")) return OkStatus();
    for (const auto& [key, state] : states) TRY(RestoreFormer(key, state));
    return OkStatus();
  }

 private:
  Status Restore(Terminal* sink, const std::string& state) {
    if (start_.mode == StartPoint::Mode::kResume) {
      TRY(sink->Restore(state));
      return sink->Commit(start_.resumed_epoch);
    }
    if (start_.mode != StartPoint::Mode::kFresh) TRY(sink->Discard(state));
    return sink->Restore("");
  }

  /// A writer of a shard that this run does not have: its files are finished or taken back now.
  Status RestoreFormer(const std::string& key, const std::string& state) {
    const SinkKey name = ParseKey(key);
    const auto node = std::ranges::find(job_->graph.nodes(), name.node, &GraphNode::id);
    const bool known = node != job_->graph.nodes().end() && As<SinkNode>(node->plan) != nullptr;
    manifest_->sinks.erase(key);
    if (!known || state.empty()) return OkStatus();
    const auto& sink = *As<SinkNode>(node->plan);
    auto former = std::make_unique<FormerSink>();
    TRY_ASSIGN(former->writer,
               SinkDriver::Make(
                   sink, SinkContext(job_, sink, name.shard),
                   {&former->letters, &former->letters, job_->spec.settings.fail_on_row_error},
                   job_->spec.settings.drop_nulls, job_->shards[0]->session()));
    TRY(Restore(former->writer.get(), state));
    TRY(former->writer->Finish());
    if (start_.mode != StartPoint::Mode::kResume) return OkStatus();
    TRY_ASSIGN(manifest_->sinks[key], former->writer->Prepare(start_.resumed_epoch));
    job_->former_sinks[key] = std::move(former);
    return OkStatus();
  }

  /// Readers would see it twice.
  Status TakeBackOutput() {
    std::vector<StagedOutput> outputs;
    for (const auto& [id, sink] : FirstWriters()) {
      std::map<int, std::string> states;
      for (const auto& [key, state] : start_.manifest.sinks) {
        const SinkKey name = ParseKey(key);
        if (name.node == id && !state.empty()) states[name.shard] = state;
      }
      TRY_ASSIGN(auto behind, sink->Behind(states));
      std::ranges::move(behind, std::back_inserter(outputs));
    }
    if (outputs.empty()) return OkStatus();
    const std::string what = std::to_string(outputs.size()) +
                             (outputs.size() == 1 ? " file" : " files") + " from '" +
                             outputs[0].final_path + "' on";
    if (!job_->spec.allow_rewind) {
      return std::unexpected(
          Error{.code = "MR0723",
                .domain = ErrorDomain::kExternal,
                .message = "a sink has output behind the epoch that was restored",
                .detail = what + " came behind epoch " + std::to_string(start_.resumed_epoch) +
                          "; going on writes their rows again",
                .hint = "--allow-rewind takes these files back first; or move them away"});
    }
    for (const StagedOutput& output : outputs) TRY(TakeBack(output));
    if (job_->spec.notice) {
      job_->spec.notice(what + " are taken back: their rows are written again");
    }
    return OkStatus();
  }

  /// One of each table: it knows the files of all shards.
  std::map<std::string, const Terminal*> FirstWriters() const {
    std::map<std::string, const Terminal*> writers;
    for (const auto& shard : job_->shards) {
      for (const auto& slot : shard->slots()) {
        if (slot->terminal != nullptr) writers.try_emplace(slot->node->id, slot->terminal.get());
      }
    }
    return writers;
  }

  Status TakeBack(const StagedOutput& output) {
    Disk* disk = job_->spec.env.disk;
    TRY_ASSIGN(const auto staged,
               disk->Stat(output.path.empty() ? output.final_path : output.path));
    if (!staged && !output.converted) {  // its front part belongs to the epoch, and is nowhere else
      TRY(disk->Rename(output.final_path, output.path));
    } else {
      TRY(disk->Remove(output.final_path));
    }
    return disk->SyncDirectory(ParentDirectory(output.final_path));
  }

  JobState* job_;
  const StartPoint& start_;
  RunManifest* manifest_;
};

}  // namespace

Status RestoreSinks(JobState* job, const StartPoint& start, RunManifest* manifest) {
  return SinkRestorer(job, start, manifest).Run();
}

}  // namespace millrace
