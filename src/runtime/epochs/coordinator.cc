// SPDX-License-Identifier: Apache-2.0
#include "runtime/epochs/coordinator.h"

#include <algorithm>
#include <utility>

#include "base/mutant.h"
#include "base/time_units.h"

namespace millrace {
namespace {

constexpr int64_t kStopPollNanos = 50 * kMilli;  // a signal handler cannot wake anybody
constexpr int64_t kDecisionPollNanos = kMilli;
constexpr int64_t kRetryNanosMin = 100 * kMilli;
constexpr int64_t kRetryNanosMax = 5000 * kMilli;
constexpr int64_t kBacklogIntervals = 5;  // a source that is so many intervals late has a backlog
constexpr int64_t kBacklogLeastMs = 1000;
constexpr int64_t kNeverMs = int64_t{1} << 40;
constexpr uint64_t kUnappliedBytesMax = 256ull << 20;
constexpr uint64_t kUnappliedShare = 8;  // and of the memory budget
constexpr uint64_t kSyncedHereBytesMax = 64ull << 10;

/// A full disk and too many open files may pass.
bool MayPass(const Error& error) { return error.code == "MR0802" || error.code == "MR0817"; }

/// Of a record's large parts.
uint64_t BytesOf(const JournalRecord& record) {
  uint64_t bytes = 0;
  for (const auto& [table, letters] : record.dead_letters) bytes += letters.lines.size();
  for (const auto& [shard, delta] : record.deltas) bytes += delta.size();
  return bytes;
}

}  // namespace

Coordinator::Coordinator(Settings settings, JobControl* control)
    : settings_(std::move(settings)), control_(control), unapplied_bytes_max_(kUnappliedBytesMax) {
  trimmed_ = settings_.manifest.epoch;
  JobSettings& job = settings_.job;
  if (const auto* transaction = settings_.transaction;
      transaction != nullptr && transaction->time_limit_ms() > 0) {
    const int64_t longest = std::max(transaction->time_limit_ms() / 2, job.checkpoint_interval_ms);
    job.backlog_interval_ms = std::min(job.backlog_interval_ms, longest);
  }
  if (const uint64_t budget = settings_.memory.budget_bytes(); budget > 0) {
    unapplied_bytes_max_ = std::min(unapplied_bytes_max_, budget / kUnappliedShare);
  }
}

StepResult Coordinator::Step() {
  if (control_->failed || control_->done) return {Progress::kDone, 0};
  const int64_t now = Now();
  WatchMemory(now);
  Result<StepResult> result = TryStep(now);
  if (result) {
    result->wake_at = std::min(result->wake_at, settings_.memory.next_look());
    return *result;
  }
  control_->Fail(std::move(result).error().With("epoch"));
  return {Progress::kDone, 0};
}

Result<StepResult> Coordinator::TryStep(int64_t now) {
  switch (state_) {
    case State::kWaiting: return Wait(now);
    case State::kCollecting:
      if (auto parts = control_->TakeParts()) {
        TRY(Assemble(*std::move(parts)));
        const bool changed = !NothingChanged();
        if (settings_.journal != nullptr && changed && !MUTANT("epoch-not-written")) {
          state_ = State::kWriting;
        } else if (settings_.journal == nullptr && settings_.transaction != nullptr) {
          TRY(Decide());
        } else {
          TRY(OnDecided());
        }
        return StepResult{Progress::kBusy, 0};
      }
      break;
    case State::kWriting: return Write(now);
    case State::kSyncing: return AwaitSync(now);
    case State::kDeciding: return AwaitDecision(now);
    case State::kCommitting:
      if (committed_ || control_->TakeCommitted()) return AfterCommit();
      break;
  }
  return StepResult{Progress::kIdle, now + kStopPollNanos};
}

Result<StepResult> Coordinator::Wait(int64_t now) {
  if (last_epoch_at_ == 0) last_epoch_at_ = now;
  TRY(Discover(now));
  TRY(Maintain());
  TRY(ShipLetters());
  if (Overloaded()) return StepResult{Progress::kIdle, now + kDecisionPollNanos};
  const bool drained = control_->AllDrained();
  if (drained || control_->stop) {
    drained_ = drained;
    Begin(/*last=*/true, now);
    return StepResult{Progress::kBusy, 0};
  }
  hurry_ |= control_->TakeHurry() || settings_.memory.tight();
  const int64_t due =
      last_epoch_at_ + kMilli * (hurry_ ? settings_.job.checkpoint_pause_ms : IntervalMs());
  if (now >= due) {
    Begin(/*last=*/false, now);
    return StepResult{Progress::kBusy, 0};
  }
  return StepResult{Progress::kIdle, std::min(due, now + kStopPollNanos)};
}

/// Who is far behind loses nothing that counts when results come a little later still, and the
/// state changes less often between two epochs than rows come.
int64_t Coordinator::IntervalMs() const {
  const JobSettings& job = settings_.job;
  const int64_t least = std::max(kBacklogIntervals * job.backlog_interval_ms, kBacklogLeastMs);
  if (control_->lag_ms() < least) return job.checkpoint_interval_ms;
  return job.backlog_interval_ms > 0 ? job.backlog_interval_ms : kNeverMs;
}

void Coordinator::Begin(bool last, int64_t now) {
  last_epoch_at_ = now;
  hurried_ = std::exchange(hurry_, false);
  last_ = last;
  const uint64_t epoch = ++settings_.manifest.epoch;
  if (last) control_->final_epoch.store(epoch, std::memory_order_release);
  control_->requested_epoch.store(epoch, std::memory_order_release);
  control_->WakeShards();
  begun_bytes_ = control_->read_credit.read_bytes();
  state_ = State::kCollecting;
}

/// The record of the epoch from what the shards handed over.
Status Coordinator::Assemble(std::vector<EpochPart> parts) {
  RunManifest& manifest = settings_.manifest;
  if (finishing_) {
    const bool left = std::ranges::any_of(parts, &EpochPart::messages_left);
    manifest.epoch += 1;
    manifest.finished = (drained_ || MUTANT("stopped-is-finished")) && !left;
  }
  manifest.sources.clear();
  std::ranges::sort(parts, {}, &EpochPart::shard);
  record_ = JournalRecord();
  record_.epoch = manifest.epoch;
  record_.deltas = std::exchange(settings_.first_deltas, {});
  std::map<std::string, std::string> letters;
  for (EpochPart& part : parts) {
    if (part.epoch != manifest.epoch) return InternalError("a part of another epoch came");
    for (auto& [node, splits] : part.sources) {
      auto& all = manifest.sources[node];
      for (SplitPosition& split : splits) {
        split.shard = part.shard;
        all.push_back(std::move(split));
      }
    }
    if (!MUTANT("sinks-not-in-journal") || manifest.sinks.empty()) {
      for (auto& [writer, state] : part.sinks) manifest.sinks[writer] = std::move(state);
    }
    for (const auto& [table, lines] : part.dead_letters) letters[table] += lines;
    if (!part.delta.empty()) record_.deltas.emplace_back(part.shard, std::move(part.delta));
  }
  letters_ =
      settings_.dead_letters->Complete(letters, manifest.epoch, settings_.env.clock->WallMillis());
  manifest.dead_letters = settings_.dead_letters->lengths();
  for (const auto& [table, lines] : letters_) {
    uint64_t& length = manifest.dead_letters[table];
    if (!MUTANT("letters-not-in-journal")) {
      record_.dead_letters[table] = {.at = length, .lines = lines};
    }
    length += lines.size();
  }
  return OkStatus();
}

/// An idle pipeline does not wear out the disk.
bool Coordinator::NothingChanged() {
  record_.manifest = settings_.manifest.Body();
  return record_.manifest == written_body_ && record_.deltas.empty() && letters_.empty();
}

Result<StepResult> Coordinator::Write(int64_t now) {
  if (now < retry_at_)
    return StepResult{Progress::kIdle, std::min(retry_at_, now + kStopPollNanos)};
  auto synced = std::make_shared<Synced>();
  const auto durable = [synced, control = control_](const Status& status) {
    {
      const std::lock_guard lock(synced->mutex);
      synced->outcome = status;
    }
    control->coordinator_wake_up().Notify();
  };
  // Who waits for an action is not kept waiting for threads that wake each other.
  const bool here = hurried_ && BytesOf(record_) <= kSyncedHereBytesMax;
  auto hash = here ? settings_.journal->AppendAndSync(record_, durable)
                   : settings_.journal->Append(record_, durable);
  if (!hash && MayPass(hash.error())) {
    retry_nanos_ = std::clamp(retry_nanos_ * 2, kRetryNanosMin, kRetryNanosMax);
    retry_at_ = now + retry_nanos_;
    SetTrouble(kNoRoom,
               "epoch " + std::to_string(record_.epoch) +
                   " cannot be written, sources are held until it can: " + hash.error().message);
    return StepResult{Progress::kIdle, retry_at_};
  }
  if (!hash) return std::unexpected(std::move(hash).error());
  hash_ = *hash;
  synced_ = std::move(synced);
  written_body_ = record_.manifest;
  retry_nanos_ = 0;
  SetTrouble(kNoRoom, "");
  state_ = State::kSyncing;
  return StepResult{Progress::kBusy, 0};
}

Result<StepResult> Coordinator::AwaitSync(int64_t now) {
  {
    const std::lock_guard lock(synced_->mutex);
    if (!synced_->outcome) return StepResult{Progress::kIdle, now + kStopPollNanos};
    TRY(*synced_->outcome);
  }
  if (settings_.transaction == nullptr) {
    TRY(OnDecided());
  } else {
    TRY(Decide());
  }
  return StepResult{Progress::kBusy, 0};
}

Status Coordinator::Decide() {
  const uint64_t epoch = record_.epoch - (MUTANT("epoch-before-decided") ? 1 : 0);
  TRY(settings_.transaction->Decide({.epoch = epoch, .hash = hash_}));
  state_ = State::kDeciding;
  return OkStatus();
}

Result<StepResult> Coordinator::AwaitDecision(int64_t now) {
  TRY_ASSIGN(const bool decided, settings_.transaction->Decided());
  if (!decided) {
    SetTrouble(kUndecided, settings_.transaction->Waiting());
    return StepResult{Progress::kIdle, now + kDecisionPollNanos};
  }
  SetTrouble(kUndecided, "");
  TRY(OnDecided());
  return StepResult{Progress::kBusy, 0};
}

/// The epoch has happened: what it holds may be seen, and goes where it stays.
Status Coordinator::OnDecided() {
  TRY(settings_.dead_letters->Append(letters_));
  letters_.clear();
  // Without a hash nothing was written: the state need not know of this epoch. Nor is it worth the
  // work at the end of all input: the next start begins anew, who looks finds it in the journal.
  if (settings_.applier != nullptr && hash_ != 0 && !drained_) {
    TRY(settings_.applier->status());
    settings_.applier->Push(std::exchange(record_, {}), std::exchange(hash_, 0));
  }
  decided_bytes_ = begun_bytes_;
  control_->commit_epoch.store(settings_.manifest.epoch, std::memory_order_release);
  control_->WakeShards();
  state_ = State::kCommitting;
  return OkStatus();
}

Result<StepResult> Coordinator::AfterCommit() {
  completed_ = settings_.manifest.epoch;
  committed_ = true;
  const StepResult busy{Progress::kBusy, 0};
  if (finishing_) {
    TRY(ShipLetters());
    // What is on its way at a stop goes again at the next start.
    if (settings_.shipper != nullptr && !settings_.shipper->empty() && !control_->stop) {
      return StepResult{Progress::kIdle, Now() + kDecisionPollNanos};
    }
    TRY(settings_.dead_letters->Sync());
    // What goes on later starts faster from the state than from the journal.
    if (settings_.applier != nullptr && !settings_.manifest.finished) {
      TRY(settings_.applier->Finish());
    }
    if (!settings_.data_dir.empty()) {
      TRY(WriteManifest(settings_.env.disk, settings_.data_dir, settings_.manifest));
    }
    control_->done = true;
    control_->WakeShards();
    return StepResult{Progress::kDone, 0};
  }
  committed_ = false;
  TellSources();
  if (last_) {
    finishing_ = true;
    state_ = State::kCollecting;
    control_->finish.store(true, std::memory_order_release);
  } else {
    state_ = State::kWaiting;
  }
  control_->WakeShards();
  return busy;
}

/// Gives up what of the journal the state has durably. Dead letters are not in the state.
Status Coordinator::Maintain() {
  if (settings_.applier == nullptr) return OkStatus();
  if (control_->TakeHurryApply()) settings_.applier->Hurry();
  TRY(settings_.applier->status());
  const uint64_t applied =
      MUTANT("journal-given-up-too-early") ? completed_.load() : settings_.applier->applied_epoch();
  if (applied <= trimmed_) return OkStatus();
  control_->applied_epoch.store(applied, std::memory_order_release);
  TRY(settings_.dead_letters->Sync());
  TRY(settings_.journal->DropBefore(applied));
  trimmed_ = applied;
  return OkStatus();
}

Status Coordinator::ShipLetters() {
  if (settings_.shipper == nullptr) return OkStatus();
  TRY(settings_.shipper->Pump(settings_.dead_letters->lengths()));
  SetTrouble(kLetters, settings_.shipper->Waiting());
  return OkStatus();
}

/// True while too much state is on its way to the disk.
bool Coordinator::Overloaded() {
  const bool overloaded =
      settings_.applier != nullptr && settings_.applier->waiting_bytes() > unapplied_bytes_max_;
  SetTrouble(kUnapplied,
             overloaded ? "sources are held until the state of past epochs is on the disk" : "");
  return overloaded;
}

void Coordinator::WatchMemory(int64_t now) {
  const uint64_t in_flight = control_->read_credit.read_bytes() - decided_bytes_;
  const bool starved = control_->read_credit.exhausted();
  settings_.memory.Watch(now, in_flight, &control_->read_credit);
  if (starved && !control_->read_credit.exhausted()) control_->WakeShards();
  memory_used_.store(settings_.memory.used_bytes(), std::memory_order_relaxed);
  one_epoch_at_a_time_ = settings_.memory.tight() && state_ != State::kWaiting;
  HoldSources();
  if (!settings_.memory.exceeded()) {
    SetTrouble(kMemory, "");
  } else if (troubles_[kMemory].empty()) {
    const std::string parts = settings_.memory_parts ? settings_.memory_parts() : "";
    SetTrouble(kMemory,
               settings_.memory.Describe() + ", sources are held until it is less" + parts);
  }
}

void Coordinator::SetTrouble(Trouble kind, std::string trouble) {
  std::string& told = troubles_[kind];
  if (trouble == told) return;
  if (!trouble.empty() && told.empty() && settings_.notice) settings_.notice(trouble);
  {
    const std::lock_guard lock(trouble_mutex_);
    told = std::move(trouble);
  }
  HoldSources();
}

void Coordinator::HoldSources() {
  bool holding = one_epoch_at_a_time_;
  for (const Trouble held : {kNoRoom, kUnapplied, kMemory}) holding |= !troubles_[held].empty();
  if (control_->hold_sources.exchange(holding, std::memory_order_acq_rel) && !holding) {
    control_->WakeShards();
  }
}

std::string Coordinator::trouble() const {
  const std::lock_guard lock(trouble_mutex_);
  std::string all;
  for (const std::string& each : troubles_) {
    if (each.empty()) continue;
    if (!all.empty()) all += "; ";
    all += each;
  }
  return all;
}

void Coordinator::TellSources() {
  for (const WatchedSource& watched : settings_.watched) {
    const auto positions = settings_.manifest.sources.find(watched.id);
    if (positions == settings_.manifest.sources.end()) continue;
    std::vector<Split> splits;
    for (const SplitPosition& split : positions->second) {
      splits.push_back({.id = split.split, .bounded = split.bounded, .position = split.position});
    }
    watched.source->OnEpochCompleted(splits);
  }
}

Status Coordinator::Discover(int64_t now) {
  if (settings_.watched.empty() || now < next_discovery_at_) return OkStatus();
  next_discovery_at_ = now + settings_.job.discovery_interval_ms * kMilli;
  for (WatchedSource& watched : settings_.watched) {
    if (watched.bounded) continue;
    TRY_ASSIGN(const auto splits, watched.source->Discover());
    for (const Split& split : splits) {
      if (!watched.known.insert(split.id).second) continue;
      const int reader = watched.readers[watched.turn++ % watched.readers.size()];
      const SplitPosition start{
          .split = split.id, .bounded = split.bounded, .position = split.position};
      control_->AssignSplit(reader, watched.node, start);
    }
  }
  return OkStatus();
}

}  // namespace millrace
