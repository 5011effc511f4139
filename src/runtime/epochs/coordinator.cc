// SPDX-License-Identifier: Apache-2.0
#include "runtime/epochs/coordinator.h"

#include <algorithm>

namespace millrace {
namespace {

constexpr int64_t kStopPollNanos = 50000000;  // a signal handler cannot wake anybody

}  // namespace

StepResult Coordinator::Step() {
  if (control_->failed || control_->done) return {Progress::kDone, 0};
  const int64_t now = Now();
  Result<StepResult> result = TryStep(now);
  if (result) return *result;
  control_->Fail(std::move(result).error().With("epoch"));
  return {Progress::kDone, 0};
}

Result<StepResult> Coordinator::TryStep(int64_t now) {
  const StepResult busy{Progress::kBusy, 0};
  switch (state_) {
    case State::kWaiting: {
      if (next_epoch_at_ == 0) next_epoch_at_ = now + settings_.interval_nanos;
      TRY(Discover(now));
      const bool drained = control_->AllDrained();
      if (drained || control_->stop) {
        drained_ = drained;
        Begin(/*last=*/true, now);
        return busy;
      }
      hurry_ |= control_->TakeHurry();
      if (hurry_) next_epoch_at_ = std::min(next_epoch_at_, last_epoch_at_ + settings_.pause_nanos);
      if (now >= next_epoch_at_) {
        Begin(/*last=*/false, now);
        return busy;
      }
      return StepResult{Progress::kIdle, std::min(next_epoch_at_, now + kStopPollNanos)};
    }
    case State::kCollecting:
      if (auto parts = control_->TakeParts()) {
        TRY(Persist(*std::move(parts), /*finished=*/false));
        control_->commit_epoch.store(settings_.manifest.epoch, std::memory_order_release);
        control_->WakeShards();
        state_ = State::kCommitting;
        return busy;
      }
      break;
    case State::kCommitting:
      if (control_->TakeCommitted()) {
        completed_ = settings_.manifest.epoch;
        TellSources();
        state_ = last_ ? State::kFinishing : State::kWaiting;
        if (last_) control_->finish.store(true, std::memory_order_release);
        control_->WakeShards();
        return busy;
      }
      break;
    case State::kFinishing:
      if (auto parts = control_->TakeParts()) {
        settings_.manifest.epoch += 1;
        TRY(Persist(*std::move(parts), /*finished=*/drained_));
        control_->commit_epoch.store(settings_.manifest.epoch, std::memory_order_release);
        control_->WakeShards();
        state_ = State::kLastCommit;
        return busy;
      }
      break;
    case State::kLastCommit:
      if (control_->TakeCommitted()) {
        completed_ = settings_.manifest.epoch;
        control_->done = true;
        control_->WakeShards();
        return StepResult{Progress::kDone, 0};
      }
      break;
  }
  return StepResult{Progress::kIdle, now + kStopPollNanos};
}

void Coordinator::Begin(bool last, int64_t now) {
  next_epoch_at_ = now + settings_.interval_nanos;
  last_epoch_at_ = now;
  hurry_ = false;
  last_ = last;
  const uint64_t epoch = ++settings_.manifest.epoch;
  if (last) control_->final_epoch.store(epoch, std::memory_order_release);
  control_->requested_epoch.store(epoch, std::memory_order_release);
  control_->WakeShards();
  state_ = State::kCollecting;
}

Status Coordinator::Persist(std::vector<EpochPart> parts, bool finished) {
  RunManifest& manifest = settings_.manifest;
  manifest.finished = finished;
  manifest.sources.clear();
  std::ranges::sort(parts, {}, &EpochPart::shard);
  std::map<std::string, std::string> letters;
  for (EpochPart& part : parts) {
    if (part.epoch != manifest.epoch) return InternalError("a part of another epoch came");
    for (auto& [node, splits] : part.sources) {
      auto& all = manifest.sources[node];
      all.insert(all.end(), splits.begin(), splits.end());
    }
    for (auto& [writer, state] : part.sinks) manifest.sinks[writer] = std::move(state);
    for (const auto& [table, lines] : part.dead_letters) letters[table] += lines;
  }
  TRY(settings_.dead_letters->Append(letters));
  manifest.dead_letters = settings_.dead_letters->lengths();
  if (settings_.data_dir.empty()) return OkStatus();
  std::string body = manifest.Body();
  if (body == written_body_) return OkStatus();  // an idle pipeline does not wear out the disk
  TRY(WriteManifest(settings_.env.disk, settings_.data_dir, manifest));
  written_body_ = std::move(body);
  return OkStatus();
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
  next_discovery_at_ = now + settings_.discovery_nanos;
  for (WatchedSource& watched : settings_.watched) {
    if (watched.bounded) continue;
    TRY_ASSIGN(const auto splits, watched.source->Discover());
    for (const Split& split : splits) {
      if (!watched.known.insert(split.id).second) continue;
      const int reader = watched.readers[watched.turn++ % watched.readers.size()];
      const SplitPosition start{
          .split = split.id, .bounded = split.bounded, .position = split.position};
      if (!start.position.empty()) {
        settings_.manifest.sources_at_start[watched.id].push_back(start);
      }
      control_->AssignSplit(reader, watched.node, start);
    }
  }
  return OkStatus();
}

}  // namespace millrace
