// SPDX-License-Identifier: Apache-2.0
// SegmentIndex: where in a segment an offset or a time is found, one entry per few kilobytes.
//
// The index of the active segment is kept in memory and built from its frames when the log opens. A
// sealed segment has it as a file beside it, which is only a short cut: it is rebuilt, and the
// whole segment checked, whenever it is missing, damaged, or not of the file as it is now.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "log/segment/frame.h"

namespace millrace {

inline constexpr int64_t kNoTimestamp = std::numeric_limits<int64_t>::min();

struct IndexEntry {
  uint32_t delta = 0;  // of a record, against the base offset
  uint32_t position = 0;
  int64_t timestamp_max_before = kNoTimestamp;  // of all records in front of it

  bool operator==(const IndexEntry&) const = default;
};

struct SegmentIndex {
  int64_t base_offset = 0;
  int64_t end_offset = 0;
  int64_t timestamp_max = kNoTimestamp;
  std::vector<IndexEntry> entries;

  explicit SegmentIndex(int64_t base = 0) : base_offset(base), end_offset(base) {}
  /// Takes note of the record at `position`, the next one.
  void Add(const Frame& record, uint64_t position, uint32_t interval_bytes);
  /// The last entry that is not behind the offset.
  IndexEntry ForOffset(int64_t offset) const;
  /// An entry in front of which everything is older than `timestamp`.
  IndexEntry ForTime(int64_t timestamp) const;

  bool operator==(const SegmentIndex&) const = default;
};

/// The segment file that an index file belongs to.
struct SegmentStamp {
  SegmentIdentity identity;
  uint64_t bytes = 0;
  int64_t modified_ms = 0;
};

std::string EncodeSegmentIndex(const SegmentIndex& index, const SegmentStamp& stamp);
/// nullopt: damaged, or of another file than `stamp` says.
std::optional<SegmentIndex> DecodeSegmentIndex(std::string_view bytes, const SegmentStamp& stamp);

}  // namespace millrace
