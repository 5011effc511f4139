// SPDX-License-Identifier: Apache-2.0
// StoppingFiles: the file system as RocksDB sees it. At the first change that fails (a write, a
// sync, a new name) the disk stands still for RocksDB as if the machine had died there: nothing
// that comes later is done, and all of it succeeds. What is on the disk then is what a crash
// leaves, and that RocksDB can open; what it does after an error of its own is not as well tried,
// some builds of it abort. We are told: nothing is taken for durable once there is a fault.
//
// Thread-safe.
#pragma once

#include <rocksdb/file_system.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>

#include "base/result.h"

namespace millrace {

class StoppingFiles final : public rocksdb::FileSystemWrapper {
 public:
  explicit StoppingFiles(const std::shared_ptr<rocksdb::FileSystem>& files);
  ~StoppingFiles() override;

  const char* Name() const override { return "StoppingFiles"; }
  /// The change that failed: MR0802 for a full disk, MR0817 for a missing descriptor, else MR0841.
  Status Check() const;

  using Options = rocksdb::IOOptions;
  using Debug = rocksdb::IODebugContext;
  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    Debug* debug) override;
  rocksdb::IOStatus ReopenWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                       std::unique_ptr<rocksdb::FSWritableFile>* file,
                                       Debug* debug) override;
  rocksdb::IOStatus ReuseWritableFile(const std::string& name, const std::string& old_name,
                                      const rocksdb::FileOptions& options,
                                      std::unique_ptr<rocksdb::FSWritableFile>* file,
                                      Debug* debug) override;
  rocksdb::IOStatus NewDirectory(const std::string& name, const Options& options,
                                 std::unique_ptr<rocksdb::FSDirectory>* directory,
                                 Debug* debug) override;
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to,
                               const Options& options, Debug* debug) override;
  rocksdb::IOStatus LinkFile(const std::string& from, const std::string& to, const Options& options,
                             Debug* debug) override;
  rocksdb::IOStatus DeleteFile(const std::string& name, const Options& options,
                               Debug* debug) override;
  /// Its own log is a file like others.
  rocksdb::IOStatus NewLogger(const std::string& name, const Options& options,
                              std::shared_ptr<rocksdb::Logger>* logger, Debug* debug) override {
    return FileSystem::NewLogger(name, options, logger, debug);
  }
  rocksdb::IOStatus Truncate(const std::string& name, size_t size, const Options& options,
                             Debug* debug) override;

  /// Does `change` unless the disk stands still; a failure makes it. For the files it opened.
  template <typename Change>
  rocksdb::IOStatus Do(const std::string& name, Change change) {
    if (stopped_) return rocksdb::IOStatus::OK();
    return Judge(name, change());
  }

 private:
  rocksdb::IOStatus Judge(const std::string& name, rocksdb::IOStatus status);
  rocksdb::IOStatus Give(const std::string& name, std::unique_ptr<rocksdb::FSWritableFile> opened,
                         std::unique_ptr<rocksdb::FSWritableFile>* file);

  std::atomic<bool> stopped_{false};
  mutable std::mutex mutex_;
  Error fault_;  // guarded by mutex_
};

}  // namespace millrace
