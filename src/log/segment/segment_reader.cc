// SPDX-License-Identifier: Apache-2.0
#include "log/segment/segment_reader.h"

#include <algorithm>

#include "log/segment/segment_scanner.h"

namespace millrace {
namespace {

/// One pass over the frames; starts anew with a larger buffer, or behind skipped damage, as long as
/// no record has been taken.
class ChunkRead {
 public:
  ChunkRead(const SegmentView& view, int64_t offset, const LogReadLimits& limits,
            const LogSettings& settings, LogChunk* chunk)
      : view_(view),
        codec_(view.identity),
        offset_(offset),
        limits_(limits),
        settings_(settings),
        chunk_(chunk),
        position_(view.start.position),
        expected_(view.identity.base_offset + view.start.delta) {}

  Status Run() {
    const uint64_t usual = limits_.bytes_max + settings_.index_interval_bytes;
    uint64_t wanted = std::min(usual, uint64_t{64} << 20);
    while (position_ < view_.limit) {
      TRY(Fill(wanted));
      uint64_t missing = 0;
      TRY_ASSIGN(const bool again, Parse(&missing));
      if (!again) break;
      wanted = std::max(wanted, missing);
    }
    chunk_->next_offset =
        chunk_->entries.empty() ? view_.end_offset : chunk_->entries.back().offset + 1;
    return OkStatus();
  }

 private:
  Status Fill(uint64_t wanted) {
    chunk_->buffer.resize(std::min(wanted, view_.limit - position_));
    TRY_ASSIGN(const size_t read,
               view_.file->ReadAt(position_, chunk_->buffer.size(), chunk_->buffer.data()));
    if (read < chunk_->buffer.size()) {
      return Damaged(view_.path, expected_, position_ + read, "the file is shorter than it was");
    }
    return OkStatus();
  }

  bool Full(const Frame& next) const {
    if (chunk_->entries.empty()) return false;
    return chunk_->entries.size() >= limits_.records_max ||
           taken_ + next.size() > limits_.bytes_max;
  }

  /// True: fill again from position_ on, with at least `missing` bytes.
  Result<bool> Parse(uint64_t* missing) {
    std::string_view bytes(chunk_->buffer.data(), chunk_->buffer.size());
    while (!bytes.empty()) {
      Frame frame;
      size_t size = 0;
      const FrameCheck check = codec_.Parse(bytes, &frame, &size);
      if (check == FrameCheck::kIncomplete && Fits(size)) {
        *missing = size;
        return chunk_->entries.empty();
      }
      const bool expected = check == FrameCheck::kValid &&
                            (any_offset_ ? frame.offset >= expected_ : frame.offset == expected_);
      if (!expected) return HandleBroken();
      any_offset_ = false;
      if (frame.kind == FrameKind::kRecord) {
        if (frame.offset >= offset_) {
          if (Full(frame)) return false;
          chunk_->entries.push_back({frame.offset, frame.timestamp, frame.payload});
          taken_ += size;
        }
        expected_ = frame.offset + 1;
      } else {
        expected_ = frame.offset;
      }
      bytes.remove_prefix(size);
      position_ += size;
    }
    return chunk_->entries.empty();
  }

  bool Fits(size_t size) const { return size <= view_.limit - position_; }

  Result<bool> HandleBroken() {
    if (!chunk_->entries.empty()) return false;  // the next read meets it again
    if (settings_.damage == DamagePolicy::kRefuse) {
      return Damaged(view_.path, expected_, position_, "no whole record is at this place");
    }
    SegmentScanner scanner(view_.file, codec_,
                           {.begin = position_, .limit = view_.limit, .first_offset = expected_});
    TRY_ASSIGN(const SegmentScanner::Step step, scanner.Next());
    if (step != SegmentScanner::Step::kBroken) return InternalError("a broken frame got whole");
    TRY_ASSIGN(const BehindDamage behind, scanner.LookBehindDamage());
    position_ = behind.any_frame ? behind.position : view_.limit;
    any_offset_ = true;
    return true;
  }

  const SegmentView& view_;
  const FrameCodec codec_;
  const int64_t offset_;
  const LogReadLimits& limits_;
  const LogSettings& settings_;
  LogChunk* chunk_;
  uint64_t position_;
  int64_t expected_;
  uint64_t taken_ = 0;
  bool any_offset_ = false;
};

}  // namespace

Status ReadSegment(const SegmentView& view, int64_t offset, const LogReadLimits& limits,
                   const LogSettings& settings, LogChunk* chunk) {
  return ChunkRead(view, offset, limits, settings, chunk).Run();
}

}  // namespace millrace
