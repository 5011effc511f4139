// SPDX-License-Identifier: Apache-2.0
// LogSettings: how a segmented log rolls, keeps and checks its data.
#pragma once

#include <cstdint>

namespace millrace {

/// What an operator decided about a log that is damaged in the middle.
enum class DamagePolicy {
  kRefuse,  // MR0805 with segment, offset and byte position
  /// Jumps over damaged records, in sealed segments and in the last one; their offsets stay empty
  /// and the number of them is in LogStatistics. Nothing is removed from the disk.
  kSkip,
};

/// What a log keeps; it gives up whole segments, never the one that is written.
struct LogRetention {
  uint64_t bytes = 0;  // all segments together; 0: no limit
  /// By the time of the last append to a segment, not by the records' own timestamps: a replay of
  /// old events must not vanish at once. 0: no limit.
  int64_t ms = 0;
};

struct LogSettings {
  uint64_t segment_bytes = 64ull << 20;  // a batch that would pass it goes to a new segment
  int64_t segment_ms = 0;                // age at which the active segment is sealed; 0: never
  uint64_t retention_bytes = 0;          // as LogRetention
  int64_t retention_ms = 0;
  uint32_t record_bytes_max = 64u << 20;  // of one that is appended
  uint32_t index_interval_bytes = 4096;
  DamagePolicy damage = DamagePolicy::kRefuse;
};

}  // namespace millrace
