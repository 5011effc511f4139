// SPDX-License-Identifier: Apache-2.0
// SegmentedLog: an append-only sequence of records in checksummed files.
//
// Records get dense ascending offsets. A batch is written with one call and is there as a whole or
// not at all, also after a crash. Many threads append; one sync at a time makes everything written
// before it durable, and then the callbacks of those appends come. Readers see a record as soon as
// it is written and can ask how far it is durable. Files: docs/internals/log-format.md.
//
// After a failed sync the log takes no more writes for good (MR0808): the pages may be gone, and a
// second sync would not say so. A failed append (full disk, short write) leaves the log as it was
// before; later ones try again.
//
// Threads: everything is thread-safe. Callbacks run on a thread of the scheduler (without threads:
// on the one that calls Sync), with no lock held, and must not call Sync.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "env/clock.h"
#include "env/disk.h"
#include "log/log_settings.h"
#include "log/sync_scheduler.h"

namespace millrace {

struct LogRecord {
  int64_t timestamp_ms = 0;  // any value; the time index goes by it
  std::string_view payload;
  std::span<const std::string_view> rest = {};  // goes on with the payload
};

struct LogEntry {
  int64_t offset = 0;
  int64_t timestamp_ms = 0;
  std::string_view payload;
};

struct LogChunk {
  std::vector<char> buffer;  // what the payloads point into; stays in place when moved
  std::vector<LogEntry> entries;
  int64_t next_offset = 0;
};

struct LogReadLimits {
  uint64_t bytes_max = 1 << 20;  // of frames; one record comes even if it is larger
  size_t records_max = 8192;
};

struct LogStatistics {
  uint64_t bytes = 0;
  uint64_t segments = 0;
  uint64_t unsynced_bytes = 0;
  uint64_t records_appended = 0;
  uint64_t syncs = 0;
  uint64_t cut_bytes = 0;       // torn tail that Open removed
  uint64_t damaged_places = 0;  // skipped, see DamagePolicy
};

/// Where a log lives and with whom it shares; all outlive it.
struct LogHome {
  Disk* disk = nullptr;
  Clock* clock = nullptr;
  SyncScheduler* scheduler = nullptr;
  std::string directory;
  /// Seeds every checksum; a directory written under another id is refused.
  uint64_t log_id = 0;
};

class SegmentedLog {
 public:
  using Callback = std::function<void(const Status& durable)>;

  /// `create`: an empty or missing directory is a new log; else it is MR0805.
  static Result<std::unique_ptr<SegmentedLog>> Open(const LogHome& home,
                                                    const LogSettings& settings, bool create);
  /// Syncs what is written; callbacks that wait come before it returns.
  ~SegmentedLog();
  SegmentedLog(const SegmentedLog&) = delete;
  SegmentedLog& operator=(const SegmentedLog&) = delete;

  /// Writes a batch, returns its first offset; it is readable when this returns. The callback (may
  /// be null, then no sync is asked for) comes exactly once if and only if a value is returned.
  Result<int64_t> Append(std::span<const LogRecord> batch, Callback callback);
  /// Calls back when everything below `offset` is durable.
  void WhenDurable(int64_t offset, Callback callback);
  /// Waits until everything written so far is durable.
  Status Sync();
  /// The same on the caller's thread, which is faster than to wake another one for it.
  Status SyncHere();

  /// MR0806: below first_offset() or above end_offset(). MR0805: damaged.
  Result<LogChunk> Read(int64_t offset, const LogReadLimits& limits) const;
  /// The first offset whose timestamp is not before `timestamp_ms`.
  Result<std::optional<int64_t>> OffsetForTime(int64_t timestamp_ms) const;
  /// Waits until end_offset() > offset, at most `timeout_ms` of real time.
  bool WaitForRecord(int64_t offset, int64_t timeout_ms) const;

  int64_t first_offset() const;
  int64_t end_offset() const;
  int64_t durable_end() const;

  /// From the next roll or Maintain on. Segments become as small as the limits need.
  void SetRetention(const LogRetention& retention);
  /// Seals the active segment if it is too old, deletes what retention gives up.
  Status Maintain();
  /// Seals the active segment now, unless it is empty. What is before it is durable then.
  Status Roll();
  /// Deletes whole segments that lie below `offset`, never the active one.
  Status DeleteBefore(int64_t offset);

  /// The error that made it read-only.
  Status status() const;
  LogStatistics statistics() const;

 private:
  class Implementation;
  explicit SegmentedLog(std::unique_ptr<Implementation> implementation);
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace millrace
