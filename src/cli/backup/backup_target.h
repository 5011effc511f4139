// SPDX-License-Identifier: Apache-2.0
// BackupTarget: what a user means who names a place of backups: the folder of a pipeline, or the
// one above it together with the pipeline's name. A file of several statements has a folder for
// each below its own, as its data directory has.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cli/application.h"
#include "connectors/connector.h"
#include "plan/settings.h"
#include "runtime/backup/restore_backup.h"
#include "runtime/job.h"

namespace millrace {

struct BackupTarget {
  struct Place {
    std::string folder;  // of the data directory: "" or "/job-2"
    std::unique_ptr<ObjectStore> store;
  };
  std::vector<Place> places;
};

/// Settings say how S3 is reached. MR0843: there are none. `name` may be empty.
Result<BackupTarget> FindBackupTarget(const Application& application, const std::string& url,
                                      const std::string& name, const Settings& settings);
/// Whether a directory, not a URL, holds backups and no savepoint.
Result<bool> HoldsBackups(Disk* disk, const std::string& directory, const std::string& name);

struct RestoredTarget {
  std::string url;
  std::string data_dir;
  RestoredBackup backup;
};
/// All places of the target.
Result<std::vector<RestoredTarget>> RestoreTarget(const Application& application,
                                                  const BackupTarget& target,
                                                  const BackupChoice& choice,
                                                  const std::string& data_dir);
/// "restored epoch 412 of 'fraud' from s3://..: 14 files, 5021 bytes", or that nothing was to do.
std::string RestoredText(const RestoredTarget& restored);

/// A job of a program.
struct BackedUpJob {
  std::string program;
  CopyShare share;
  std::string data_dir;   // of the program
  std::string directory;  // of the job
};
/// Its backups, as settings say. Copies and statements have folders below that of the pipeline, as
/// in the data directory.
Result<JobBackup> MakeJobBackup(const Application& application, const Settings& settings,
                                const BackedUpJob& job);
/// Below the place of all backups.
std::string BackupFolder(const std::string& program, const CopyShare& share);

}  // namespace millrace
