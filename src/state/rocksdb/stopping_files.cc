// SPDX-License-Identifier: Apache-2.0
#include "state/rocksdb/stopping_files.h"

#include <utility>

namespace millrace {
namespace {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

/// A file of which only what was written before the stop is on the disk. Without `file`: one that
/// could not be opened.
class StoppingFile final : public rocksdb::FSWritableFile {
 public:
  StoppingFile(StoppingFiles* files, std::string name, std::unique_ptr<FSWritableFile> file)
      : files_(files), name_(std::move(name)), file_(std::move(file)) {}

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    size_ += data.size();
    return Do([&] { return file_->Append(data, options, debug); });
  }
  IOStatus Append(const Slice& data, const IOOptions& options, const rocksdb::DataVerificationInfo&,
                  IODebugContext* debug) override {
    return Append(data, options, debug);
  }
  IOStatus Truncate(uint64_t size, const IOOptions& options, IODebugContext* debug) override {
    size_ = size;
    return Do([&] { return file_->Truncate(size, options, debug); });
  }
  IOStatus Close(const IOOptions& options, IODebugContext* debug) override {
    return Do([&] { return file_->Close(options, debug); });
  }
  IOStatus Flush(const IOOptions& options, IODebugContext* debug) override {
    return Do([&] { return file_->Flush(options, debug); });
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    return Do([&] { return file_->Sync(options, debug); });
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return Do([&] { return file_->Fsync(options, debug); });
  }
  IOStatus RangeSync(uint64_t offset, uint64_t bytes, const IOOptions& options,
                     IODebugContext* debug) override {
    return Do([&] { return file_->RangeSync(offset, bytes, options, debug); });
  }
  /// Room in advance is a help, no promise.
  IOStatus Allocate(uint64_t offset, uint64_t bytes, const IOOptions& options,
                    IODebugContext* debug) override {
    if (file_ != nullptr) file_->Allocate(offset, bytes, options, debug).PermitUncheckedError();
    return IOStatus::OK();
  }
  bool IsSyncThreadSafe() const override { return file_ != nullptr && file_->IsSyncThreadSafe(); }
  uint64_t GetFileSize(const IOOptions& options, IODebugContext* debug) override {
    return file_ != nullptr ? file_->GetFileSize(options, debug) : size_;
  }
  void SetWriteLifeTimeHint(rocksdb::Env::WriteLifeTimeHint hint) override {
    if (file_ != nullptr) file_->SetWriteLifeTimeHint(hint);
  }

 private:
  template <typename Change>
  IOStatus Do(Change change) {
    return file_ == nullptr ? IOStatus::OK() : files_->Do(name_, change);
  }

  StoppingFiles* files_;
  std::string name_;
  std::unique_ptr<FSWritableFile> file_;
  uint64_t size_ = 0;
};

class StoppingDirectory final : public rocksdb::FSDirectory {
 public:
  StoppingDirectory(StoppingFiles* files, std::string name, std::unique_ptr<FSDirectory> directory)
      : files_(files), name_(std::move(name)), directory_(std::move(directory)) {}

  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return files_->Do(name_, [&] { return directory_->Fsync(options, debug); });
  }
  IOStatus FsyncWithDirOptions(const IOOptions& options, IODebugContext* debug,
                               const rocksdb::DirFsyncOptions& what) override {
    return files_->Do(name_, [&] { return directory_->FsyncWithDirOptions(options, debug, what); });
  }
  IOStatus Close(const IOOptions& options, IODebugContext* debug) override {
    return directory_->Close(options, debug);
  }

 private:
  StoppingFiles* files_;
  std::string name_;
  std::unique_ptr<FSDirectory> directory_;
};

/// What RocksDB asks without meaning it as a change that must succeed.
bool IsAnAnswer(const IOStatus& status) {
  return status.ok() || status.IsNotFound() || status.IsPathNotFound() || status.IsNotSupported();
}

}  // namespace

StoppingFiles::StoppingFiles(const std::shared_ptr<rocksdb::FileSystem>& files)
    : FileSystemWrapper(files) {}

StoppingFiles::~StoppingFiles() = default;

