// SPDX-License-Identifier: Apache-2.0
// ProgramProgress: which statements of a file with several INSERTs are done, when it is started
// again after an interruption. `program.json` keeps the directory of each and the epoch that its
// manifest had when the program began; a job is done if its manifest says finished at a later
// epoch. So nothing is written when a job ends, and no kill can make it run twice or never.
//
// A statement is known by the tables it writes, so another version of the file finds the
// directories of those it still has, wherever they stand in it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "env/disk.h"
#include "plan/program.h"

namespace millrace {

/// One INSERT, or one set of them.
struct ProgramJob {
  std::string name;         // the tables it writes
  std::string fingerprint;  // of its plan
};

class ProgramProgress {
 public:
  struct Options {
    bool fresh = false;             // discard an interrupted program
    bool allow_state_loss = false;  // statements that are gone may be given up
  };

  /// Goes on with the program that was interrupted here, or begins. MR0804 if this one has given up
  /// a statement of it, or changed one that is done, unless the options allow it.
  static Result<ProgramProgress> Open(Disk* disk, const std::string& data_dir,
                                      const std::vector<ProgramJob>& jobs, Options options);
  /// Where the jobs of a program keep what they have; changes nothing.
  static Result<std::vector<std::string>> FindDirectories(Disk* disk, const std::string& data_dir,
                                                          const std::vector<ProgramJob>& jobs);
  static std::vector<ProgramJob> JobsOf(const Program& program);
  /// Whether a program of several statements was interrupted here.
  static Result<bool> IsOneOfSeveral(Disk* disk, const std::string& data_dir);

  /// Jobs count from 1, as in the file.
  const std::string& directory(size_t number) const { return entries_[number - 1].directory; }
  Result<bool> IsFinished(size_t number) const;
  /// How many are.
  Result<size_t> FinishedCount() const;
  /// All are: the next start is a fresh one.
  Status Close();

 private:
  struct Entry {
    ProgramJob job;
    std::string directory;
    uint64_t epoch = 0;  // when the program began
  };

  ProgramProgress(Disk* disk, std::string data_dir) : disk_(disk), data_dir_(std::move(data_dir)) {}
  Result<std::optional<std::vector<Entry>>> ReadInterrupted() const;
  Result<std::optional<std::vector<Entry>>> ReadSingle() const;
  Status Begin(const std::vector<ProgramJob>& jobs, bool fresh);
  Status TakeOver(const std::vector<ProgramJob>& jobs, std::vector<Entry> before, Options options);
  Status Write() const;
  Result<bool> IsDone(const Entry& entry) const;
  std::string DirectoryOf(size_t number) const;

  Disk* disk_;
  std::string data_dir_;
  std::vector<Entry> entries_;
};

}  // namespace millrace
