// SPDX-License-Identifier: Apache-2.0
#include "runtime/epochs/state_applier.h"

#include <chrono>
#include <utility>

#include "state/epoch_delta.h"

namespace millrace {
namespace {

constexpr std::chrono::seconds kCheck{1};

}  // namespace

StateApplier::StateApplier(DurableState* state, const Environment& env, Settings settings)
    : state_(state), clock_(env.clock), settings_(settings), flushed_at_(clock_->MonotonicNanos()) {
  if (env.background != nullptr) {
    thread_ = std::make_unique<BackgroundThread>([this] { Work(); });
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

Status StateApplier::Apply(const JournalRecord& record, uint64_t hash, DurableState* state) {
  for (const auto& [shard, delta] : record.deltas) TRY(ApplyDelta(delta, shard, state));
  return state->Commit({.epoch = record.epoch, .hash = hash, .manifest = record.manifest});
}

void StateApplier::Push(JournalRecord record, uint64_t hash) {
  Epoch epoch{.record = std::move(record), .hash = hash, .bytes = 0};
  for (const auto& [shard, delta] : epoch.record.deltas) epoch.bytes += delta.size();
  epoch.record.dead_letters.clear();
  if (thread_ == nullptr) {
    Status applied = ApplyTogether(std::span(&epoch, 1));
    const std::lock_guard lock(mutex_);
    if (!applied && !error_) error_ = std::move(applied).error();
    return;
  }
  waiting_bytes_ += epoch.bytes;
  const std::lock_guard lock(mutex_);
  if (epochs_.empty()) gathered_since_ = clock_->MonotonicNanos();
  epochs_.push_back(std::move(epoch));
  if (MustApply()) wake_.notify_one();
}

/// REQUIRES: the lock.
bool StateApplier::MustApply() const {
  if (epochs_.empty()) return false;
  return finishing_ || waiting_bytes_ >= settings_.gather_bytes ||
         clock_->MonotonicNanos() - gathered_since_ >= settings_.gather_nanos;
}

Status StateApplier::ApplyTogether(std::span<const Epoch> epochs) {
  const Epoch& last = epochs.back();
  if (epochs.size() == 1) {
    TRY(Apply(last.record, last.hash, state_));
  } else {
    NetChanges changes;
    for (const Epoch& epoch : epochs) {
      for (const auto& [shard, delta] : epoch.record.deltas) TRY(changes.Add(delta, shard));
    }
    changes.PutInto(state_);
    TRY(state_->Commit(
        {.epoch = last.record.epoch, .hash = last.hash, .manifest = last.record.manifest}));
  }
  applied_epoch_ = last.record.epoch;
  return FlushIfDue();
}

Status StateApplier::FlushIfDue() {
  const bool large = state_->unflushed_bytes() >= settings_.flush_bytes;
  const bool old = clock_->MonotonicNanos() - flushed_at_ >= settings_.flush_nanos;
  return applied_epoch_ > flushed_epoch_ && (large || old) ? Flush() : OkStatus();
}

Status StateApplier::Flush() {
  flushed_at_ = clock_->MonotonicNanos();
  if (!state_->survives() || applied_epoch_ == 0) return OkStatus();
  TRY(state_->Flush());
  flushed_epoch_.store(applied_epoch_, std::memory_order_release);
  return OkStatus();
}

void StateApplier::Work() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait_for(lock, kCheck, [this] { return stopping_ || MustApply(); });
    if (stopping_) return;
    if (error_ || working_) continue;
    std::vector<Epoch> epochs;
    if (MustApply()) epochs = std::exchange(epochs_, {});
    working_ = true;
    lock.unlock();
    Status done = epochs.empty() ? FlushIfDue() : ApplyTogether(epochs);
    for (const Epoch& epoch : epochs) waiting_bytes_ -= epoch.bytes;
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
  {
    std::unique_lock lock(mutex_);
    finishing_ = true;
    wake_.notify_one();
    idle_.wait(lock, [this] { return error_ || (epochs_.empty() && !working_); });
    if (error_) return std::unexpected(*error_);
    working_ = true;  // the thread keeps away
  }
  Status flushed = Flush();
  const std::lock_guard lock(mutex_);
  working_ = false;
  return flushed;
}

}  // namespace millrace