IOStatus StoppingFiles::Judge(const std::string& name, IOStatus status) {
  if (IsAnAnswer(status)) return status;
  const std::string text = status.ToString();
  const std::lock_guard lock(mutex_);
  if (stopped_.exchange(true)) return IOStatus::OK();
  const bool full = status.IsNoSpace();
  const bool no_descriptor = text.find("Too many open files") != std::string::npos;
  fault_ = {.code = full            ? "MR0802"
                    : no_descriptor ? "MR0817"
                                    : "MR0841",
            .domain = ErrorDomain::kExternal,
            .message = "the state could not be written: '" + name + "'",
            .detail = text,
            .retryable = full || no_descriptor};
  return IOStatus::OK();
}

Status StoppingFiles::Check() const {
  if (!stopped_) return OkStatus();
  const std::lock_guard lock(mutex_);
  return std::unexpected(fault_);
}

IOStatus StoppingFiles::Give(const std::string& name,
                             std::unique_ptr<rocksdb::FSWritableFile> opened,
                             std::unique_ptr<rocksdb::FSWritableFile>* file) {
  *file = std::make_unique<StoppingFile>(this, name, std::move(opened));
  return IOStatus::OK();
}

IOStatus StoppingFiles::NewWritableFile(const std::string& name,
                                        const rocksdb::FileOptions& options,
                                        std::unique_ptr<rocksdb::FSWritableFile>* file,
                                        IODebugContext* debug) {
  std::unique_ptr<rocksdb::FSWritableFile> opened;
  auto status = Do(name, [&] { return target_->NewWritableFile(name, options, &opened, debug); });
  return status.ok() ? Give(name, std::move(opened), file) : status;
}

IOStatus StoppingFiles::ReopenWritableFile(const std::string& name,
                                           const rocksdb::FileOptions& options,
                                           std::unique_ptr<rocksdb::FSWritableFile>* file,
                                           IODebugContext* debug) {
  std::unique_ptr<rocksdb::FSWritableFile> opened;
  auto status =
      Do(name, [&] { return target_->ReopenWritableFile(name, options, &opened, debug); });
  return status.ok() ? Give(name, std::move(opened), file) : status;
}

IOStatus StoppingFiles::ReuseWritableFile(const std::string& name, const std::string& old_name,
                                          const rocksdb::FileOptions& options,
                                          std::unique_ptr<rocksdb::FSWritableFile>* file,
                                          IODebugContext* debug) {
  std::unique_ptr<rocksdb::FSWritableFile> opened;
  auto status =
      Do(name, [&] { return target_->ReuseWritableFile(name, old_name, options, &opened, debug); });
  return status.ok() ? Give(name, std::move(opened), file) : status;
}

IOStatus StoppingFiles::NewDirectory(const std::string& name, const IOOptions& options,
                                     std::unique_ptr<rocksdb::FSDirectory>* directory,
                                     IODebugContext* debug) {
  std::unique_ptr<rocksdb::FSDirectory> opened;
  auto status = target_->NewDirectory(name, options, &opened, debug);
  if (!status.ok()) return status;
  *directory = std::make_unique<StoppingDirectory>(this, name, std::move(opened));
  return status;
}

IOStatus StoppingFiles::RenameFile(const std::string& from, const std::string& to,
                                   const IOOptions& options, IODebugContext* debug) {
  return Do(to, [&] { return target_->RenameFile(from, to, options, debug); });
}

IOStatus StoppingFiles::LinkFile(const std::string& from, const std::string& to,
                                 const IOOptions& options, IODebugContext* debug) {
  return Do(to, [&] { return target_->LinkFile(from, to, options, debug); });
}

IOStatus StoppingFiles::DeleteFile(const std::string& name, const IOOptions& options,
                                   IODebugContext* debug) {
  return Do(name, [&] { return target_->DeleteFile(name, options, debug); });
}

IOStatus StoppingFiles::Truncate(const std::string& name, size_t size, const IOOptions& options,
                                 IODebugContext* debug) {
  return Do(name, [&] { return target_->Truncate(name, size, options, debug); });
}

}  // namespace millrace
