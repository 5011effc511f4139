// SPDX-License-Identifier: Apache-2.0
// Restoring a backup into a data directory, so that a run there goes on behind the backup's epoch.
//
// Epoch numbers jump: the run that is lost went on after the backup, and what it sent carries its
// epochs in keys by which receivers tell repetitions; none of them may be used for other rows.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "env/environment.h"
#include "runtime/backup/backup_manifest.h"

namespace millrace {

/// Of a restored run: `begun` + this is behind every epoch that the lost one may have counted.
constexpr uint64_t kEpochsSkipped = 1'000'000'000;

/// Which of the backups of one pipeline.
struct BackupChoice {
  uint64_t epoch = 0;  // 0: the newest
  /// What lies outside of the data directory is read and checked, and left alone where it is.
  bool only_to_look = false;
};

/// Those that can be read, the newest first; `notice` is told of the others.
Result<std::vector<BackupManifest>> ReadBackups(
    ObjectStore* store, const std::function<void(const std::string&)>& notice);

struct RestoredBackup {
  BackupManifest manifest;
  bool already = false;  // the directory was begun from this place, and goes on where it is
};

/// Durable when it returns. MR0843: there is none, a part of it is missing or damaged, or the
/// directory holds another run that is not finished. A restore that was interrupted must be
/// repeated: until then no run starts in the directory.
Result<RestoredBackup> RestoreBackup(const Environment& env, ObjectStore* store,
                                     const BackupChoice& choice, const std::string& data_dir,
                                     const std::function<void(const std::string&)>& notice);

/// MR0843 if a restore into the directory was interrupted.
Status CheckRestored(Disk* disk, const std::string& data_dir);

}  // namespace millrace
