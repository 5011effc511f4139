// SPDX-License-Identifier: Apache-2.0
// The inside of SegmentedLog, in three files: appending (segmented_log.cc), syncing
// (segmented_log_sync.cc), reading (segmented_log_read.cc).
//
// Locks, always taken in this order: append_mutex_ (the active file and its end), sync_mutex_ (one
// sync at a time), state_mutex_ (what readers see; held for short). Neither a write nor a sync runs
// under state_mutex_.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>

#include "log/segment/active_file.h"
#include "log/segmented_log.h"

namespace millrace {

inline constexpr uint64_t kSegmentBytesMax = 2ull << 30;  // positions in the index are 32 bits

/// The answer to whoever wants to write after a failed sync.
std::unexpected<Error> LogIsReadOnly(const Error& cause);

class SegmentedLog::Implementation final : public SyncTarget {
 public:
  Implementation(const LogHome& home, const LogSettings& settings)
      : home_(home),
        place_{.disk = home.disk, .directory = home.directory, .log_id = home.log_id},
        settings_(settings) {
    settings_.segment_bytes = std::min(settings_.segment_bytes, kSegmentBytesMax);
  }

  Status Open(bool create);
  void Close();

  Result<int64_t> Append(std::span<const LogRecord> batch, Callback callback);
  void WhenDurable(int64_t offset, Callback callback);
  Status Sync();
  Status SyncHere();
  void SyncRound() override;

  Result<LogChunk> Read(int64_t offset, const LogReadLimits& limits) const;
  Result<std::optional<int64_t>> OffsetForTime(int64_t timestamp_ms) const;
  bool WaitForRecord(int64_t offset, int64_t timeout_ms) const;

  void SetRetention(const LogRetention& retention);
  Status Maintain();
  Status Roll();
  Status DeleteBefore(int64_t offset);

  int64_t first_offset() const {
    const std::lock_guard lock(state_mutex_);
    return FirstOffset();
  }
  int64_t end_offset() const {
    const std::lock_guard lock(state_mutex_);
    return end_;
  }
  int64_t durable_end() const {
    const std::lock_guard lock(state_mutex_);
    return durable_;
  }
  Status status() const {
    const std::lock_guard lock(state_mutex_);
    if (error_) return LogIsReadOnly(*error_);
    return OkStatus();
  }
  LogStatistics statistics() const;

 private:
  struct Waiting {
    int64_t needed = 0;
    Callback callback;
  };
  /// A sealed segment's file and index, as reads need them.
  struct SealedView {
    int64_t base_offset = 0;
    std::shared_ptr<ReadableFile> file;
    std::shared_ptr<const SegmentIndex> index;
  };

  // Under append_mutex_.
  Status CheckBatch(std::span<const LogRecord> batch, uint64_t* bytes) const;
  void MakeFrames(std::span<const LogRecord> batch, int64_t first);
  void MakeParts();
  Status RollIfNeeded(uint64_t batch_bytes);
  bool ActiveIsOld() const;
  Status RollNow();
  Status Retain();
  Status DeleteFront();
  void WriteMark();

  // Under sync_mutex_.
  enum class SyncWhat { kNewRecords, kMarksToo };
  Status SyncFiles(SyncWhat what);

  // Under state_mutex_.
  int64_t FirstOffset() const { return sealed_.empty() ? active_base_ : sealed_[0].base_offset; }
  uint64_t BytesOfAll() const;
  std::vector<Waiting> TakeReady();

  void CallBack(std::vector<Waiting> ready);
  void Recovered(RecoveredLog recovered);
  Result<SealedView> OpenSealed(const Segment& segment) const;
  Status ReadOnce(int64_t offset, const LogReadLimits& limits, LogChunk* chunk) const;

  const LogHome home_;
  const LogPlace place_;
  LogSettings settings_;

  std::mutex append_mutex_;
  std::vector<std::pair<Frame, uint64_t>> frames_;  // of the batch, and their positions
  std::vector<std::string_view> parts_;             // their bytes: in scratch_, or where they lie
  std::string scratch_;
  bool must_roll_ = false;  // creating the next segment failed; nothing may go to the old one
  int64_t active_since_ms_ = 0;
  int64_t marked_ = -1;

  std::mutex sync_mutex_;

  mutable std::mutex state_mutex_;
  mutable std::condition_variable appended_;
  std::vector<Segment> sealed_;
  std::shared_ptr<ActiveFile> active_;
  int64_t active_base_ = 0;
  uint64_t active_bytes_ = 0;  // readable
  SegmentIndex active_index_;
  int64_t end_ = 0;
  int64_t durable_ = 0;
  bool directory_synced_ = true;
  std::vector<std::pair<SegmentIndex, Segment>> indexes_to_store_;
  std::deque<Waiting> waiting_;
  std::optional<Error> error_;
  uint64_t appended_bytes_ = 0;
  uint64_t synced_bytes_ = 0;
  LogStatistics statistics_;

  mutable std::mutex cache_mutex_;
  mutable SealedView cached_;  // the sealed segment that was read last
};

}  // namespace millrace
