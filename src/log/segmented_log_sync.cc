// SPDX-License-Identifier: Apache-2.0
// Syncing: one at a time, then the callbacks of everything it covered. A mark that says how far the
// log is durable is written before they are called, so whatever was acknowledged has its witness in
// the file even if nothing is appended any more.
#include <algorithm>

#include "base/mutant.h"
#include "log/segmented_log_implementation.h"

namespace millrace {

std::unexpected<Error> LogIsReadOnly(const Error& cause) {
  return ExternalError("MR0808", "the log takes no more writes since a sync failed",
                       cause.ToString());
}

void SegmentedLog::Implementation::WhenDurable(int64_t offset, Callback callback) {
  {
    const std::lock_guard lock(state_mutex_);
    const auto behind = std::ranges::upper_bound(waiting_, offset, {}, &Waiting::needed);
    waiting_.insert(behind, {.needed = offset, .callback = std::move(callback)});
  }
  home_.scheduler->Request(this);
}

Status SegmentedLog::Implementation::SyncHere() {
  const int64_t wanted = end_offset();
  while (true) {
    SyncRound();
    TRY(status());
    if (durable_end() >= wanted) return OkStatus();
  }
}

Status SegmentedLog::Implementation::Sync() {
  if (!home_.scheduler->has_threads()) return SyncHere();
  const int64_t wanted = end_offset();
  std::mutex mutex;
  std::condition_variable done;
  std::optional<Status> outcome;
  WhenDurable(wanted, [&](const Status& durable) {
    const std::lock_guard lock(mutex);
    outcome = durable;
    done.notify_one();
  });
  std::unique_lock lock(mutex);
  done.wait(lock, [&] { return outcome.has_value(); });
  return *outcome;
}

Status SegmentedLog::Implementation::SyncFiles(SyncWhat what) {
  std::shared_ptr<ActiveFile> file;
  int64_t target = 0;
  uint64_t bytes = 0;
  bool names_synced = false;
  {
    const std::lock_guard lock(state_mutex_);
    if (error_) return LogIsReadOnly(*error_);
    file = active_;
    target = end_;
    bytes = appended_bytes_;
    names_synced = directory_synced_;
    const bool all_durable = target == durable_ && names_synced;
    if (all_durable && what == SyncWhat::kNewRecords) return OkStatus();
  }
  Status synced = MUTANT("log-not-synced") ? OkStatus() : file->Sync();
  names_synced |= MUTANT("log-name-not-synced");
  if (synced && !names_synced) synced = home_.disk->SyncDirectory(home_.directory);
  const std::lock_guard lock(state_mutex_);
  ++statistics_.syncs;
  if (!synced && !MUTANT("failed-sync-forgotten")) {
    error_ = synced.error();
    return LogIsReadOnly(*error_);
  }
  durable_ = std::max(durable_, target);
  synced_bytes_ = std::max(synced_bytes_, bytes);
  directory_synced_ = true;  // only a roll makes it false, which needs sync_mutex_
  return OkStatus();
}

std::vector<SegmentedLog::Implementation::Waiting> SegmentedLog::Implementation::TakeReady() {
  std::vector<Waiting> ready;
  while (!waiting_.empty() && (error_ || waiting_.front().needed <= durable_)) {
    ready.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  return ready;
}

void SegmentedLog::Implementation::SyncRound() {
  std::vector<Waiting> ready;
  std::vector<std::pair<SegmentIndex, Segment>> indexes;
  {
    const std::lock_guard sync_lock(sync_mutex_);
    const bool synced = SyncFiles(SyncWhat::kNewRecords).has_value();
    const std::lock_guard lock(state_mutex_);
    ready = TakeReady();
    if (synced) indexes = std::exchange(indexes_to_store_, {});
  }
  {
    const std::lock_guard lock(append_mutex_);
    WriteMark();
    for (const auto& [index, segment] : indexes) {
      // Deleted meanwhile: an index without its segment would be taken for a loss.
      if (segment.base_offset >= first_offset()) StoreSealedIndex(place_, index, segment);
    }
  }
  CallBack(std::move(ready));
}

void SegmentedLog::Implementation::CallBack(std::vector<Waiting> ready) {
  const Status whole = status();
  const int64_t durable = durable_end();
  for (Waiting& waiting : ready) {
    waiting.callback(waiting.needed <= durable ? OkStatus() : whole);
  }
}

void SegmentedLog::Implementation::WriteMark() {
  int64_t durable = 0;
  {
    const std::lock_guard lock(state_mutex_);
    durable = durable_;
    if (error_ || must_roll_ || durable <= marked_) return;
  }
  const FrameCodec codec({.log_id = home_.log_id, .base_offset = active_base_});
  std::string mark;
  codec.Append({.kind = FrameKind::kMark, .offset = end_, .timestamp = durable}, &mark);
  if (!active_->Append(mark)) return;  // a full disk: the next one will do
  marked_ = durable;
  const std::lock_guard lock(state_mutex_);
  active_bytes_ = active_->size();
}

}  // namespace millrace
