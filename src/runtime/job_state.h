// SPDX-License-Identifier: Apache-2.0
// JobState: everything a job owns. Members are destroyed last to first: shards before what they
// use.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connectors/epoch_transaction.h"
#include "operators/io/quarantine/quarantine.h"
#include "runtime/epochs/coordinator.h"
#include "runtime/epochs/letter_shipper.h"
#include "runtime/epochs/recovery.h"
#include "runtime/epochs/state_applier.h"
#include "runtime/exchange/exchange_queue.h"
#include "runtime/job.h"
#include "runtime/job_control.h"
#include "runtime/job_graph.h"
#include "runtime/tap/tap.h"

namespace millrace {

/// A writer of a shard that an earlier start had and this one has not. It has finished.
struct FormerSink {
  DeadLetterBuffer letters;  // nothing is written, so there are none
  std::unique_ptr<Terminal> writer;
};

struct JobState {
  explicit JobState(JobSpec job_spec)
      : spec(std::move(job_spec)), control(spec.settings.parallelism) {}

  JobSpec spec;
  std::unique_ptr<FileLock> lock;
  JobGraph graph;
  std::shared_ptr<TapHub> taps;  // shared with those who look
  JobControl control;
  std::unique_ptr<EpochTransaction> transaction;  // null: the journal decides
  // Null without a data directory.
  std::unique_ptr<DurableState> state;
  std::unique_ptr<EpochJournal> journal;
  std::unique_ptr<StateApplier> applier;
  std::unique_ptr<DeadLetterFiles> dead_letters;
  std::unique_ptr<LetterShipper> shipper;        // null: no table has a topic for its letters
  std::unique_ptr<Quarantine> quarantine;        // null: also where nothing runs in the background
  std::vector<std::unique_ptr<Source>> sources;  // for discovery only
  std::vector<std::unique_ptr<ExchangeQueue>> queues;
  std::vector<std::unique_ptr<Shard>> shards;
  std::unique_ptr<Coordinator> coordinator;
  std::map<std::string, std::unique_ptr<FormerSink>> former_sinks;  // as manifests name them
  std::unique_ptr<BackupRunner> backup;                             // or null
  int64_t started_at = 0;
};

/// How a run starts, from what the data directory says.
struct StartPoint {
  enum class Mode {
    kFresh,    // no interrupted run
    kResume,   // an interrupted one: from the manifest's positions, with its state
    kDiscard,  // --fresh: outputs of the interrupted run are taken back
  } mode = Mode::kFresh;
  RunManifest manifest;  // of the last epoch of the interrupted run
  /// kResume: the number of that epoch. The manifest's is above it if numbers must not be used
  /// again: the directory was restored.
  uint64_t resumed_epoch = 0;
  bool restored = false;  // and nothing happened since: sinks may have output behind that epoch
  Decider decider;
  /// kResume: of epochs that may not be in their files.
  std::vector<std::map<std::string, JournalRecord::Letters>> dead_letters;
  std::string previous_fingerprint;            // of the plan that the directory is of until now
  std::vector<std::string> dropped_operators;  // of that plan: whose state is not used any more
};

/// What every connector is told, whatever its table.
TableContext BaseContext(JobState* job, int shard);
/// What a writer of the sink is told besides.
TableContext SinkContext(JobState* job, const SinkNode& sink, int shard);
/// The transaction of the transactional sinks; null if there are none. Connects nothing.
Result<std::unique_ptr<EpochTransaction>> MakeTransaction(JobState* job);

/// Opens the topics that tables name for their dead letters.
Status OpenLetterTopics(JobState* job);

/// Locks the data directory and decides. Another plan takes over what fits of an interrupted run;
/// refused if that loses something, unless it is allowed.
Result<StartPoint> DecideStart(JobState* job);
/// Discovers splits, builds the shards, restores or discards the sinks, writes the first manifest.
Status BuildJob(JobState* job, const StartPoint& start);
/// Makes backups from now on, if the job is to have them. `begun_epoch`: the run's start.
Status MakeBackup(JobState* job, uint64_t begun_epoch);
/// Restores the sinks, or takes back what an interrupted run wrote. Output behind a restored epoch
/// would be there twice: it is removed, MR0723 if that is not allowed.
Status RestoreSinks(JobState* job, const StartPoint& start, RunManifest* manifest);

}  // namespace millrace
