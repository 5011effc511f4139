// SPDX-License-Identifier: Apache-2.0
// SimulatedDisk: files in memory that forget like a machine that loses power.
//
// Each file has its durable bytes and its current bytes; each directory its durable and its current
// names. Sync makes a file's bytes durable, SyncDirectory a directory's names. Crash goes back to
// what is durable plus a random part of what is not: per file the unsynced tail is kept up to a
// random multiple of 512 bytes (zeros may stand where data was to come), and each unsynced name is
// kept or lost on its own, a rename as a whole. Open files are dead after a crash. Thread-safe.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "env/clock.h"
#include "env/disk.h"

namespace millrace {

class SimulatedDisk final : public Disk {
 public:
  /// `clock` stamps files; null stamps zero. Not owning.
  explicit SimulatedDisk(Clock* clock = nullptr);
  ~SimulatedDisk() override;

  Result<std::unique_ptr<ReadableFile>> OpenForRead(const std::string& path) override;
  Result<std::unique_ptr<WritableFile>> OpenForAppend(const std::string& path,
                                                      std::optional<uint64_t> keep) override;
  Status Rename(const std::string& from, const std::string& to) override;
  Status Remove(const std::string& path) override;
  Status CreateDirectories(const std::string& path) override;
  Status SyncDirectory(const std::string& path) override;
  Result<std::vector<FileInfo>> List(const std::string& directory, bool recursive) override;
  Result<std::optional<FileInfo>> Stat(const std::string& path) override;
  Result<std::unique_ptr<FileLock>> Lock(const std::string& path) override;

  /// Power loss: what was not synced is kept or lost by `random`; locks are gone.
  void Crash(Random* random);
  /// The process dies, the machine does not: everything written is there, its locks are gone.
  void Kill();

  enum class Operation { kOpen, kRead, kAppend, kSync, kRename, kRemove, kSyncDirectory, kList };
  /// Asked before each operation: an error makes it fail. A failed append keeps a part of its
  /// bytes; a failed sync makes nothing durable and ruins the file.
  using FaultHook = std::function<Status(Operation operation, const std::string& path)>;
  void SetFaults(FaultHook hook);
  /// Appends fail with MR0802 when all files together would exceed it.
  void SetCapacity(uint64_t bytes);

 private:
  struct State;
  class Reader;
  class Writer;
  class LockHandle;
  std::shared_ptr<State> state_;
};

}  // namespace millrace
