// SPDX-License-Identifier: Apache-2.0
#include "runtime/job_control.h"

#include <algorithm>

namespace millrace {

JobControl::JobControl(int shards)
    : shards_(shards),
      poll_now_(std::make_unique<std::atomic<bool>[]>(static_cast<size_t>(shards))),
      lags_(std::make_unique<std::atomic<int64_t>[]>(static_cast<size_t>(shards))),
      assignments_(static_cast<size_t>(shards)) {
  for (int shard = 0; shard < shards; ++shard) {
    shard_wake_ups_.push_back(std::make_unique<WakeUp>());
  }
}

void JobControl::WakeShards() {
  for (auto& wake_up : shard_wake_ups_) wake_up->Notify();
}

int64_t JobControl::lag_ms() const {
  int64_t worst = -1;
  for (int shard = 0; shard < shards_; ++shard) {
    worst = std::max(worst, lags_[static_cast<size_t>(shard)].load(std::memory_order_relaxed));
  }
  return worst;
}

void JobControl::PollNow(int shard) {
  poll_now_[static_cast<size_t>(shard)] = true;
  shard_wake_up(shard).Notify();
}

void JobControl::Fail(Error error) {
  {
    const std::lock_guard lock(mutex_);
    if (!error_) error_ = std::move(error);
  }
  failed = true;
  WakeShards();
  coordinator_wake_up_.Notify();
}

std::optional<Error> JobControl::error() const {
  const std::lock_guard lock(mutex_);
  return error_;
}

void JobControl::ReportPart(EpochPart part) {
  {
    const std::lock_guard lock(mutex_);
    parts_.push_back(std::move(part));
  }
  coordinator_wake_up_.Notify();
}

void JobControl::ReportCommitted() {
  {
    const std::lock_guard lock(mutex_);
    ++committed_;
  }
  coordinator_wake_up_.Notify();
}

void JobControl::ReportDrained() {
  {
    const std::lock_guard lock(mutex_);
    ++drained_;
  }
  coordinator_wake_up_.Notify();
}

void JobControl::HurryEpoch() {
  if (!hurry_.exchange(true)) coordinator_wake_up_.Notify();
}

void JobControl::HurryApply() {
  if (!hurry_apply_.exchange(true)) coordinator_wake_up_.Notify();
}

std::optional<std::vector<EpochPart>> JobControl::TakeParts() {
  const std::lock_guard lock(mutex_);
  if (parts_.size() < static_cast<size_t>(shards_)) return std::nullopt;
  return std::exchange(parts_, {});
}

bool JobControl::TakeCommitted() {
  const std::lock_guard lock(mutex_);
  if (committed_ < shards_) return false;
  committed_ = 0;
  return true;
}

bool JobControl::AllDrained() const {
  const std::lock_guard lock(mutex_);
  return drained_ == shards_;
}

void JobControl::AssignSplit(int shard, int node, SplitPosition split) {
  {
    const std::lock_guard lock(mutex_);
    assignments_[static_cast<size_t>(shard)].push_back({node, std::move(split)});
    ++assignments_made_;
  }
  shard_wake_up(shard).Notify();
}

std::vector<JobControl::Assignment> JobControl::TakeAssignments(int shard) {
  if (assignments_made_ == 0) return {};
  const std::lock_guard lock(mutex_);
  auto taken = std::exchange(assignments_[static_cast<size_t>(shard)], {});
  assignments_made_ -= taken.size();
  return taken;
}

}  // namespace millrace
