// SPDX-License-Identifier: Apache-2.0
// Opening, appending, rolling and retention.
#include "log/segmented_log.h"

#include <algorithm>

#include "base/check.h"
#include "env/durable_directory.h"
#include "log/segmented_log_implementation.h"

namespace millrace {
namespace {

constexpr uint64_t kBatchBytesMax = 1ull << 30;
constexpr size_t kScratchBytesKept = 1 << 20;  // a large batch leaves no large buffer behind
constexpr size_t kCopiedBytesMax = 64 << 10;   // a larger frame is a write of its own

}  // namespace

// ---------------------------------------------------------------- opening and closing

Status SegmentedLog::Implementation::Open(bool create) {
  TRY_ASSIGN(const auto present, home_.disk->Stat(home_.directory));
  if (create) TRY(CreateDurableDirectory(home_.disk, home_.directory));
  if (present) TRY(home_.disk->SyncDirectory(home_.directory));
  TRY_ASSIGN(RecoveredLog recovered, RecoverLog(place_, settings_));
  if (recovered.empty && !create) {
    return Damaged(home_.directory, 0, 0, "the log's segments are missing");
  }
  const int64_t base = recovered.active.base_offset;
  std::unique_ptr<ActiveFile> active;
  if (recovered.active_is_new) {
    TRY_ASSIGN(active, ActiveFile::Create(place_, base));
  } else {
    TRY_ASSIGN(active, ActiveFile::Reopen(place_, base, recovered.active.bytes));
  }
  active_ = std::move(active);
  Recovered(std::move(recovered));
  TRY(active_->Sync());
  TRY(home_.disk->SyncDirectory(home_.directory));
  durable_ = end_;
  const std::lock_guard lock(append_mutex_);
  WriteMark();
  return OkStatus();
}

void SegmentedLog::Implementation::Recovered(RecoveredLog recovered) {
  sealed_ = std::move(recovered.sealed);
  active_base_ = recovered.active.base_offset;
  active_bytes_ = active_->size();
  active_index_ = std::move(recovered.active_index);
  active_index_.base_offset = active_base_;
  end_ = active_index_.end_offset = std::max(recovered.active.end_offset, active_base_);
  marked_ = std::max(recovered.marked_synced, active_base_);
  active_since_ms_ = home_.clock->WallMillis();
  statistics_.cut_bytes = recovered.cut_bytes;
  statistics_.damaged_places = recovered.damaged_places;
}

void SegmentedLog::Implementation::Close() {
  home_.scheduler->Remove(this);
  if (active_ == nullptr) return;  // never opened
  const bool changed = [&] {
    const std::lock_guard lock(state_mutex_);
    return appended_bytes_ > 0;
  }();
  SyncRound();
  const std::lock_guard lock(sync_mutex_);
  if (changed && status()) (void)active_->Sync();  // the mark
}

// ---------------------------------------------------------------- appending

Status SegmentedLog::Implementation::CheckBatch(std::span<const LogRecord> batch,
                                                uint64_t* bytes) const {
  *bytes = 0;
  for (const LogRecord& record : batch) {
    const size_t size = Frame{.payload = record.payload, .rest = record.rest}.payload_size();
    *bytes += kFrameHeaderBytes + size;
    if (size > settings_.record_bytes_max) {
      return UserError("MR0809",
                       "a record of " + std::to_string(size) + " bytes is too large for the log",
                       "the limit is " + std::to_string(settings_.record_bytes_max));
    }
  }
  if (*bytes > kBatchBytesMax) {
    return UserError("MR0809", "a batch of " + std::to_string(*bytes) + " bytes is too large",
                     "the limit is " + std::to_string(kBatchBytesMax));
  }
  return OkStatus();
}

void SegmentedLog::Implementation::MakeFrames(std::span<const LogRecord> batch, int64_t first) {
  frames_.clear();
  uint64_t position = active_->size();
  for (size_t i = 0; i < batch.size(); ++i) {
    frames_.emplace_back(Frame{.ends_batch = i + 1 == batch.size(),
                               .offset = first + static_cast<int64_t>(i),
                               .timestamp = batch[i].timestamp_ms,
                               .payload = batch[i].payload,
                               .rest = batch[i].rest},
                         position);
    position += frames_.back().first.size();
  }
}

/// Frames that stand together in scratch_ are one part.
void SegmentedLog::Implementation::MakeParts() {
  const auto copied = [](const Frame& frame) { return frame.size() <= kCopiedBytesMax; };
  size_t bytes = 0;
  for (const auto& [frame, position] : frames_) {
    bytes += copied(frame) ? frame.size() : kFrameHeaderBytes;
  }
  if (scratch_.capacity() > kScratchBytesKept) scratch_ = {};
  scratch_.clear();
  scratch_.reserve(bytes);  // parts are views of it
  parts_.clear();
  const FrameCodec codec({.log_id = home_.log_id, .base_offset = active_base_});
  size_t begin = 0;
  const auto end_part = [&] {
    parts_.push_back(std::string_view(scratch_).substr(begin));
    begin = scratch_.size();
  };
  for (const auto& [frame, position] : frames_) {
    if (copied(frame)) {
      codec.Append(frame, &scratch_);
      continue;
    }
    codec.AppendHeader(frame, &scratch_);
    end_part();
    parts_.push_back(frame.payload);
    parts_.insert(parts_.end(), frame.rest.begin(), frame.rest.end());
  }
  if (begin < scratch_.size()) end_part();
}

Result<int64_t> SegmentedLog::Implementation::Append(std::span<const LogRecord> batch,
                                                     Callback callback) {
  CHECK(!batch.empty());
  const bool wants_sync = callback != nullptr;
  int64_t first = 0;
  {
    const std::lock_guard append_lock(append_mutex_);
    TRY(status());
    uint64_t bytes = 0;
    TRY(CheckBatch(batch, &bytes));
    TRY(RollIfNeeded(bytes));
    // Only appenders and rolls change these, and both hold append_mutex_.
    first = end_;
    if (end_ == active_base_) active_since_ms_ = home_.clock->WallMillis();
    MakeFrames(batch, first);
    MakeParts();
    TRY(active_->Append(parts_));
    const std::lock_guard state_lock(state_mutex_);
    for (const auto& [frame, position] : frames_) {
      active_index_.Add(frame, position, settings_.index_interval_bytes);
    }
    end_ = active_index_.end_offset;
    active_bytes_ = active_->size();
    appended_bytes_ += bytes;
    statistics_.records_appended += batch.size();
    if (wants_sync) waiting_.push_back({.needed = end_, .callback = std::move(callback)});
  }
  appended_.notify_all();
  if (wants_sync) home_.scheduler->Request(this);
  return first;
}

Status SegmentedLog::Implementation::RollIfNeeded(uint64_t batch_bytes) {
  const bool full = end_ > active_base_ && active_->size() + batch_bytes > settings_.segment_bytes;
  return must_roll_ || full || ActiveIsOld() ? RollNow() : OkStatus();
}

bool SegmentedLog::Implementation::ActiveIsOld() const {
  return end_ > active_base_ && settings_.segment_ms > 0 &&
         home_.clock->WallMillis() - active_since_ms_ >= settings_.segment_ms;
}

Status SegmentedLog::Implementation::RollNow() {
  const int64_t base = active_base_;
  Segment segment{.base_offset = base, .end_offset = end_, .bytes = active_->size()};
  {
    // The old segment is durable as a whole before the new one has a name: only the last one can be
    // torn.
    const std::lock_guard sync_lock(sync_mutex_);
    if (Status synced = SyncFiles(SyncWhat::kMarksToo); !synced) {
      home_.scheduler->Request(this);  // those who wait must learn it
      return synced;
    }
    auto next = ActiveFile::Create(place_, end_);
    must_roll_ = !next.has_value();
    if (!next) {
      (void)home_.disk->Remove(SegmentPath(home_.directory, end_));
      return std::unexpected(std::move(next).error());
    }
    if (const auto info = home_.disk->Stat(SegmentPath(home_.directory, base)); info && *info) {
      segment.modified_ms = (*info)->modified_ms;
    }
    const std::lock_guard state_lock(state_mutex_);
    segment.timestamp_max = active_index_.timestamp_max;
    sealed_.push_back(segment);
    indexes_to_store_.emplace_back(std::move(active_index_), segment);
    active_ = *std::move(next);
    active_base_ = end_;
    active_bytes_ = active_->size();
    active_index_ = SegmentIndex(end_);
    directory_synced_ = false;
  }
  marked_ = end_;
  active_since_ms_ = home_.clock->WallMillis();
  home_.scheduler->Request(this);  // callbacks of what was synced, the index
  return Retain();
}

Status SegmentedLog::Implementation::Roll() {
  const std::lock_guard lock(append_mutex_);
  TRY(status());
  return end_ == active_base_ ? OkStatus() : RollNow();
}

/// What is in the active segment stays, so a limit is kept within one part in `kParts`.
void SegmentedLog::Implementation::SetRetention(const LogRetention& retention) {
  constexpr int kParts = 8;
  constexpr uint64_t kSegmentBytesMin = 256 << 10;
  const std::lock_guard lock(append_mutex_);
  settings_.retention_bytes = retention.bytes;
  settings_.retention_ms = retention.ms;
  if (retention.bytes > 0) {
    settings_.segment_bytes =
        std::clamp(retention.bytes / kParts, std::min(kSegmentBytesMin, settings_.segment_bytes),
                   settings_.segment_bytes);
  }
  if (retention.ms > 0) settings_.segment_ms = std::max<int64_t>(1, retention.ms / kParts);
}

Status SegmentedLog::Implementation::Maintain() {
  const std::lock_guard lock(append_mutex_);
  TRY(status());
  if (must_roll_ || ActiveIsOld()) TRY(RollNow());
  return Retain();
}

Status SegmentedLog::Implementation::Retain() {
  const int64_t now = home_.clock->WallMillis();
  // Only holders of append_mutex_ change sealed_.
  while (!sealed_.empty()) {
    const Segment& oldest = sealed_.front();
    const bool old =
        settings_.retention_ms > 0 && now - oldest.modified_ms > settings_.retention_ms;
    const bool large =
        settings_.retention_bytes > 0 && BytesOfAll() - oldest.bytes >= settings_.retention_bytes;
    if (!old && !large) return OkStatus();
    TRY(DeleteFront());
  }
  return OkStatus();
}

Status SegmentedLog::Implementation::DeleteBefore(int64_t offset) {
  const std::lock_guard lock(append_mutex_);
  while (!sealed_.empty() && sealed_.front().end_offset <= offset) TRY(DeleteFront());
  return OkStatus();
}

Status SegmentedLog::Implementation::DeleteFront() {
  const int64_t base = sealed_.front().base_offset;
  {
    const std::lock_guard lock(state_mutex_);
    sealed_.erase(sealed_.begin());
    std::erase_if(indexes_to_store_,
                  [&](const auto& entry) { return entry.second.base_offset == base; });
  }
  TRY(home_.disk->Remove(SegmentPath(home_.directory, base)));
  // One after the other: a segment that came back behind one that did not would be a gap.
  TRY(home_.disk->SyncDirectory(home_.directory));
  return home_.disk->Remove(IndexPath(home_.directory, base));
}

// ---------------------------------------------------------------- the public face

SegmentedLog::SegmentedLog(std::unique_ptr<Implementation> implementation)
    : implementation_(std::move(implementation)) {}
SegmentedLog::~SegmentedLog() { implementation_->Close(); }

Result<std::unique_ptr<SegmentedLog>> SegmentedLog::Open(const LogHome& home,
                                                         const LogSettings& settings, bool create) {
  auto implementation = std::make_unique<Implementation>(home, settings);
  TRY(implementation->Open(create));
  return std::unique_ptr<SegmentedLog>(new SegmentedLog(std::move(implementation)));
}

Result<int64_t> SegmentedLog::Append(std::span<const LogRecord> batch, Callback callback) {
  return implementation_->Append(batch, std::move(callback));
}
void SegmentedLog::WhenDurable(int64_t offset, Callback callback) {
  implementation_->WhenDurable(offset, std::move(callback));
}
Status SegmentedLog::Sync() { return implementation_->Sync(); }
Status SegmentedLog::SyncHere() { return implementation_->SyncHere(); }
Result<LogChunk> SegmentedLog::Read(int64_t offset, const LogReadLimits& limits) const {
  return implementation_->Read(offset, limits);
}
Result<std::optional<int64_t>> SegmentedLog::OffsetForTime(int64_t timestamp_ms) const {
  return implementation_->OffsetForTime(timestamp_ms);
}
bool SegmentedLog::WaitForRecord(int64_t offset, int64_t timeout_ms) const {
  return implementation_->WaitForRecord(offset, timeout_ms);
}
int64_t SegmentedLog::first_offset() const { return implementation_->first_offset(); }
int64_t SegmentedLog::end_offset() const { return implementation_->end_offset(); }
int64_t SegmentedLog::durable_end() const { return implementation_->durable_end(); }
void SegmentedLog::SetRetention(const LogRetention& retention) {
  implementation_->SetRetention(retention);
}
Status SegmentedLog::Maintain() { return implementation_->Maintain(); }
Status SegmentedLog::Roll() { return implementation_->Roll(); }
Status SegmentedLog::DeleteBefore(int64_t offset) { return implementation_->DeleteBefore(offset); }
Status SegmentedLog::status() const { return implementation_->status(); }
LogStatistics SegmentedLog::statistics() const { return implementation_->statistics(); }

}  // namespace millrace
