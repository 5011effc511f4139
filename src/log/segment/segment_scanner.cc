// SPDX-License-Identifier: Apache-2.0
#include "log/segment/segment_scanner.h"

#include <algorithm>

namespace millrace {
namespace {

constexpr uint64_t kWindowBytes = 256 << 10;
constexpr uint64_t kSectorBytes = 512;

}  // namespace

Result<std::string_view> FileWindow::At(uint64_t position, uint64_t wanted) {
  if (position >= limit_) return std::string_view();
  wanted = std::min(wanted, limit_ - position);
  if (position < start_ || position + wanted > start_ + buffer_.size()) {
    start_ = position;
    buffer_.resize(std::min(std::max(wanted, kWindowBytes), limit_ - position));
    TRY_ASSIGN(const size_t read, file_->ReadAt(position, buffer_.size(), buffer_.data()));
    buffer_.resize(read);
  }
  return std::string_view(buffer_.data(), buffer_.size()).substr(position - start_);
}

SegmentScanner::SegmentScanner(ReadableFile* file, const FrameCodec& codec, const ScanRange& range)
    : codec_(codec),
      window_(file, range.limit),
      next_position_(range.begin),
      expected_(range.first_offset) {}

Result<SegmentScanner::Step> SegmentScanner::Next() {
  position_ = next_position_;
  if (position_ >= window_.limit()) return Step::kEnd;
  TRY_ASSIGN(std::string_view bytes, window_.At(position_, kFrameHeaderBytes));
  size_t size = 0;
  FrameCheck check = codec_.Parse(bytes, &frame_, &size);
  if (check == FrameCheck::kIncomplete && size > kFrameHeaderBytes &&
      size <= window_.limit() - position_) {
    TRY_ASSIGN(bytes, window_.At(position_, size));
    check = codec_.Parse(bytes, &frame_, &size);
  }
  if (check != FrameCheck::kValid) return Step::kBroken;
  if (any_offset_ ? frame_.offset < expected_ : frame_.offset != expected_) return Step::kBroken;
  any_offset_ = false;
  expected_ = frame_.kind == FrameKind::kRecord ? frame_.offset + 1 : frame_.offset;
  next_position_ = position_ + size;
  return Step::kFrame;
}

bool SegmentScanner::Plausible(std::string_view header, uint64_t remaining) const {
  if (ClaimedFrameSize(header) > remaining) return false;
  const int64_t offset = codec_.ClaimedOffset(header);
  // No more frames fit in what was skipped than headers do.
  const uint64_t skipped = window_.limit() - remaining - position_;
  return offset >= expected_ &&
         static_cast<uint64_t>(offset - expected_) <= skipped / kFrameHeaderBytes + 1;
}

Result<BehindDamage> SegmentScanner::LookBehindDamage() {
  BehindDamage behind;
  uint64_t at = position_ + 1;
  while (at + kFrameHeaderBytes <= window_.limit()) {
    TRY_ASSIGN(std::string_view bytes, window_.At(at, kFrameHeaderBytes));
    if (bytes.size() < kFrameHeaderBytes) break;
    if (!Plausible(bytes, window_.limit() - at)) {
      ++at;
      continue;
    }
    TRY_ASSIGN(bytes, window_.At(at, ClaimedFrameSize(bytes)));
    Frame frame;
    size_t size = 0;
    if (codec_.Parse(bytes, &frame, &size) != FrameCheck::kValid) {
      ++at;
      continue;
    }
    if (!behind.any_frame) {
      behind.any_frame = true;
      behind.position = at;
    }
    if (frame.kind == FrameKind::kMark) {
      behind.synced_below = std::max(behind.synced_below, frame.timestamp);
    }
    at += size;
  }
  if (behind.any_frame) {
    TRY_ASSIGN(behind.empty_sector, HasEmptySector(position_, behind.position));
  }
  return behind;
}

Result<bool> SegmentScanner::HasEmptySector(uint64_t begin, uint64_t end) {
  const uint64_t first = (begin + kSectorBytes - 1) / kSectorBytes * kSectorBytes;
  for (uint64_t sector = first; sector + kSectorBytes <= end; sector += kSectorBytes) {
    TRY_ASSIGN(const std::string_view bytes, window_.At(sector, kSectorBytes));
    if (bytes.substr(0, kSectorBytes).find_first_not_of('\0') == std::string_view::npos) {
      return true;
    }
  }
  return false;
}

void SegmentScanner::ResumeAt(uint64_t position) {
  next_position_ = position;
  any_offset_ = true;
}

}  // namespace millrace
