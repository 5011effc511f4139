// SPDX-License-Identifier: Apache-2.0
// StagedOutput: a file that a sink has written and that lies outside of the data directory, as one
// epoch has it. A backup of that epoch holds it, else a run that starts from the backup on another
// machine would miss rows that were taken but not yet shown.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace millrace {

struct StagedOutput {
  std::string path;        // while it grows
  std::string final_path;  // once it is complete
  uint64_t length = 0;     // of what belongs to the epoch; it only grows
  bool finished = false;   // in that epoch: it is wanted whole, under its final path
  bool converted = false;  // under its final path are other bytes
};

/// A SinkWriter that has such files is one, too.
class StagesOutput {
 public:
  virtual ~StagesOutput() = default;
  /// Those that belong to a state that Prepare gave. Any thread.
  virtual Result<std::vector<StagedOutput>> Staged(std::string_view state) const = 0;
  /// Complete files of the table, whatever the shard, that readers see and that no epoch up to that
  /// of the states has: those of a run that went on behind a backup and is lost. `states` are those
  /// of all shards. `path` is that of a file which a state has open, else empty.
  virtual Result<std::vector<StagedOutput>> Behind(
      const std::map<int, std::string>& states) const = 0;
};

}  // namespace millrace
