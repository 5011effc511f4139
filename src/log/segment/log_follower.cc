// SPDX-License-Identifier: Apache-2.0
#include "log/segment/log_follower.h"

#include <algorithm>

namespace millrace {

void LogFollower::SeekTo(int64_t offset) {
  next_offset_ = offset;
  file_.reset();
}

Status LogFollower::SeekToEnd() {
  TRY_ASSIGN(const std::vector<int64_t> bases, ListSegmentBases(place_));
  SeekTo(bases.empty() ? 0 : bases.back());
  while (true) {
    TRY_ASSIGN(const LogChunk chunk, Poll({}));
    if (chunk.entries.empty()) return OkStatus();
  }
}

Status LogFollower::SeekToTime(int64_t timestamp_ms) {
  SeekTo(0);
  while (true) {
    TRY_ASSIGN(const LogChunk chunk, Poll({}));
    if (chunk.entries.empty()) return OkStatus();
    for (const LogEntry& entry : chunk.entries) {
      if (entry.timestamp_ms < timestamp_ms) continue;
      SeekTo(entry.offset);
      return OkStatus();
    }
  }
}

Result<bool> LogFollower::OpenSegment() {
  while (true) {
    TRY_ASSIGN(const std::vector<int64_t> bases, ListSegmentBases(place_));
    if (bases.empty()) return false;
    next_offset_ = std::max(next_offset_, bases.front());
    base_ = *std::prev(std::ranges::upper_bound(bases, next_offset_));
    auto file = place_.disk->OpenForRead(SegmentPath(place_.directory, base_));
    if (file) {
      file_ = *std::move(file);
      position_ = kSegmentHeaderBytes;
      position_offset_ = base_;
      return true;
    }
    // Retention may have taken it since the directory was listed.
    TRY_ASSIGN(const std::vector<int64_t> now, ListSegmentBases(place_));
    if (std::ranges::binary_search(now, base_)) return std::unexpected(std::move(file).error());
  }
}

Result<std::optional<int64_t>> LogFollower::Successor() {
  TRY_ASSIGN(const std::vector<int64_t> bases, ListSegmentBases(place_));
  const auto next = std::ranges::upper_bound(bases, base_);
  if (next == bases.end()) return std::nullopt;
  return *next;
}

Result<bool> LogFollower::ReadBatches(const LogReadLimits& limits, LogChunk* chunk) {
  TRY_ASSIGN(const uint64_t size, file_->Size());
  const FrameCodec codec({.log_id = place_.log_id, .base_offset = base_});
  SegmentScanner scanner(file_.get(), codec,
                         {.begin = position_, .limit = size, .first_offset = position_offset_});
  // The buffer grows, so payloads are noted by their place until it is complete.
  struct Noted {
    int64_t offset;
    int64_t timestamp;
    size_t begin;
    size_t size;
  };
  std::vector<Noted> whole;
  std::vector<Noted> batch;
  bool at_end = false;
  while (whole.empty() ||
         (whole.size() < limits.records_max && chunk->buffer.size() < limits.bytes_max)) {
    TRY_ASSIGN(const SegmentScanner::Step step, scanner.Next());
    at_end = step != SegmentScanner::Step::kFrame;
    if (at_end) break;
    const Frame& frame = scanner.frame();
    if (frame.kind == FrameKind::kRecord && frame.offset >= next_offset_) {
      batch.push_back({frame.offset, frame.timestamp, chunk->buffer.size(), frame.payload.size()});
      chunk->buffer.insert(chunk->buffer.end(), frame.payload.begin(), frame.payload.end());
    }
    if (frame.kind == FrameKind::kRecord && !frame.ends_batch) continue;
    whole.insert(whole.end(), batch.begin(), batch.end());
    batch.clear();
    position_ = scanner.position() + frame.size();
    position_offset_ = scanner.expected_offset();
  }
  for (const Noted& noted : whole) {
    chunk->entries.push_back({noted.offset, noted.timestamp,
                              std::string_view(chunk->buffer.data() + noted.begin, noted.size)});
  }
  next_offset_ = std::max(next_offset_, position_offset_);
  return !at_end;
}

Result<LogChunk> LogFollower::Poll(const LogReadLimits& limits) {
  LogChunk chunk;
  while (true) {
    if (file_ == nullptr) {
      TRY_ASSIGN(const bool opened, OpenSegment());
      if (!opened) break;
    }
    // A successor is there only after the last write to this segment, so look for it first.
    TRY_ASSIGN(const std::optional<int64_t> successor, Successor());
    chunk.buffer.clear();
    TRY_ASSIGN(const bool more, ReadBatches(limits, &chunk));
    if (!chunk.entries.empty() || (!more && !successor)) break;
    if (more) continue;
    TRY_ASSIGN(const uint64_t size, file_->Size());
    if (position_ < size || next_offset_ < *successor) {
      return Damaged(SegmentPath(place_.directory, base_), position_offset_, position_,
                     "no whole record is at this place");
    }
    file_.reset();
  }
  chunk.next_offset = next_offset_;
  return chunk;
}

}  // namespace millrace
