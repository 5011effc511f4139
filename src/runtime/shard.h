// SPDX-License-Identifier: Apache-2.0
// Shard: one instance of a job's graph, stepped by one thread (or by a simulator, one step at a
// time).
//
// A step does one thing: it runs one operator on one event, or polls one source. Among operators
// with work the one nearest to the sinks runs, and an operator runs only when everything it emitted
// before has been taken over by the operators behind it. So a batch goes through a chain at once,
// nothing piles up, and a full queue to another shard stops what is in front of it while the stages
// behind go on draining: the graph has no cycle, so two full queues facing each other cannot stop
// the world. The owner calls Step; JobControl is how others reach it.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "operators/io/dead_letters.h"
#include "runtime/job_control.h"
#include "runtime/memory/state_budget.h"
#include "runtime/metrics/job_snapshot.h"
#include "runtime/slot.h"
#include "state/epoch_delta.h"

namespace millrace {

enum class Progress {
  kBusy,  // did something, step again
  kIdle,  // nothing to do before `wake_at` or a Notify
  kDone,  // will never do anything again
};

struct StepResult {
  Progress progress = Progress::kIdle;
  int64_t wake_at = 0;  // kIdle: monotonic nanoseconds
};

/// What a shard publishes for other threads.
struct ShardReport {
  ShardSnapshot shard;
  std::vector<NodeSnapshot> nodes;
  std::vector<std::string> waiting;
};

class Shard {
 public:
  struct Settings {
    int index = 0;
    int64_t batch_rows_max = kMaxBatchRows;
    bool fail_on_row_error = false;
    StateBudget::Settings state;
    Environment env;
    SessionContext session;
  };

  Shard(Settings settings, JobControl* control);
  ~Shard();

  StepResult Step();
  ShardReport report() const;

  // Setting up; see shard_builder.h.
  const Settings& settings() const { return settings_; }
  SessionContext* session() { return &session_; }
  size_t* letter_bytes() { return &letter_bytes_; }
  std::vector<std::unique_ptr<Slot>>& slots() { return slots_; }
  /// Applies the policy of millrace.on-row-error.
  Status OnRowFailure(Slot& slot, const RowFailure& failure);

 private:
  Result<StepResult> TryStep(int64_t now);
  Result<bool> FollowCoordinator();
  Result<bool> Finish();
  Status CommitTerminals(uint64_t epoch);
  void TakeAssignments();
  Result<bool> InjectBarriers();
  Result<bool> RunSlots(int64_t now);
  Result<bool> PollSources(int64_t now);
  bool Held(int64_t now);
  Result<SourceDriver::Polled> Poll(Slot& slot, bool flush);
  void TendTerminals();
  Result<bool> RunSlot(Slot& slot, int64_t now);
  std::optional<size_t> NextPort(Slot& slot);

  Status Deliver(Slot& slot, size_t input, Event event);
  Status DeliverToOperator(Slot& slot, size_t input, Event event);
  Status DeliverToTerminal(Slot& slot, size_t input, Event event);
  Status WriteTerminal(Slot& slot, const Batch& batch);
  Status FinishEvent(Slot& slot);
  Status CollectDelta(Slot& slot, uint64_t epoch);
  Status AlignBarrier(Slot& slot, size_t input, const Barrier& barrier);
  void PassBarrier(Slot& slot, const Barrier& barrier);
  Status HandOverPart();
  void MarkTicks(int64_t now);
  int64_t WakeAt(int64_t now);
  void AccountTime(int64_t now, Progress progress);
  void Publish(int64_t now);
  NodeSnapshot Describe(const Slot& slot) const;
  std::vector<std::string> DescribeWaiting() const;
  int64_t Now() const { return settings_.env.clock->MonotonicNanos(); }

  Settings settings_;
  JobControl* control_;
  SessionContext session_;
  size_t letter_bytes_ = 0;                   // dead letters that wait for their epoch
  std::vector<std::unique_ptr<Slot>> slots_;  // topological order, those active here
  size_t source_turn_ = 0;
  int slot_runs_ = 0;  // since a source was polled
  size_t passed_ = 0;  // slots behind the barrier of the epoch in flight
  EpochPart part_;
  StateBudget state_budget_;
  DeltaWriter delta_;  // what changed in the tables of slots that have passed the barrier
  bool part_handed_over_ = true;
  uint64_t committed_ = 0;
  bool drained_reported_ = false;
  bool finished_ = false;
  int64_t next_tick_ = 0;
  int64_t last_seen_ = 0;  // end of the step before
  Progress last_progress_ = Progress::kBusy;
  bool back_pressured_ = false;
  ShardSnapshot times_;
  int64_t next_publish_ = 0;
  mutable std::mutex report_mutex_;
  ShardReport report_;
};

}  // namespace millrace
