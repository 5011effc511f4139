// SPDX-License-Identifier: Apache-2.0
// ProgramProgress: which statements of a file with several INSERTs are done, when it is started
// again after an interruption. `program.json` keeps the epochs that the jobs' manifests had when
// the program began; a job is done if its manifest says finished at a later epoch. So nothing is
// written when a job ends, and no kill can make it run twice or never.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "env/disk.h"

namespace millrace {

class ProgramProgress {
 public:
  /// Goes on with the program that was interrupted here, or begins. MR0804 if it was another one,
  /// unless `fresh`.
  static Result<ProgramProgress> Open(Disk* disk, const std::string& data_dir,
                                      const std::string& fingerprint, size_t jobs, bool fresh);

  /// Jobs count from 1.
  static std::string JobDirectory(const std::string& data_dir, size_t number);
  Result<bool> IsFinished(size_t number) const;
  /// How many are.
  Result<size_t> FinishedCount() const;
  /// All are: the next start is a fresh one.
  Status Close();

 private:
  ProgramProgress(Disk* disk, std::string data_dir) : disk_(disk), data_dir_(std::move(data_dir)) {}

  Disk* disk_;
  std::string data_dir_;
  std::vector<uint64_t> epochs_;  // per job, when the program began
};

}  // namespace millrace
