// SPDX-License-Identifier: Apache-2.0
// GroupOffsets: how far consumer groups have read, in one small file.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>

#include "base/result.h"
#include "env/disk.h"
#include "log/sync_scheduler.h"

namespace millrace {

/// Thread-safe.
class GroupOffsets final : public SyncTarget {
 public:
  GroupOffsets(Disk* disk, SyncScheduler* scheduler, std::string path)
      : disk_(disk), scheduler_(scheduler), path_(std::move(path)) {}
  ~GroupOffsets() override { scheduler_->Remove(this); }

  /// A missing file: no group has read anything.
  Status Load();
  void Set(const std::string& group, const std::string& topic, int32_t partition, int64_t offset);
  std::optional<int64_t> Find(const std::string& group, const std::string& topic,
                              int32_t partition) const;
  void Forget(const std::string& topic);
  /// Writes what has been set since the last time.
  Status Store();
  /// The same soon, on a thread of the scheduler; without threads with the next Store.
  void StoreLater() { scheduler_->Request(this); }
  void SyncRound() override { (void)Store(); }  // a failure leaves it for the next time

 private:
  Disk* disk_;
  SyncScheduler* scheduler_;
  std::string path_;
  std::mutex store_mutex_;  // one writer of the file at a time
  mutable std::mutex mutex_;
  std::map<std::tuple<std::string, std::string, int32_t>, int64_t> offsets_;
  bool changed_ = false;
};

}  // namespace millrace
