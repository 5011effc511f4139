// SPDX-License-Identifier: Apache-2.0
// TopicPartition: one partition of a topic: its log, and the batches it has seen.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>

#include "log/segmented_log.h"
#include "log/topic/identity_window.h"
#include "log/topic/topic_record.h"

namespace millrace {

/// Thread-safe.
class TopicPartition {
 public:
  struct Appended {
    int64_t first_offset = 0;
    int64_t count = 0;
    bool duplicate = false;
  };

  static Result<std::unique_ptr<TopicPartition>> Open(const LogHome& home,
                                                      const LogSettings& settings,
                                                      size_t idempotency_keys_max, bool create);
  /// Syncs; what waits is called back before it returns.
  ~TopicPartition();

  /// Not empty. The callback comes exactly once if and only if a value is returned; null: no sync
  /// is asked for.
  Result<Appended> Append(std::span<const TopicRecordView* const> records,
                          const BatchIdentity& identity, SegmentedLog::Callback callback);
  SegmentedLog* log() { return log_.get(); }
  uint64_t duplicates() const;

 private:
  TopicPartition(const LogHome& home, size_t idempotency_keys_max, uint64_t snapshot_bytes);
  std::string SnapshotPath() const { return home_.directory + "/identities"; }
  Status RecoverWindow();
  void SnapshotLater();
  void StoreSnapshot(const std::string& bytes);

  const LogHome home_;
  const uint64_t snapshot_bytes_;  // appended between two snapshots
  mutable std::mutex mutex_;       // a look for a duplicate and the append are one step
  IdentityWindow window_;
  std::string scratch_;
  uint64_t bytes_since_snapshot_ = 0;
  int64_t snapshot_offset_ = -1;
  uint64_t duplicates_ = 0;
  std::unique_ptr<SegmentedLog> log_;
};

}  // namespace millrace
