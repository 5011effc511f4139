// SPDX-License-Identifier: Apache-2.0
// StateApplier: brings decided epochs from the journal's records into DurableState, in order, on a
// thread of its own, and flushes now and then. Without background threads the caller's does it.
// The thread gathers epochs for some seconds and applies them together, as one: keys that change in
// every epoch are written once, and what came and went in between not at all.
//
// Push, waiting_bytes, flushed_epoch, status: any one thread. After an error nothing is applied any
// more: what is on disk stays a whole epoch.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "env/background_thread.h"
#include "env/environment.h"
#include "runtime/epochs/journal.h"
#include "state/durable_state.h"

namespace millrace {

class StateApplier {
 public:
  struct Settings {
    uint64_t gather_bytes = 64ull << 20;          // epochs of so many bytes are applied together,
    int64_t gather_nanos = 20ll * 1'000'000'000;  // or of this time
    uint64_t flush_bytes = 64ull << 20;           // in memory, then they are flushed
    int64_t flush_nanos = 30ll * 1'000'000'000;   // so long after the last flush
  };

  /// `state` outlives it.
  StateApplier(DurableState* state, const Environment& env, Settings settings);
  /// Applies nothing more.
  ~StateApplier();

  void Push(JournalRecord record, uint64_t hash);
  /// Of epochs that are not applied yet.
  uint64_t waiting_bytes() const { return waiting_bytes_.load(std::memory_order_relaxed); }
  /// The journal is not needed for this epoch any more.
  uint64_t flushed_epoch() const { return flushed_epoch_.load(std::memory_order_acquire); }
  Status status() const;
  /// Waits until everything is applied and flushed.
  Status Finish();

  /// One record into the state, as a whole.
  static Status Apply(const JournalRecord& record, uint64_t hash, DurableState* state);

 private:
  struct Epoch {
    JournalRecord record;
    uint64_t hash = 0;
    uint64_t bytes = 0;
  };
  void Work();
  bool MustApply() const;
  Status ApplyTogether(std::span<const Epoch> epochs);
  Status FlushIfDue();
  Status Flush();

  DurableState* state_;
  Clock* clock_;
  Settings settings_;
  int64_t flushed_at_ = 0;
  uint64_t applied_epoch_ = 0;  // by the applying thread
  std::atomic<uint64_t> waiting_bytes_{0};
  std::atomic<uint64_t> flushed_epoch_{0};
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable idle_;
  std::vector<Epoch> epochs_;
  int64_t gathered_since_ = 0;  // when the first of them came
  bool working_ = false;
  bool finishing_ = false;  // apply what is there
  bool stopping_ = false;
  std::optional<Error> error_;
  std::unique_ptr<BackgroundThread> thread_;
};

}  // namespace millrace
