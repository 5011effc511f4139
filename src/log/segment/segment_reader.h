// SPDX-License-Identifier: Apache-2.0
// ReadSegment: records of one segment from an offset on, into a chunk.
#pragma once

#include "log/segment/log_recovery.h"
#include "log/segmented_log.h"

namespace millrace {

/// The readable part of one segment.
struct SegmentView {
  ReadableFile* file = nullptr;
  SegmentIdentity identity;
  std::string path;  // for messages
  IndexEntry start;  // not behind the wanted offset
  uint64_t limit = 0;
  int64_t end_offset = 0;
};

/// Fills `chunk` with at least one record unless none is left between `offset` and the end of the
/// segment (which only damage that is skipped can cause); chunk->next_offset is where to go on.
Status ReadSegment(const SegmentView& view, int64_t offset, const LogReadLimits& limits,
                   const LogSettings& settings, LogChunk* chunk);

}  // namespace millrace
