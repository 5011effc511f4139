// SPDX-License-Identifier: Apache-2.0
// Coordinator: starts epochs, makes them durable, has them decided, ends the run. One state machine
// stepped by the thread that runs the job (or by a simulator). The order of one epoch, which must
// not change:
//   barrier through all shards -> sinks prepared -> one record in the journal, durable -> decided
//   (by the transaction, if there is one; else by the journal) -> dead letters appended
//   -> sinks commit; meanwhile the state is brought to RocksDB.
// The end: a final barrier behind all data -> its epoch as above -> files closed -> one more epoch
// without data, which says finished (or stopped).
//
// Neither the disk nor the transaction is waited for here: shards go on meanwhile, with the rows of
// the next epoch. Only when there is no room for a record, too much state is not applied yet, or
// the process has used up its memory, are sources held; epochs go on, as far as they can.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "connectors/connector.h"
#include "env/environment.h"
#include "runtime/epochs/journal.h"
#include "runtime/epochs/letter_shipper.h"
#include "runtime/epochs/manifest.h"
#include "runtime/epochs/state_applier.h"
#include "runtime/job_control.h"
#include "runtime/job_settings.h"
#include "runtime/memory/memory_guard.h"
#include "runtime/shard.h"

namespace millrace {

/// A source that hears of completed epochs and, if unbounded, is asked for new splits from time to
/// time.
struct WatchedSource {
  int node = 0;
  std::string id;  // of the node
  bool bounded = false;
  Source* source = nullptr;
  std::set<std::string> known;
  std::vector<int> readers;  // shards that read it
  size_t turn = 0;           // reader of the next split
};

class Coordinator {
 public:
  struct Settings {
    Environment env;
    std::string data_dir;  // empty: nothing is made durable
    JobSettings job;
    RunManifest manifest;  // of the epoch the run starts from
    DeadLetterFiles* dead_letters = nullptr;
    LetterShipper* shipper = nullptr;  // or null; outlives it
    EpochJournal* journal = nullptr;   // these three outlive it; null without data_dir
    StateApplier* applier = nullptr;
    EpochTransaction* transaction = nullptr;  // or null: the journal decides
    MemoryGuard memory{nullptr, 0};
    std::function<std::string()> memory_parts;  // what holds how much, for people
    /// Changes that belong to the first epoch, by shard.
    std::vector<std::pair<int, std::string>> first_deltas;
    std::vector<WatchedSource> watched;
    std::function<void(const std::string&)> notice;
  };

  Coordinator(Settings settings, JobControl* control);

  StepResult Step();
  /// Last epoch whose outputs were committed. Any thread.
  uint64_t completed_epoch() const { return completed_; }
  /// Why epochs do not go on, if something is wrong that may pass; else empty. Any thread.
  std::string trouble() const;
  /// Of the process, as last looked at. Any thread.
  uint64_t memory_used() const { return memory_used_.load(std::memory_order_relaxed); }
  uint64_t memory_budget() const { return settings_.memory.budget_bytes(); }

 private:
  /// What may be wrong; the first three hold sources.
  enum Trouble : size_t { kNoRoom, kUnapplied, kMemory, kUndecided, kLetters, kTroubles };
  enum class State { kWaiting, kCollecting, kWriting, kSyncing, kDeciding, kCommitting };
  /// How a sync ended; the callback may come when the coordinator is gone.
  struct Synced {
    std::mutex mutex;
    std::optional<Status> outcome;
  };

  Result<StepResult> TryStep(int64_t now);
  Result<StepResult> Wait(int64_t now);
  Result<StepResult> Write(int64_t now);
  Result<StepResult> AwaitSync(int64_t now);
  Result<StepResult> AwaitDecision(int64_t now);
  Result<StepResult> AfterCommit();
  void Begin(bool last, int64_t now);
  Status Assemble(std::vector<EpochPart> parts);
  bool NothingChanged();
  int64_t IntervalMs() const;
  Status Decide();
  Status OnDecided();
  Status Maintain();
  Status ShipLetters();
  bool Overloaded();
  void WatchMemory(int64_t now);
  void HoldSources();
  void SetTrouble(Trouble kind, std::string trouble);
  Status Discover(int64_t now);
  void TellSources();
  int64_t Now() const { return settings_.env.clock->MonotonicNanos(); }

  Settings settings_;
  JobControl* control_;
  State state_ = State::kWaiting;
  bool last_ = false;          // the epoch in flight is the final one
  bool finishing_ = false;     // the one behind it, without data
  bool drained_ = false;       // it is final because all input ended
  int64_t last_epoch_at_ = 0;  // or when the job was started
  bool hurry_ = false;         // the next epoch is wanted soon
  bool hurried_ = false;       // the one in flight was
  int64_t next_discovery_at_ = 0;

  // Bytes that sources had read when the epoch in flight and the last decided one were begun.
  uint64_t begun_bytes_ = 0;
  uint64_t decided_bytes_ = 0;

  // The epoch in flight.
  JournalRecord record_;
  std::map<std::string, std::string> letters_;  // complete lines by table
  uint64_t hash_ = 0;
  std::shared_ptr<Synced> synced_;
  int64_t retry_at_ = 0;
  int64_t retry_nanos_ = 0;

  std::string written_body_;
  uint64_t unapplied_bytes_max_;
  bool one_epoch_at_a_time_ = false;  // sources wait while one is on its way: memory is tight
  uint64_t trimmed_ = 0;              // epoch up to which the journal was given up
  bool committed_ = false;            // all shards have, of the epoch in flight
  std::atomic<uint64_t> completed_{0};
  std::atomic<uint64_t> memory_used_{0};
  mutable std::mutex trouble_mutex_;
  std::array<std::string, kTroubles> troubles_;  // empty: it has passed
};

}  // namespace millrace
