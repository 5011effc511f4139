// SPDX-License-Identifier: Apache-2.0
// Job: one running plan. Created from plan roots, run by the calling thread until its input ends,
// it is stopped, or the first error. Snapshot, DescribeWaiting and RequestStop may be called by
// other threads meanwhile; Step drives the same job on one thread, in any order of its parts
// (simulation).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "env/environment.h"
#include "env/process_memory.h"
#include "operators/io/sink_driver.h"
#include "plan/node.h"
#include "runtime/backup/backup_runner.h"
#include "runtime/epochs/state_applier.h"
#include "runtime/job_settings.h"
#include "runtime/memory/state_shares.h"
#include "runtime/metrics/job_snapshot.h"
#include "runtime/shard.h"

namespace millrace {

/// Where backups of a job's data directory go.
struct JobBackup {
  /// Empty: nowhere. Reaches nobody yet.
  std::function<Result<std::unique_ptr<ObjectStore>>()> open;
  int64_t interval_ms = 10'000;
  size_t retained = 1;
  std::string program_file;  // of a file with several statements, else empty
};

struct JobSpec {
  std::vector<PlanNodePtr> roots;  // SinkNode and CollectNode
  std::string pipeline;            // identity
  std::string data_dir;            // private to the pipeline; empty: nothing is durable, no lock
  std::string dead_letter_dir;     // default: <data_dir>/dead-letters
  SessionContext session;
  JobSettings settings;
  Environment env;
  ProcessMemory* memory = nullptr;      // null: it may grow without bounds (simulation)
  StateShares* state_shares = nullptr;  // of the process; null: it has no other pipelines
  ConnectorServices services;
  CopyShare copy;
  bool fresh = false;                           // discard an interrupted run
  bool allow_rewind = false;                    // sinks have output behind the last epoch
  bool allow_state_loss = false;                // of an interrupted run of another version
  RowConsumer* collector = nullptr;             // rows of CollectNodes; outlives the job
  const OperatorRegistry* operators = nullptr;  // null: BuiltinOperators()
  /// Where state is kept beside the journal. Empty: RocksDB; without background threads in memory
  /// only, so that every start reads the whole journal.
  DurableStateFactory open_state;
  StateApplier::Settings state_settings;
  uint64_t journal_segment_bytes = kJournalSegmentBytes;
  JobBackup backup;
  /// One-line remarks for stderr: "replaying from the start: ...".
  std::function<void(const std::string&)> notice;
};

struct JobState;

class Job {
 public:
  /// Opens everything, decides between resuming and starting afresh, and connects nothing to
  /// threads yet.
  static Result<std::unique_ptr<Job>> Create(JobSpec spec);
  ~Job();

  /// Blocks until the end. A thread per shard.
  Status Run();
  /// Stop reading, complete a last epoch, end with success. Safe in a signal handler.
  void RequestStop();
  JobSnapshot Snapshot() const;
  /// Where the rows on its edges can be looked at; may outlive the job.
  std::shared_ptr<TapHub> taps() const;
  /// What the sources and operators wait for, a line each. Asks the shards, waits up to 200 ms.
  std::vector<std::string> DescribeWaiting();

  /// One step of part `part`: shards are 0 .. parts() - 2, the coordinator is the last. Not beside
  /// Run.
  int parts() const;
  StepResult Step(int part);
  /// After all parts are done.
  Status result() const;

 private:
  explicit Job(std::unique_ptr<JobState> state);
  std::unique_ptr<JobState> state_;
};

}  // namespace millrace
