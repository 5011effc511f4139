// SPDX-License-Identifier: Apache-2.0
// LogFollower: reads a log that another process is writing.
//
// It takes no lock and writes nothing. It sees whole batches as soon as they are written, synced or
// not; what stands half-written at the end is left for the next time.
#pragma once

#include <memory>
#include <optional>

#include "log/segment/log_recovery.h"
#include "log/segment/segment_scanner.h"
#include "log/segmented_log.h"

namespace millrace {

/// Single-threaded.
class LogFollower {
 public:
  explicit LogFollower(LogPlace place) : place_(std::move(place)) {}

  /// The next Poll begins at `offset`, or where the log begins now if that is later.
  void SeekTo(int64_t offset);
  Status SeekToEnd();
  /// To the first record whose timestamp is not before `timestamp_ms`, else to the end.
  Status SeekToTime(int64_t timestamp_ms);

  /// Records that are there now, in whole batches; the limits may be passed by one batch.
  Result<LogChunk> Poll(const LogReadLimits& limits);
  int64_t next_offset() const { return next_offset_; }

 private:
  /// Opens the segment in which next_offset_ lies; false: there is none.
  Result<bool> OpenSegment();
  /// Reads on in the open segment; false: at its end for now.
  Result<bool> ReadBatches(const LogReadLimits& limits, LogChunk* chunk);
  /// The base offset of the segment behind the open one.
  Result<std::optional<int64_t>> Successor();

  LogPlace place_;
  int64_t next_offset_ = 0;
  int64_t base_ = -1;  // of the open segment
  std::unique_ptr<ReadableFile> file_;
  uint64_t position_ = 0;
  int64_t position_offset_ = 0;  // of the record at position_
};

}  // namespace millrace
