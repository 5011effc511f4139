// SPDX-License-Identifier: Apache-2.0
// SegmentScanner: walks the frames of a segment file and checks every one of them.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "env/disk.h"
#include "log/segment/frame.h"

namespace millrace {

/// Buffered reads of the part of a file below `limit`.
class FileWindow {
 public:
  FileWindow(ReadableFile* file, uint64_t limit) : file_(file), limit_(limit) {}
  /// All buffered bytes from `position` on, at least `wanted` unless the limit or the file's end
  /// comes first. Valid until the next call.
  Result<std::string_view> At(uint64_t position, uint64_t wanted);
  uint64_t limit() const { return limit_; }

 private:
  ReadableFile* file_;
  uint64_t limit_;
  uint64_t start_ = 0;
  std::vector<char> buffer_;
};

/// What a scan is of: [begin, limit) of a segment whose first frame there has `first_offset`.
struct ScanRange {
  uint64_t begin = kSegmentHeaderBytes;
  uint64_t limit = 0;
  int64_t first_offset = 0;
};

/// What lies behind a place where no valid frame is.
struct BehindDamage {
  bool any_frame = false;     // a valid one follows
  uint64_t position = 0;      // of the first that does
  int64_t synced_below = -1;  // the most that any mark behind says
  bool empty_sector = false;  // a whole sector of zeros lies in between: never written
};

/// Single-threaded; the file must not shrink meanwhile.
class SegmentScanner {
 public:
  SegmentScanner(ReadableFile* file, const FrameCodec& codec, const ScanRange& range);

  enum class Step { kFrame, kEnd, kBroken };
  /// kFrame: frame() and position() are the next one's. kEnd: the limit is reached. kBroken: no
  /// valid frame of the expected offset stands at position(), or it is cut off by the limit.
  Result<Step> Next();
  /// After kBroken: looks at everything up to the limit.
  Result<BehindDamage> LookBehindDamage();
  /// Goes on at a frame that LookBehindDamage found, with whatever offset it has.
  void ResumeAt(uint64_t position);

  const Frame& frame() const { return frame_; }
  uint64_t position() const { return position_; }
  /// Of the next record.
  int64_t expected_offset() const { return expected_; }

 private:
  bool Plausible(std::string_view header, uint64_t remaining) const;
  Result<bool> HasEmptySector(uint64_t begin, uint64_t end);

  FrameCodec codec_;
  FileWindow window_;
  Frame frame_;
  uint64_t position_ = 0;
  uint64_t next_position_;
  int64_t expected_;
  bool any_offset_ = false;
};

}  // namespace millrace
