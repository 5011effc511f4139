// SPDX-License-Identifier: Apache-2.0
// ActiveFile: the segment file that is being written.
//
// An append happens as a whole or not at all: after a failed one the file is cut to what it was,
// before the next if not at once. Appends and syncs go through file handles of their own: what
// fails in one must not be taken for a failure of the other, and both may run at once.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "env/disk.h"
#include "log/segment/log_recovery.h"

namespace millrace {

/// Append by one thread at a time, Sync by one thread at a time.
class ActiveFile {
 public:
  /// A new file with its header, over whatever had this name.
  static Result<std::unique_ptr<ActiveFile>> Create(const LogPlace& place, int64_t base_offset);
  /// An existing one, cut to `bytes`.
  static Result<std::unique_ptr<ActiveFile>> Reopen(const LogPlace& place, int64_t base_offset,
                                                    uint64_t bytes);

  /// The parts one after the other.
  Status Append(std::span<const std::string_view> parts);
  Status Append(std::string_view bytes) { return Append({&bytes, 1}); }
  /// Never again after it has failed once.
  Status Sync() { return syncing_->Sync(); }
  uint64_t size() const { return size_; }
  const std::shared_ptr<ReadableFile>& reader() const { return reader_; }

 private:
  ActiveFile(Disk* disk, std::string path, uint64_t size)
      : disk_(disk), path_(std::move(path)), size_(size) {}
  Status OpenHandles();
  Status CutToSize();

  Disk* disk_;
  std::string path_;
  uint64_t size_;
  std::unique_ptr<WritableFile> appending_;  // null: to be opened again, cut to size_
  std::unique_ptr<WritableFile> syncing_;
  std::shared_ptr<ReadableFile> reader_;
};

}  // namespace millrace
