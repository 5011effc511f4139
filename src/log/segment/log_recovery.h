// SPDX-License-Identifier: Apache-2.0
// RecoverLog: what a log's directory holds, checked, and where its torn tail begins.
//
// Only the end of the last segment may be torn, since a segment is synced before its successor gets
// a name. A tail is torn, and cut, when nothing says that it was synced; it is damage, and refused
// (MR0805) unless the operator skips it, when a mark or whole records behind it say that it was.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "env/disk.h"
#include "log/log_settings.h"
#include "log/segment/segment_index.h"

namespace millrace {

/// One segment as it lies on the disk.
struct Segment {
  int64_t base_offset = 0;
  int64_t end_offset = 0;
  uint64_t bytes = 0;
  int64_t timestamp_max = kNoTimestamp;
  int64_t modified_ms = 0;
};

struct RecoveredLog {
  std::vector<Segment> sealed;  // ascending, each begins where the one before ends
  Segment active;               // `bytes` is what is kept of it
  SegmentIndex active_index;
  bool empty = false;          // there is no segment file
  bool active_is_new = false;  // its file is missing or never got its header: to be written
  int64_t marked_synced = -1;  // the most that a mark of the active segment says
  uint64_t cut_bytes = 0;      // of the torn tail
  uint64_t damaged_places = 0;
};

/// Where a log lies.
struct LogPlace {
  Disk* disk = nullptr;
  std::string directory;
  uint64_t log_id = 0;
};

/// Of all segment files, ascending. A missing directory has none.
Result<std::vector<int64_t>> ListSegmentBases(const LogPlace& place);

std::string SegmentPath(const std::string& directory, int64_t base_offset);
std::string IndexPath(const std::string& directory, int64_t base_offset);

/// Reads only, but for indexes that it writes anew or that belong to no segment. A directory
/// without a segment is an empty log.
Result<RecoveredLog> RecoverLog(const LogPlace& place, const LogSettings& settings);

/// The index of a sealed segment: from its file, else from a scan that checks every frame.
/// `damaged` counts places that were skipped.
Result<SegmentIndex> LoadSealedIndex(const LogPlace& place, const LogSettings& settings,
                                     const Segment& segment, uint64_t* damaged);
/// Not synced: a torn index is rebuilt. A full disk is no error.
void StoreSealedIndex(const LogPlace& place, const SegmentIndex& index, const Segment& segment);

std::unexpected<Error> Damaged(const std::string& path, int64_t offset, uint64_t position,
                               std::string what);

}  // namespace millrace
