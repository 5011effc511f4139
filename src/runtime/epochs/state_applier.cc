// SPDX-License-Identifier: Apache-2.0
#include "runtime/epochs/state_applier.h"

#include <chrono>
#include <utility>

#include "state/epoch_delta.h"

namespace millrace {
namespace {

constexpr std::chrono::seconds kFlushCheck{1};

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
    Status applied = ApplyOne(epoch);
    const std::lock_guard lock(mutex_);
    if (!applied && !error_) error_ = std::move(applied).error();
    return;
  }
  waiting_bytes_ += epoch.bytes;
  {
    const std::lock_guard lock(mutex_);
    epochs_.push_back(std::move(epoch));
  }
  wake_.notify_one();
}

Status StateApplier::ApplyOne(const Epoch& epoch) {
  TRY(Apply(epoch.record, epoch.hash, state_));
  applied_epoch_ = epoch.record.epoch;
  const bool large = state_->unflushed_bytes() >= settings_.flush_bytes;
  const bool old = clock_->MonotonicNanos() - flushed_at_ >= settings_.flush_nanos;
  return large || old ? Flush() : OkStatus();
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
    wake_.wait_for(lock, kFlushCheck, [this] { return stopping_ || !epochs_.empty(); });
    if (stopping_) return;
    if (error_ || working_) continue;
    std::optional<Epoch> epoch;
    if (!epochs_.empty()) {
      epoch = std::move(epochs_.front());
      epochs_.pop_front();
    }
    working_ = true;
    lock.unlock();
    Status done = OkStatus();
    if (epoch) {
      done = ApplyOne(*epoch);
      waiting_bytes_ -= epoch->bytes;
    } else if (applied_epoch_ > flushed_epoch_ &&
               clock_->MonotonicNanos() - flushed_at_ >= settings_.flush_nanos) {
      done = Flush();
    }
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
