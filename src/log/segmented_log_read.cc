// SPDX-License-Identifier: Apache-2.0
// Reading: by offset and by time.
#include <algorithm>
#include <chrono>

#include "log/segment/segment_reader.h"
#include "log/segmented_log_implementation.h"

namespace millrace {

Result<SegmentedLog::Implementation::SealedView> SegmentedLog::Implementation::OpenSealed(
    const Segment& segment) const {
  {
    const std::lock_guard lock(cache_mutex_);
    if (cached_.file != nullptr && cached_.base_offset == segment.base_offset) return cached_;
  }
  SealedView view{.base_offset = segment.base_offset};
  TRY_ASSIGN(view.file, home_.disk->OpenForRead(SegmentPath(home_.directory, segment.base_offset)));
  uint64_t damaged = 0;
  TRY_ASSIGN(SegmentIndex index, LoadSealedIndex(place_, settings_, segment, &damaged));
  view.index = std::make_shared<const SegmentIndex>(std::move(index));
  const std::lock_guard lock(cache_mutex_);
  cached_ = view;
  return view;
}

Status SegmentedLog::Implementation::ReadOnce(int64_t offset, const LogReadLimits& limits,
                                              LogChunk* chunk) const {
  SegmentView view;
  std::shared_ptr<ActiveFile> active;
  std::optional<Segment> sealed;
  {
    const std::lock_guard lock(state_mutex_);
    if (offset < FirstOffset() || offset > end_) {
      return ExternalError("MR0806", "the log has no offset " + std::to_string(offset),
                           "it holds " + std::to_string(FirstOffset()) + " to " +
                               std::to_string(end_) + ", the latter is the next to come");
    }
    if (offset >= active_base_) {
      active = active_;
      view.identity.base_offset = active_base_;
      view.start = active_index_.ForOffset(offset);
      view.limit = active_bytes_;
      view.end_offset = end_;
    } else {
      sealed = *std::prev(std::ranges::upper_bound(sealed_, offset, {}, &Segment::base_offset));
    }
  }
  view.identity.log_id = home_.log_id;
  SealedView opened;
  if (sealed) {
    TRY_ASSIGN(opened, OpenSealed(*sealed));
    view.identity.base_offset = sealed->base_offset;
    view.file = opened.file.get();
    view.start = opened.index->ForOffset(offset);
    view.limit = sealed->bytes;
    view.end_offset = sealed->end_offset;
  } else {
    view.file = active->reader().get();
  }
  view.path = SegmentPath(home_.directory, view.identity.base_offset);
  return ReadSegment(view, offset, limits, settings_, chunk);
}

Result<LogChunk> SegmentedLog::Implementation::Read(int64_t offset,
                                                    const LogReadLimits& limits) const {
  LogChunk chunk;
  chunk.next_offset = offset;
  while (true) {
    const int64_t at = chunk.next_offset;
    if (Status read = ReadOnce(at, limits, &chunk); !read) {
      // Retention may have taken the segment while it was opened.
      if (read.error().code == "MR0801" && at < first_offset()) return Read(at, limits);
      return std::unexpected(std::move(read).error());
    }
    // Empty: the end, or damage was skipped up to the next segment.
    if (!chunk.entries.empty() || chunk.next_offset == at) return chunk;
  }
}

Result<std::optional<int64_t>> SegmentedLog::Implementation::OffsetForTime(
    int64_t timestamp_ms) const {
  std::optional<Segment> sealed;
  int64_t at = 0;
  {
    const std::lock_guard lock(state_mutex_);
    const auto found = std::ranges::find_if(
        sealed_, [&](const Segment& segment) { return segment.timestamp_max >= timestamp_ms; });
    if (found != sealed_.end()) {
      sealed = *found;
    } else if (active_index_.timestamp_max >= timestamp_ms && end_ > active_base_) {
      at = active_base_ + active_index_.ForTime(timestamp_ms).delta;
    } else {
      return std::nullopt;
    }
  }
  if (sealed) {
    auto opened = OpenSealed(*sealed);
    if (!opened && sealed->base_offset < first_offset()) return OffsetForTime(timestamp_ms);
    TRY_ASSIGN(const SealedView view, std::move(opened));
    at = sealed->base_offset + view.index->ForTime(timestamp_ms).delta;
  }
  while (true) {
    TRY_ASSIGN(const LogChunk chunk, Read(at, {.bytes_max = 64 << 10}));
    if (chunk.entries.empty()) return std::nullopt;
    for (const LogEntry& entry : chunk.entries) {
      if (entry.timestamp_ms >= timestamp_ms) return entry.offset;
    }
    at = chunk.next_offset;
  }
}

bool SegmentedLog::Implementation::WaitForRecord(int64_t offset, int64_t timeout_ms) const {
  std::unique_lock lock(state_mutex_);
  return appended_.wait_for(lock, std::chrono::milliseconds(timeout_ms),
                            [&] { return end_ > offset; });
}

uint64_t SegmentedLog::Implementation::BytesOfAll() const {
  uint64_t bytes = active_bytes_;
  for (const Segment& segment : sealed_) bytes += segment.bytes;
  return bytes;
}

LogStatistics SegmentedLog::Implementation::statistics() const {
  const std::lock_guard lock(state_mutex_);
  LogStatistics now = statistics_;
  now.bytes = BytesOfAll();
  now.segments = sealed_.size() + 1;
  now.unsynced_bytes = appended_bytes_ - synced_bytes_;
  return now;
}

}  // namespace millrace
