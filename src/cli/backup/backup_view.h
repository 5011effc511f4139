// SPDX-License-Identifier: Apache-2.0
// BackupView: a backup as a data directory that commands can read: restored into a temporary
// directory, whose end is that of the view. Whatever of it is damaged is found on the way.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/backup/backup_target.h"

namespace millrace {

class BackupView {
 public:
  static Result<std::unique_ptr<BackupView>> Open(const Application& application,
                                                  const BackupTarget& target, uint64_t epoch);
  ~BackupView();
  BackupView(const BackupView&) = delete;
  BackupView& operator=(const BackupView&) = delete;

  const std::vector<RestoredTarget>& restored() const { return restored_; }

 private:
  BackupView(Disk* disk, std::string directory) : disk_(disk), directory_(std::move(directory)) {}

  Disk* disk_;
  std::string directory_;
  std::vector<RestoredTarget> restored_;
};

/// Lines: those that can be restored, the newest first.
Result<std::string> BackupListText(const Application& application, const BackupTarget& target);
Result<std::string> BackupListJson(const BackupTarget& target);

}  // namespace millrace
