// SPDX-License-Identifier: Apache-2.0
#include "runtime/epochs/state_applier.h"

#include <chrono>
#include <utility>

#include "base/mutant.h"
#include "state/deltas/net_changes.h"

namespace millrace {
namespace {

constexpr std::chrono::seconds kCheck{1};

}  // namespace

StateApplier::StateApplier(DurableState* state, const Environment& env, Settings settings)
    : state_(state), clock_(env.clock), settings_(settings) {
  if (env.background != nullptr) {
    thread_ =
        std::make_unique<BackgroundThread>([this] { Work(); }, BackgroundThread::Priority::kLow);
  }
}

StateApplier::~StateApplier() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.reset();
}

Status StateApplier::Apply(std::span<const Epoch> epochs, DurableState* state) {
  NetChanges changes;
  for (const Epoch& epoch : epochs) {
    if (MUTANT("gathered-epoch-lost") && &epoch != &epochs.back()) continue;
    for (const auto& [shard, delta] : epoch.record.deltas) {
      TRY(changes.Add(delta, MUTANT("shard-of-delta-forgotten") ? 0 : shard));
    }
  }
  const Epoch& last = epochs.back();
  return changes.WriteTo(
      state, {.epoch = last.record.epoch, .hash = last.hash, .manifest = last.record.manifest});
}

void StateApplier::Push(JournalRecord record, uint64_t hash) {
  Epoch epoch{.record = std::move(record), .hash = hash, .bytes = 0};
  for (const auto& [shard, delta] : epoch.record.deltas) epoch.bytes += delta.size();
  epoch.record.dead_letters.clear();
  waiting_bytes_ += epoch.bytes;
  const std::lock_guard lock(mutex_);
  if (epochs_.empty()) gathered_since_ = clock_->MonotonicNanos();
  epochs_.push_back(std::move(epoch));
  ApplyIfDue();
}

void StateApplier::Hurry() {
  const std::lock_guard lock(mutex_);
  if (epochs_.empty()) return;
  hurried_ = true;
  ApplyIfDue();
}

/// REQUIRES: the lock.
void StateApplier::ApplyIfDue() {
  if (!MustApply()) return;
  if (thread_ != nullptr) {
    wake_.notify_one();
    return;
  }
  Status applied = ApplyGathered(TakeGathered());
  if (!applied && !error_) error_ = std::move(applied).error();
}

/// REQUIRES: the lock.
std::vector<StateApplier::Epoch> StateApplier::TakeGathered() {
  hurried_ = false;
  return std::exchange(epochs_, {});
}

/// REQUIRES: the lock.
bool StateApplier::MustApply() const {
  if (epochs_.empty()) return false;
  return finishing_ || hurried_ || waiting_bytes_ >= settings_.gather_bytes ||
         clock_->MonotonicNanos() - gathered_since_ >= settings_.gather_nanos;
}

Status StateApplier::ApplyGathered(std::span<const Epoch> epochs) {
  TRY(Apply(epochs, state_));
  if (state_->survives()) {
    applied_epoch_.store(epochs.back().record.epoch, std::memory_order_release);
  }
  for (const Epoch& epoch : epochs) waiting_bytes_ -= epoch.bytes;
  return OkStatus();
}

void StateApplier::Work() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait_for(lock, kCheck, [this] { return stopping_ || (!error_ && MustApply()); });
    if (stopping_) return;
    if (error_ || !MustApply()) continue;
    const std::vector<Epoch> epochs = TakeGathered();
    working_ = true;
    lock.unlock();
    Status done = ApplyGathered(epochs);
    lock.lock();
    working_ = false;
    if (!done) error_ = std::move(done).error();
    if (epochs_.empty() || error_) idle_.notify_all();
  }
}

Status StateApplier::status() const {
  const std::lock_guard lock(mutex_);
  if (error_) return std::unexpected(*error_);
  return OkStatus();
}

Status StateApplier::Finish() {
  std::unique_lock lock(mutex_);
  finishing_ = true;
  if (thread_ == nullptr && !epochs_.empty() && !error_) {
    Status applied = ApplyGathered(TakeGathered());
    if (!applied) error_ = std::move(applied).error();
  }
  wake_.notify_one();
  idle_.wait(lock, [this] { return error_ || (epochs_.empty() && !working_); });
  if (error_) return std::unexpected(*error_);
  return OkStatus();
}

}  // namespace millrace
