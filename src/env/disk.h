// SPDX-License-Identifier: Apache-2.0
// Disk: files as a seam, with a real and a simulated implementation. The simulated one loses what
// was not synced when it "crashes", directory entries included, and tears writes.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace millrace {

struct FileInfo {
  std::string path;
  uint64_t size = 0;
  int64_t modified_ms = 0;
  bool directory = false;
};

/// Sequential or positional reads. Thread-compatible.
class ReadableFile {
 public:
  virtual ~ReadableFile() = default;
  /// Reads up to `size` bytes at `offset` into `out`; fewer only at the end of the file.
  virtual Result<size_t> ReadAt(uint64_t offset, size_t size, char* out) = 0;
  virtual Result<uint64_t> Size() = 0;
};

/// Appends only. Data is durable after Sync; a new name only after Disk::SyncDirectory of its
/// parent.
class WritableFile {
 public:
  virtual ~WritableFile() = default;
  virtual Status Append(std::string_view bytes) = 0;
  /// A failed Sync is never retried: the file must be given up (pages may be gone).
  virtual Status Sync() = 0;
  virtual Status Close() = 0;
  virtual uint64_t size() const = 0;
};

/// Held as long as the object lives; released by the system if the process dies.
class FileLock {
 public:
  virtual ~FileLock() = default;
};

/// Thread-safe. Errors are MR08xx, domain external, message with path and system reason.
class Disk {
 public:
  virtual ~Disk() = default;
  virtual Result<std::unique_ptr<ReadableFile>> OpenForRead(const std::string& path) = 0;
  /// Truncates to `keep` bytes when the file exists (nullopt: creates anew, truncated to zero).
  virtual Result<std::unique_ptr<WritableFile>> OpenForAppend(const std::string& path,
                                                              std::optional<uint64_t> keep) = 0;
  virtual Status Rename(const std::string& from, const std::string& to) = 0;
  virtual Status Remove(const std::string& path) = 0;  // a missing file is fine
  virtual Status CreateDirectories(const std::string& path) = 0;
  virtual Status SyncDirectory(const std::string& path) = 0;
  virtual Result<std::vector<FileInfo>> List(const std::string& directory, bool recursive) = 0;
  virtual Result<std::optional<FileInfo>> Stat(const std::string& path) = 0;
  /// Fails with MR0803 naming the owner's pid if another process holds it.
  virtual Result<std::unique_ptr<FileLock>> Lock(const std::string& path) = 0;

  /// Whole small files; WriteAtomic = temporary name, sync, rename, directory sync.
  Result<std::string> ReadAll(const std::string& path);
  Status WriteAtomic(const std::string& path, std::string_view bytes);
  Status RemoveTree(const std::string& directory);
};

std::unique_ptr<Disk> MakeRealDisk();

}  // namespace millrace
