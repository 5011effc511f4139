// SPDX-License-Identifier: Apache-2.0
// StateBudget: keeps what the tables of a shard hold in memory near the shard's part of
// `state.memory-budget`, which all pipelines of a process share. Tables that can leave entries to
// the disk do so; as only what is applied can leave, an epoch is begun early when much has changed
// since the last, and when that does not suffice the shard's sources wait until more is on the
// disk. They never wait for anything else: what cannot leave at all may be more than the budget.
// One thread, the shard's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "runtime/job_control.h"
#include "runtime/memory/state_shares.h"
#include "runtime/slot.h"
#include "state/durable_state.h"

namespace millrace {

struct JobState;

class StateBudget {
 public:
  struct Settings {
    uint64_t bytes = 0;                   // of the process; 0: no bound, or nothing can leave
    const DurableState* state = nullptr;  // not null if there is a bound
    size_t shards = 1;
    StateShares* shares = nullptr;  // null: nobody else is there, each shard has an equal part
    /// Epochs of so many bytes are applied at once, so that what they changed can leave.
    uint64_t gather_bytes() const { return bytes / 16; }
  };
  using Slots = std::span<const std::unique_ptr<Slot>>;

  /// The setting, or by default half of the process's memory budget.
  static Settings Of(const JobState& job);
  StateBudget(Settings settings, JobControl* control)
      : settings_(settings), bytes_(settings.bytes / settings.shards), control_(control) {
    if (settings.bytes > 0 && settings.shares != nullptr) {
      member_ = std::make_unique<StateShares::Member>(settings.shares);
    }
  }

  /// The shard has handed over this epoch; `changed`: with entries of tables.
  void OnHandedOver(Slots slots, uint64_t epoch, bool changed);
  /// True while the shard must read nothing more. Looks at the tables only when it is time to.
  bool Exceeded(Slots slots, int64_t now);
  bool exceeded() const { return exceeded_; }
  /// The shard is done: others may have what it held.
  void End() { member_.reset(); }

 private:
  struct Sizes {
    size_t fixed = 0;      // of tables that stay in memory
    size_t can_leave = 0;  // of the others
    size_t unsaved = 0;    // of these, what has changed since the last epoch
  };
  static Sizes Measure(Slots slots);
  void TakeShare(const Sizes& sizes);
  size_t Allowed(const Sizes& sizes);
  void Shrink(Slots slots, const Sizes& sizes, size_t allowed);

  Settings settings_;
  uint64_t bytes_;  // of this shard, for now
  std::unique_ptr<StateShares::Member> member_;
  JobControl* control_;
  bool exceeded_ = false;
  int64_t next_look_ = 0;
  uint64_t handed_over_ = 0;   // the last epoch,
  uint64_t changed_in_ = 0;    // and the last one with entries
  uint64_t shrunk_at_ = 0;     // what was applied when the tables left what they could,
  bool all_has_left_ = false;  // and that was not enough
  size_t store_bytes_ = 0;     // held by DurableState
  uint64_t measured_at_ = UINT64_MAX;
};

}  // namespace millrace
