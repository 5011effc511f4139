// SPDX-License-Identifier: Apache-2.0
#include "runtime/memory/state_budget.h"

#include <algorithm>

#include "runtime/job_state.h"
#include "runtime/memory/memory_guard.h"

namespace millrace {
namespace {

constexpr int64_t kStateLookNanos = 1'000'000;
constexpr uint64_t kProcessShare = 2;  // of the process's budget, state may have one in so many
constexpr size_t kLeastShare = 4;      // what tables that can leave may hold, whatever others do
constexpr size_t kUnsavedShare = 8;    // changes of this part of it begin an epoch

}  // namespace

StateBudget::Settings StateBudget::Of(const JobState& job) {
  Settings settings{.shards = static_cast<size_t>(job.spec.settings.parallelism),
                    .shares = job.spec.state_shares};
  if (job.state == nullptr || !job.state->survives()) return settings;
  settings.state = job.state.get();
  settings.bytes = job.spec.settings.state_budget_bytes;
  if (settings.bytes > 0) return settings;
  const MemoryGuard process(job.spec.memory, job.spec.settings.memory_budget_bytes);
  settings.bytes = process.budget_bytes() / kProcessShare;
  return settings;
}

StateBudget::Sizes StateBudget::Measure(Slots slots) {
  Sizes sizes;
  for (const auto& slot : slots) {
    if (slot->state == nullptr) continue;
    for (const StateTable* table : slot->state->tables()) {
      (table->reads_cold() ? sizes.can_leave : sizes.fixed) += table->memory_bytes();
      sizes.unsaved += table->unsaved_bytes();
    }
  }
  return sizes;
}

/// Tells the others what is held here, and takes what they leave.
void StateBudget::TakeShare(const Sizes& sizes) {
  if (member_ == nullptr) return;
  member_->Report(sizes.fixed + sizes.can_leave + store_bytes_);
  bytes_ = member_->Allowed(settings_.bytes);
}

/// What tables that can leave entries to the disk may hold together.
size_t StateBudget::Allowed(const Sizes& sizes) {
  if (const uint64_t applied = control_->applied_epoch.load(); applied != measured_at_) {
    measured_at_ = applied;
    store_bytes_ = settings_.state->memory_bytes() / settings_.shards;
  }
  const size_t others = sizes.fixed + store_bytes_;
  const size_t rest = others < bytes_ ? bytes_ - others : 0;
  return std::max<size_t>(rest, bytes_ / kLeastShare);
}

/// Tables do so in proportion to what they hold.
void StateBudget::Shrink(Slots slots, const Sizes& sizes, size_t allowed) {
  const uint64_t applied = control_->applied_epoch.load(std::memory_order_acquire);
  const double kept =
      std::min(1.0, static_cast<double>(allowed) / static_cast<double>(sizes.can_leave));
  bool any_busy = false;
  for (const auto& slot : slots) {
    if (slot->state == nullptr) continue;
    // In the middle of a batch an operator relies on what it has loaded for it.
    const bool busy = slot->op != nullptr && slot->op->more();
    any_busy |= busy;
    if (busy) continue;
    for (StateTable* table : slot->state->tables()) {
      if (!table->reads_cold()) continue;
      const auto bytes = static_cast<double>(table->memory_bytes());
      table->Shrink(applied, static_cast<size_t>(bytes * kept));
    }
  }
  shrunk_at_ = applied;
  all_has_left_ = !any_busy && Measure(slots).can_leave > allowed;
}

void StateBudget::OnHandedOver(Slots slots, uint64_t epoch, bool changed) {
  handed_over_ = epoch;
  if (changed) changed_in_ = epoch;
  all_has_left_ = false;
  if (bytes_ == 0) return;
  const Sizes sizes = Measure(slots);
  TakeShare(sizes);
  if (sizes.can_leave == 0) return;
  Shrink(slots, sizes, Allowed(sizes));
}

bool StateBudget::Exceeded(Slots slots, int64_t now) {
  if (bytes_ == 0 || now < next_look_) return exceeded_;
  next_look_ = now + kStateLookNanos;
  Sizes sizes = Measure(slots);
  TakeShare(sizes);
  exceeded_ = false;
  if (sizes.can_leave == 0) return false;
  const size_t allowed = Allowed(sizes);
  const uint64_t applied = control_->applied_epoch.load(std::memory_order_acquire);
  if (sizes.can_leave > allowed && (!all_has_left_ || applied > shrunk_at_)) {
    Shrink(slots, sizes, allowed);
    sizes = Measure(slots);
  }
  const bool over = sizes.can_leave > allowed;
  const bool much_changed = sizes.unsaved > allowed / kUnsavedShare || (over && sizes.unsaved > 0);
  if (much_changed && control_->requested_epoch.load() <= handed_over_) control_->HurryEpoch();
  if (over && applied < changed_in_) control_->HurryApply();
  // Else there is nothing that could leave later.
  const bool more_can_leave = sizes.unsaved > 0 || applied < changed_in_;
  exceeded_ = more_can_leave && sizes.can_leave > allowed + allowed / kUnsavedShare;
  return exceeded_;
}

}  // namespace millrace
