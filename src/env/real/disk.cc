// SPDX-License-Identifier: Apache-2.0
// Disk over POSIX. Every call retries EINTR and short transfers; a failed fsync poisons the file,
// since the kernel may have dropped the pages and would answer a second fsync with success.
#include "env/disk.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "env/real/file_descriptor.h"

namespace millrace {
namespace {

std::unexpected<Error> Failed(const char* verb, const std::string& path, int error) {
  const bool full = error == ENOSPC || error == EDQUOT;
  const bool no_descriptor = error == EMFILE || error == ENFILE;
  return ExternalError(full            ? "MR0802"
                       : no_descriptor ? "MR0817"
                                       : "MR0801",
                       "could not " + std::string(verb) + " '" + path + "'", strerror(error),
                       full || no_descriptor);
}

FileInfo InfoOf(const std::string& path, const struct stat& stat) {
  return {.path = path,
          .size = static_cast<uint64_t>(stat.st_size),
          .modified_ms = stat.st_mtim.tv_sec * 1000 + stat.st_mtim.tv_nsec / 1000000,
          .directory = S_ISDIR(stat.st_mode)};
}

class RealReadableFile final : public ReadableFile {
 public:
  RealReadableFile(std::string path, FileDescriptor fd)
      : path_(std::move(path)), fd_(std::move(fd)) {}

  Result<size_t> ReadAt(uint64_t offset, size_t size, char* out) override {
    size_t done = 0;
    while (done < size) {
      const ssize_t n =
          pread(fd_.get(), out + done, size - done, static_cast<off_t>(offset + done));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return Failed("read", path_, errno);
      if (n == 0) break;
      done += static_cast<size_t>(n);
    }
    return done;
  }

  Result<uint64_t> Size() override {
    struct stat stat{};
    if (fstat(fd_.get(), &stat) != 0) return Failed("examine", path_, errno);
    return static_cast<uint64_t>(stat.st_size);
  }

 private:
  std::string path_;
  FileDescriptor fd_;
};

class RealWritableFile final : public WritableFile {
 public:
  RealWritableFile(std::string path, FileDescriptor fd, uint64_t size)
      : path_(std::move(path)), fd_(std::move(fd)), size_(size) {}

  Status Append(std::string_view bytes) override {
    TRY(CheckUsable());
    while (!bytes.empty()) {
      const ssize_t n = write(fd_.get(), bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) {
        failed_ = true;
        return Failed("write", path_, errno);
      }
      size_ += static_cast<uint64_t>(n);
      bytes.remove_prefix(static_cast<size_t>(n));
    }
    return OkStatus();
  }

  Status Sync() override {
    TRY(CheckUsable());
    int result = 0;
    do {
      result = fdatasync(fd_.get());
    } while (result != 0 && errno == EINTR);
    if (result == 0) return OkStatus();
    failed_ = true;
    return Failed("sync", path_, errno);
  }

  Status Close() override {
    if (!fd_.valid()) return OkStatus();
    if (const int error = fd_.Close(); error != 0) return Failed("close", path_, error);
    return OkStatus();
  }

  uint64_t size() const override { return size_; }

 private:
  Status CheckUsable() const {
    if (failed_) {
      return ExternalError("MR0801", "'" + path_ + "' failed before and was given up",
                           "what was written since its last sync may be lost");
    }
    if (!fd_.valid()) return InternalError("'" + path_ + "' is closed");
    return OkStatus();
  }

  std::string path_;
  FileDescriptor fd_;
  uint64_t size_;
  std::atomic<bool> failed_ = false;  // a sync may run beside appends
};

class RealFileLock final : public FileLock {
 public:
  explicit RealFileLock(FileDescriptor fd) : fd_(std::move(fd)) {}

 private:
  FileDescriptor fd_;
};

Result<FileDescriptor> OpenFile(const char* verb, const std::string& path, int flags) {
  int fd = -1;
  do {
    fd = open(path.c_str(), flags | O_CLOEXEC, 0644);
  } while (fd < 0 && errno == EINTR);
  if (fd < 0) return Failed(verb, path, errno);
  return FileDescriptor(fd);
}

class RealDisk final : public Disk {
 public:
  Result<std::unique_ptr<ReadableFile>> OpenForRead(const std::string& path) override {
    TRY_ASSIGN(FileDescriptor fd, OpenFile("open", path, O_RDONLY));
    struct stat stat{};
    if (fstat(fd.get(), &stat) == 0 && S_ISDIR(stat.st_mode)) return Failed("read", path, EISDIR);
    return std::make_unique<RealReadableFile>(path, std::move(fd));
  }

