// SPDX-License-Identifier: Apache-2.0
// Deciding how a run starts: afresh, or behind the last epoch of an interrupted run.
#include <algorithm>
#include <array>
#include <cstdio>

#include "data/key_codec.h"
#include "env/durable_directory.h"
#include "runtime/backup/restore_backup.h"
#include "runtime/epochs/changed_plan.h"
#include "runtime/epochs/plan_file.h"
#include "runtime/epochs/recovery.h"
#include "runtime/job_state.h"
#include "state/memory_state.h"
#include "state/restore.h"
#include "state/rocksdb/rocks_state.h"

namespace millrace {
namespace {

std::string FingerprintOf(const JobGraph& graph) {
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%016llx",
                static_cast<unsigned long long>(HashBytes(graph.fingerprint())));
  return text.data();
}

Result<std::optional<RunManifest>> ReadInterrupted(JobState* job) {
  auto manifest = ReadManifest(job->spec.env.disk, job->spec.data_dir);
  if (!manifest && job->spec.fresh && manifest.error().code == "MR0722") return std::nullopt;
  return manifest;
}

Error OtherPipeline(const JobSpec& spec, const RunManifest& manifest) {
  return {.code = "MR0804",
          .domain = ErrorDomain::kUser,
          .message = "'" + spec.data_dir + "' holds an interrupted run of another version of '" +
                     manifest.pipeline + "'",
          .detail =
              "its statements or table options were different, and it does not say which, so "
              "nothing can be told to fit",
          .hint = "finish it with the file it was started with, or discard it with --fresh"};
}

/// Messages that wait in an outbox are state of their sink.
Status FindUndelivered(const DurableState& state, PlanComparison* comparison) {
  for (OperatorChange& change : comparison->changes) {
    if (change.role() != OperatorIdentity::Role::kSink || !change.before) continue;
    TRY(VisitOperator(state, change.before->id,
                      [&change](const StateEntry&) { change.staged = true; }));
  }
  return OkStatus();
}

/// Finds what of the interrupted run fits, and lets the graph have its ids.
Status TakeOver(JobState* job, const RunManifest& manifest, bool same,
                std::vector<std::string>* dropped) {
  const JobSpec& spec = job->spec;
  TRY_ASSIGN(const auto stored, ReadPlan(spec.env.disk, spec.data_dir, manifest.fingerprint));
  if (!stored && same) return OkStatus();
  TRY_ASSIGN(auto comparison,
             CompareWithManifest(spec.env.disk, spec.data_dir, manifest, job->graph.identity()));
  if (!stored || !comparison) return std::unexpected(OtherPipeline(spec, manifest));
  TRY(FindUndelivered(*job->state, &*comparison));
  if (comparison->loses() && !spec.allow_state_loss) {
    return std::unexpected(StateLossError(spec.data_dir, *comparison));
  }
  job->graph.Adopt(stored->plan, comparison->carried);
  for (const OperatorIdentity& identity : stored->plan.operators()) {
    if (job->graph.identity().Find(identity.id) == nullptr) dropped->push_back(identity.id);
  }
  if (!same && spec.notice) spec.notice(GoesOnText(*comparison));
  return OkStatus();
}

/// Positions and output of what the plan does not have any more are no part of the run.
void DropUnknown(const JobGraph& graph, RunManifest* manifest) {
  const auto unknown = [&graph](const std::string& id) {
    return std::ranges::none_of(graph.nodes(),
                                [&](const GraphNode& node) { return node.id == id; });
  };
  const auto by_node = [&](const auto& entry) { return unknown(entry.first); };
  std::erase_if(manifest->sources, by_node);
  std::erase_if(manifest->sinks, [&](const auto& entry) {
    return unknown(entry.first.substr(0, entry.first.rfind('/')));
  });
}

/// The directory, and what it has of epochs; with --fresh whatever cannot be read is thrown away.
Status OpenJournal(JobState* job) {
  JobSpec& spec = job->spec;
  const std::string journal = spec.data_dir + "/journal";
  const std::string state = spec.data_dir + "/state";
  auto opened = EpochJournal::Open(spec.env, journal, spec.journal_segment_bytes);
  if (!opened && spec.fresh) {
    TRY(spec.env.disk->RemoveTree(journal));
    opened = EpochJournal::Open(spec.env, journal, spec.journal_segment_bytes);
  }
  TRY_ASSIGN(job->journal, std::move(opened));
  DurableStateFactory open = spec.open_state;
  // Without threads of its own (simulation) a job has none of RocksDB's either.
  if (!open && spec.env.background == nullptr) {
    job->state = std::make_unique<MemoryState>(nullptr);
    return OkStatus();
  }
  if (!open) open = OpenRocksState;
  auto found = open(state);
  if (!found && spec.fresh) {
    TRY(spec.env.disk->RemoveTree(state));
    found = open(state);
  }
  TRY_ASSIGN(job->state, std::move(found));
  return OkStatus();
}

Result<Decider> ReadDecision(JobState* job) {
  Decider decider;
  TRY_ASSIGN(job->transaction, MakeTransaction(job));
  if (job->transaction == nullptr) return decider;
  decider.transaction = true;
  decider.allow_rewind = job->spec.allow_rewind;
  TRY_ASSIGN(decider.record, job->transaction->Recover());
  return decider;
}

/// An interrupted run goes on, or is discarded.
Status GoOn(JobState* job, const RunManifest& begun, RecoveredRun recovered, StartPoint* start) {
  const JobSpec& spec = job->spec;
  const std::string fingerprint = start->manifest.fingerprint;
  RunManifest manifest = begun;
  if (recovered.manifest) manifest = *std::move(recovered.manifest);
  if (recovered.dropped_epoch && begun.epoch >= *recovered.dropped_epoch && !spec.fresh) {
    TRY(TakeBack(start->decider, *recovered.dropped_epoch, manifest, job->journal.get()));
  }
  manifest.fingerprint = begun.fingerprint;
  start->resumed_epoch = manifest.epoch;
  // Numbers behind the epoch of a restored backup may have been used by the run that is lost.
  manifest.epoch = std::max(manifest.epoch, begun.epoch);
  start->restored = start->resumed_epoch + kEpochsSkipped <= begun.epoch;
  if (recovered.rewinds) {
    manifest.epoch = std::max(manifest.epoch, start->decider.record->epoch);
    if (spec.notice) {
      spec.notice("going on behind epoch " + std::to_string(start->resumed_epoch) +
                  " although the sink has all up to epoch " +
                  std::to_string(start->decider.record->epoch) +
                  ": what it got in between comes again, as allowed");
    }
  }
  if (!spec.fresh) {
    TRY(TakeOver(job, manifest, begun.fingerprint == fingerprint, &start->dropped_operators));
  }
  manifest.fingerprint = fingerprint;
  manifest.pipeline = spec.pipeline;
  manifest.finished = false;
  start->manifest = std::move(manifest);
  if (spec.fresh) {
    start->mode = StartPoint::Mode::kDiscard;
    return OkStatus();
  }
  DropUnknown(job->graph, &start->manifest);
  start->mode = StartPoint::Mode::kResume;
  start->dead_letters = std::move(recovered.dead_letters);
  if (spec.notice) {
    spec.notice("resuming the interrupted run behind epoch " +
                std::to_string(start->resumed_epoch) +
                (start->restored ? ", which was restored: what was sent since is sent again" : ""));
  }
  return OkStatus();
}

}  // namespace

