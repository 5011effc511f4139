// SPDX-License-Identifier: Apache-2.0
#include "runtime/shard.h"

#include <algorithm>

#include "base/mutant.h"
#include "base/time_units.h"
#include "runtime/memory/batch_bytes.h"

namespace millrace {
namespace {

constexpr int64_t kTickNanos = 100 * kMilli;  // processing-time ticks
constexpr int64_t kPollNanos = kMilli / 2;  // a sink that is not ready, a source that knows no time
constexpr int64_t kSourcePollNanos = 5 * kMilli;
/// A source is polled at least after this many operator runs: data from other shards must not
/// starve it.
constexpr int kSlotRunsPerPoll = 64;
constexpr int64_t kBatchBytes = 2 << 20;  // of a source, about
constexpr size_t kDeadLettersHurry = 1 << 20;
constexpr size_t kDeadLettersStop = 16 << 20;

}  // namespace

Shard::Shard(Settings settings, JobControl* control)
    : settings_(std::move(settings)),
      control_(control),
      session_(settings_.session),
      state_budget_(settings_.state, control) {
  session_.random_seed += static_cast<uint64_t>(settings_.index);
}

Shard::~Shard() = default;

StepResult Shard::Step() {
  if (control_->failed || control_->done) {
    if (last_progress_ != Progress::kDone) Publish(Now());
    last_progress_ = Progress::kDone;
    return {Progress::kDone, 0};
  }
  const int64_t now = Now();
  AccountTime(now, last_progress_);
  session_.now_ms = settings_.env.clock->WallMillis();
  Result<StepResult> result = TryStep(now);
  if (!result) {
    control_->Fail(std::move(result).error().With("shard " + std::to_string(settings_.index)));
    return {Progress::kBusy, 0};
  }
  last_progress_ = result->progress;
  if (now >= next_publish_ || control_->describe.load(std::memory_order_relaxed)) Publish(now);
  return *result;
}

Result<StepResult> Shard::TryStep(int64_t now) {
  TRY_ASSIGN(const bool followed, FollowCoordinator());
  if (followed) return StepResult{Progress::kBusy, 0};
  if (now >= next_tick_) MarkTicks(now);
  // Also of those that have ended: their last events may still wait for room.
  for (const auto& slot : slots_) slot->output.Flush();
  TRY_ASSIGN(const bool injected, InjectBarriers());
  if (injected) return StepResult{Progress::kBusy, 0};
  if (slot_runs_ < kSlotRunsPerPoll) {
    TRY_ASSIGN(const bool ran, RunSlots(now));
    if (ran) return StepResult{Progress::kBusy, 0};
  }
  slot_runs_ = 0;
  TendTerminals();
  TRY_ASSIGN(const bool polled, PollSources(now));
  if (polled) return StepResult{Progress::kBusy, 0};
  TRY_ASSIGN(const bool ran, RunSlots(now));
  if (ran) return StepResult{Progress::kBusy, 0};
  // Epochs go on while messages are delivered, so that a crash does not send them all again.
  const auto is_over = [](const auto& slot) {
    return slot->ended && (slot->terminal == nullptr || slot->terminal->outbox().messages == 0);
  };
  if (!drained_reported_ && std::ranges::all_of(slots_, is_over)) {
    drained_reported_ = true;
    control_->ReportDrained();
  }
  return StepResult{Progress::kIdle, WakeAt(now)};
}

// ------------------------------------------------------------------ epochs

Result<bool> Shard::FollowCoordinator() {
  TakeAssignments();
  if (!part_handed_over_) {
    TRY(HandOverPart());
    if (part_handed_over_) return true;
  }
  const uint64_t commit = control_->commit_epoch.load(std::memory_order_acquire);
  if (commit > committed_) {
    TRY(CommitTerminals(commit));
    return true;
  }
  if (control_->finish.load(std::memory_order_acquire) && !finished_) return Finish();
  if (letter_bytes_ > kDeadLettersHurry) control_->HurryEpoch();
  return false;
}

Status Shard::CommitTerminals(uint64_t epoch) {
  for (const auto& slot : slots_) {
    if (slot->terminal == nullptr || MUTANT("sinks-not-told")) continue;
    if (Status status = slot->terminal->Commit(epoch); !status) {
      return std::unexpected(std::move(status).error().With(slot->label));
    }
  }
  committed_ = epoch;
  control_->ReportCommitted();
  return OkStatus();
}

/// Lets sinks do what is due, and starts an epoch for messages that wait to be decided.
void Shard::TendTerminals() {
  for (const auto& slot : slots_) {
    if (slot->terminal == nullptr) continue;
    slot->tend_at = slot->terminal->Tend();
    if (slot->terminal->waits_for_epoch()) control_->HurryEpoch();
  }
}

/// Behind the last epoch: closes files, then hands over what that changed as one more epoch.
Result<bool> Shard::Finish() {
  TendTerminals();
  for (const auto& slot : slots_) {
    if (slot->terminal == nullptr) continue;
    // What lies in an outbox goes out at the next start if somebody wants to stop now.
    const bool may_stay = control_->stop && slot->terminal->outbox().bytes_max > 0;
    if (!may_stay && slot->terminal->Draining()) return false;
  }
  part_ = {.epoch = committed_ + 1, .shard = settings_.index};
  for (const auto& slot : slots_) {
    if (slot->source != nullptr) part_.sources[slot->node->id] = slot->source->Positions();
    if (slot->terminal == nullptr) continue;
    if (!slot->ended) TRY(slot->terminal->OnEnd());  // stopped
    if (Status status = slot->terminal->Finish(); !status) {
      return std::unexpected(std::move(status).error().With(slot->label));
    }
    TRY_ASSIGN(std::string state, slot->terminal->Prepare(part_.epoch));
    part_.sinks[slot->node->id + "/" + std::to_string(settings_.index)] = std::move(state);
    part_.messages_left |= slot->terminal->outbox().messages > 0;
    TRY(CollectDelta(*slot, part_.epoch));
  }
  for (const auto& slot : slots_) {
    slot->letters.TakeInto(&part_.dead_letters);
    slot->undelivered_letters.TakeInto(&part_.dead_letters);
  }
  part_.delta = delta_.Take();
  finished_ = true;
  state_budget_.End();
  control_->ReportPart(std::move(part_));
  return true;
}

Result<bool> Shard::InjectBarriers() {
  const uint64_t requested = control_->requested_epoch.load(std::memory_order_acquire);
  if (slots_.empty() && part_.epoch < requested) {  // nothing of this job runs on this shard
    part_.epoch = requested;
    control_->ReportPart({.epoch = requested, .shard = settings_.index});
    return true;
  }
  for (const auto& slot : slots_) {
    if (slot->source == nullptr || slot->epoch >= requested || !slot->output.Drained()) continue;
    slot->output.BeginCall();
    if (!slot->source->AtBoundary()) {
      TRY_ASSIGN(auto polled, Poll(*slot, /*flush=*/true));
      slot->output.Push(std::move(polled.batch));
      return true;
    }
    const Barrier barrier{.epoch = requested, .final_epoch = requested >= control_->final_epoch};
    PassBarrier(*slot, barrier);
    part_.sources[slot->node->id] = slot->source->Positions();
    slot->output.PushBarrier(barrier);
    return true;
  }
  return false;
}

void Shard::PassBarrier(Slot& slot, const Barrier& barrier) {
  if (part_handed_over_) {
    part_ = {.epoch = barrier.epoch, .shard = settings_.index};
    part_handed_over_ = false;
    passed_ = 0;
  }
  slot.letters.TakeInto(&part_.dead_letters);
  slot.epoch = barrier.epoch;
  ++passed_;
}

Status Shard::HandOverPart() {
  if (passed_ < slots_.size()) return OkStatus();
  for (const auto& slot : slots_) {
    if (!slot->undelivered) continue;
    const Result<bool> delivered = slot->terminal->Delivered(part_.epoch);
    if (!delivered) return std::unexpected(Error(delivered.error()).With(slot->label));
    if (!*delivered) return OkStatus();
    slot->undelivered = false;
  }
  for (const auto& slot : slots_) slot->undelivered_letters.TakeInto(&part_.dead_letters);
  for (const auto& slot : slots_) {
    if (slot->source == nullptr || !MUTANT("positions-behind-barrier")) continue;
    part_.sources[slot->node->id] = slot->source->Positions();
  }
  part_.delta = delta_.Take();
  part_handed_over_ = true;
  const uint64_t epoch = part_.epoch;
  const bool changed = !part_.delta.empty();
  control_->ReportPart(std::move(part_));
  state_budget_.OnHandedOver(slots_, epoch, changed);
  return OkStatus();
}

void Shard::TakeAssignments() {
  for (auto& assignment : control_->TakeAssignments(settings_.index)) {
    for (const auto& slot : slots_) {
      if (slot->node->index != assignment.node) continue;
      if (Status status = slot->source->AddSplit(assignment.split); !status) {
        control_->Fail(std::move(status).error());
      }
      slot->not_before = 0;
    }
  }
}

// ------------------------------------------------------------------ sources

/// Sources must not read. Who lets them go on wakes the shards.
bool Shard::Held(int64_t now) {
  if (control_->hold_sources.load(std::memory_order_acquire)) return true;
  if (state_budget_.Exceeded(slots_, now)) return true;
  if (!control_->read_credit.exhausted()) return false;
  control_->coordinator_wake_up().Notify();
  return true;
}

/// Rows that are large come in smaller batches.
Result<SourceDriver::Polled> Shard::Poll(Slot& slot, bool flush) {
  const int64_t fitting = kBatchBytes / std::max<int64_t>(slot.row_bytes, 1);
  const int64_t rows = std::clamp<int64_t>(fitting, 1, settings_.batch_rows_max);
  auto polled = slot.source->Poll(rows, flush);
  if (!polled) return std::unexpected(std::move(polled).error().With(slot.label));
  if (polled->batch.num_rows > 0) {
    const uint64_t bytes = BatchBytes(polled->batch);
    slot.row_bytes = static_cast<int64_t>(bytes) / polled->batch.num_rows;
    control_->read_credit.Count(bytes);
  }
  return polled;
}

Result<bool> Shard::PollSources(int64_t now) {
  back_pressured_ = false;
  if (control_->TakePollNow(settings_.index)) {
    for (const auto& slot : slots_) slot->not_before = 0;
  }
  if (letter_bytes_ > kDeadLettersStop) return false;
  if (Held(now)) return false;
  const int reader = control_->reader.load(std::memory_order_relaxed);
  if (reader != JobControl::kEverybody && reader != settings_.index) return false;
  for (size_t i = 0; i < slots_.size(); ++i) {
    source_turn_ = (source_turn_ + 1) % slots_.size();
    Slot& slot = *slots_[source_turn_];
    if (slot.source == nullptr || slot.ended || slot.epoch >= control_->final_epoch) continue;
    if (!slot.output.Drained()) {
      back_pressured_ = true;
      continue;
    }
    if (slot.not_before > now) continue;
    slot.output.BeginCall();
    TRY_ASSIGN(auto polled, Poll(slot, /*flush=*/false));
    slot.busy_nanos += static_cast<uint64_t>(Now() - now);
    if (polled.kind == SourceDriver::Polled::Kind::kIdle) {
      slot.not_before = now + (polled.wait_nanos > 0 ? polled.wait_nanos : kSourcePollNanos);
      continue;
    }
    if (polled.kind == SourceDriver::Polled::Kind::kEnd) {
      slot.ended = true;
      slot.output.PushEnd();
    } else {
      if (reader != JobControl::kEverybody) control_->reader = JobControl::kNobody;
      slot.output.Push(std::move(polled.batch));
    }
    return true;
  }
  return false;
}

// ------------------------------------------------------------------ time

void Shard::MarkTicks(int64_t now) {
  next_tick_ = now + kTickNanos;
  for (const auto& slot : slots_) {
    if (slot->op != nullptr && !slot->ended) slot->tick_due = true;
  }
}

int64_t Shard::WakeAt(int64_t now) {
  int64_t wake_at = next_tick_;
  const bool held = Held(now);
  if (state_budget_.exceeded()) wake_at = std::min(wake_at, now + kPollNanos);
  for (const auto& slot : slots_) {
    if (slot->source != nullptr && !held && !slot->ended && slot->epoch < control_->final_epoch &&
        slot->output.Drained()) {
      wake_at = std::min(wake_at, slot->not_before);
    }
    if (slot->terminal != nullptr) wake_at = std::min(wake_at, slot->tend_at);
    const bool waits = slot->terminal != nullptr && (slot->undelivered || !slot->ports[0].empty());
    if (waits) wake_at = std::min(wake_at, now + kPollNanos);
  }
  if (control_->finish && !finished_) wake_at = std::min(wake_at, now + kPollNanos);
  return wake_at;
}

void Shard::AccountTime(int64_t now, Progress progress) {
  if (last_seen_ != 0) {
    const auto passed = static_cast<uint64_t>(std::max<int64_t>(0, now - last_seen_));
    if (progress == Progress::kBusy) {
      times_.busy_nanos += passed;
    } else if (back_pressured_) {
      times_.back_pressured_nanos += passed;
    } else {
      times_.idle_nanos += passed;
    }
  }
  last_seen_ = now;
}

}  // namespace millrace
