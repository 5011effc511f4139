// SPDX-License-Identifier: Apache-2.0
// StateApplier: brings decided epochs from the journal's records into DurableState, in order, on a
// thread of its own. Without background threads the caller's does it.
// The thread gathers epochs for some seconds and applies them together, as one: keys that change in
// every epoch are written once.
//
// Push, waiting_bytes, applied_epoch, status: any one thread. After an error nothing is applied any
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
    uint64_t gather_bytes = 128ull << 20;         // epochs of so many bytes are applied together,
    int64_t gather_nanos = 20ll * 1'000'000'000;  // or of this time
  };

  /// `state` outlives it.
  StateApplier(DurableState* state, const Environment& env, Settings settings);
  /// Applies nothing more.
  ~StateApplier();

  void Push(JournalRecord record, uint64_t hash);
  /// What has been pushed is applied now.
  void Hurry();
  /// Of epochs that are not applied yet.
  uint64_t waiting_bytes() const { return waiting_bytes_.load(std::memory_order_relaxed); }
  /// The journal is not needed for this epoch any more.
  uint64_t applied_epoch() const { return applied_epoch_.load(std::memory_order_acquire); }
  Status status() const;
  /// Waits until everything is applied.
  Status Finish();

  struct Epoch {
    JournalRecord record;
    uint64_t hash = 0;
    uint64_t bytes = 0;  // of its changes
  };
  /// Some epochs, one after the other, into the state as a whole.
  static Status Apply(std::span<const Epoch> epochs, DurableState* state);

 private:
  void Work();
  bool MustApply() const;
  void ApplyIfDue();
  std::vector<Epoch> TakeGathered();
  Status ApplyGathered(std::span<const Epoch> epochs);

  DurableState* state_;
  Clock* clock_;
  Settings settings_;
  std::atomic<uint64_t> waiting_bytes_{0};
  std::atomic<uint64_t> applied_epoch_{0};
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable idle_;
  std::vector<Epoch> epochs_;
  int64_t gathered_since_ = 0;  // when the first of them came
  bool working_ = false;
  bool finishing_ = false;  // apply what is there
  bool hurried_ = false;    // the same, once
  bool stopping_ = false;
  std::optional<Error> error_;
  std::unique_ptr<BackgroundThread> thread_;
};

}  // namespace millrace