Result<StartPoint> DecideStart(JobState* job) {
  JobSpec& spec = job->spec;
  StartPoint start;
  start.manifest.pipeline = spec.pipeline;
  start.manifest.fingerprint = FingerprintOf(job->graph);
  if (spec.data_dir.empty()) {
    TRY_ASSIGN(start.decider, ReadDecision(job));
    if (start.decider.record) start.manifest.epoch = start.decider.record->epoch;
    return start;
  }
  TRY(CreateDurableDirectory(spec.env.disk, spec.data_dir));
  TRY(CheckRestored(spec.env.disk, spec.data_dir));
  TRY_ASSIGN(job->lock, spec.env.disk->Lock(spec.data_dir + "/lock"));
  TRY_ASSIGN(const auto begun, ReadInterrupted(job));
  TRY(OpenJournal(job));
  TRY_ASSIGN(start.decider, ReadDecision(job));
  Result<RecoveredRun> recovered = RecoverRun(start.decider, job->journal.get(), job->state.get());
  if (!recovered && spec.fresh) {
    recovered = RecoveredRun{};
    if (!job->journal->places().empty()) {
      recovered->last_epoch = job->journal->places().back().epoch;
    }
    if (start.decider.record) {
      recovered->last_epoch = std::max(recovered->last_epoch, start.decider.record->epoch);
    }
  }
  if (!recovered) return std::unexpected(std::move(recovered).error());
  if (begun) start.previous_fingerprint = begun->fingerprint;
  // Epochs go on counting, so that nothing of a run before can be taken for this one's.
  uint64_t last_epoch = recovered->last_epoch;
  if (begun) last_epoch = std::max(last_epoch, begun->epoch);
  start.manifest.epoch = last_epoch;
  if (!begun || begun->finished) return start;
  if (!recovered->manifest && !spec.fresh) {
    return UserError("MR0722", "the epoch journal of '" + spec.data_dir + "' is missing",
                     "run.json says that a run was begun and interrupted",
                     "put the folder 'journal' back, or start with --fresh to discard the run");
  }
  TRY(GoOn(job, *begun, *std::move(recovered), &start));
  if (start.mode == StartPoint::Mode::kDiscard) start.manifest.epoch = last_epoch;
  return start;
}

}  // namespace millrace