  Result<std::unique_ptr<WritableFile>> OpenForAppend(const std::string& path,
                                                      std::optional<uint64_t> keep) override {
    TRY_ASSIGN(FileDescriptor fd, OpenFile("create", path, O_WRONLY | O_CREAT | O_APPEND));
    const uint64_t size = keep.value_or(0);
    struct stat stat{};
    if (fstat(fd.get(), &stat) != 0) return Failed("examine", path, errno);
    if (static_cast<uint64_t>(stat.st_size) < size) {
      return ExternalError("MR0801", "'" + path + "' is shorter than expected",
                           std::to_string(stat.st_size) + " of " + std::to_string(size) + " bytes");
    }
    if (static_cast<uint64_t>(stat.st_size) > size &&
        ftruncate(fd.get(), static_cast<off_t>(size)) != 0) {
      return Failed("truncate", path, errno);
    }
    return std::make_unique<RealWritableFile>(path, std::move(fd), size);
  }

  Status Rename(const std::string& from, const std::string& to) override {
    if (rename(from.c_str(), to.c_str()) == 0) return OkStatus();
    return Failed("rename", from, errno);
  }

  Status Remove(const std::string& path) override {
    if (remove(path.c_str()) == 0 || errno == ENOENT) return OkStatus();
    return Failed("remove", path, errno);
  }

  Status CreateDirectories(const std::string& path) override {
    for (size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
      const std::string prefix = path.substr(0, end);
      if (mkdir(prefix.c_str(), 0755) != 0 && errno != EEXIST) {
        return Failed("create the directory", prefix, errno);
      }
      if (end == std::string::npos) break;
    }
    struct stat stat{};
    if (::stat(path.c_str(), &stat) != 0 || !S_ISDIR(stat.st_mode)) {
      return Failed("create the directory", path, ENOTDIR);
    }
    return OkStatus();
  }

  Status SyncDirectory(const std::string& path) override {
    TRY_ASSIGN(FileDescriptor fd, OpenFile("open", path, O_RDONLY | O_DIRECTORY));
    if (fsync(fd.get()) != 0) return Failed("sync the directory", path, errno);
    return OkStatus();
  }

  Result<std::vector<FileInfo>> List(const std::string& directory, bool recursive) override {
    std::vector<FileInfo> found;
    TRY(ListInto(directory, recursive, &found));
    return found;
  }

  Result<std::optional<FileInfo>> Stat(const std::string& path) override {
    struct stat stat{};
    if (::stat(path.c_str(), &stat) == 0) return InfoOf(path, stat);
    if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
    return Failed("examine", path, errno);
  }

  Result<std::unique_ptr<FileLock>> Lock(const std::string& path) override {
    TRY_ASSIGN(FileDescriptor fd, OpenFile("lock", path, O_RDWR | O_CREAT));
    if (flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK) return Failed("lock", path, errno);
      char owner[32] = {};
      const bool known = pread(fd.get(), owner, sizeof owner - 1, 0) > 0;
      owner[strcspn(owner, "\n")] = '\0';
      return ExternalError("MR0803", "'" + path + "' is locked by another process",
                           known ? "process " + std::string(owner) : "its owner is unknown");
    }
    const std::string pid = std::to_string(getpid()) + "\n";
    if (ftruncate(fd.get(), 0) != 0) return Failed("write", path, errno);
    for (size_t done = 0; done < pid.size();) {
      const ssize_t n =
          pwrite(fd.get(), pid.data() + done, pid.size() - done, static_cast<off_t>(done));
      if (n < 0 && errno != EINTR) return Failed("write", path, errno);
      if (n > 0) done += static_cast<size_t>(n);
    }
    return std::make_unique<RealFileLock>(std::move(fd));
  }

 private:
  Status ListInto(const std::string& directory, bool recursive, std::vector<FileInfo>* found) {
    DIR* handle = opendir(directory.c_str());
    if (handle == nullptr) return Failed("list", directory, errno);
    std::vector<std::string> names;
    while (const dirent* entry = readdir(handle)) {
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") names.emplace_back(name);
    }
    closedir(handle);
    std::ranges::sort(names);
    for (const std::string& name : names) {
      const std::string path = directory.ends_with('/') ? directory + name : directory + "/" + name;
      struct stat stat{};
      if (::stat(path.c_str(), &stat) != 0) {
        if (errno == ENOENT) continue;  // gone meanwhile, or a dangling link
        return Failed("examine", path, errno);
      }
      found->push_back(InfoOf(path, stat));
      if (recursive && S_ISDIR(stat.st_mode)) TRY(ListInto(path, true, found));
    }
    return OkStatus();
  }
};

}  // namespace

std::unique_ptr<Disk> MakeRealDisk() { return std::make_unique<RealDisk>(); }

}  // namespace millrace
