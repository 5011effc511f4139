// SPDX-License-Identifier: Apache-2.0
// Savepoints: all that a pipeline keeps at one epoch, in a directory of its own that nothing else
// touches: positions, state and output that waits, in the formats of a data directory, so a run
// that starts from one recovers as after a crash, under any parallelism. Files that sinks have
// staged lie beside their tables and are no part of it, nor are dead letters.
//
//   <dir>/run.json, plan.json, journal/   as in a data directory
//   <dir>/savepoint.json                  written last: the savepoint is whole
#pragma once

#include <string>

#include "env/environment.h"
#include "runtime/inspection/state_reader.h"

namespace millrace {

struct SavepointInfo {
  std::string pipeline;
  uint64_t epoch = 0;    // of the run it was taken of
  uint64_t entries = 0;  // of state
  std::string id;        // tells it from all others
};

/// Durable when it returns. MR0842: the directory is not empty, or the run cannot be read whole.
Result<SavepointInfo> WriteSavepoint(const Environment& env, const StateReader& reader,
                                     const std::string& directory);
/// MR0842: no savepoint, or not a whole one.
Result<SavepointInfo> ReadSavepoint(Disk* disk, const std::string& directory);
/// Makes the data directory that of an interrupted run at the savepoint. Does nothing if it was
/// begun from this savepoint already, so a command can be repeated. MR0842: it holds another run
/// that is not finished.
Result<bool> InstallSavepoint(Disk* disk, const std::string& savepoint,
                              const std::string& data_dir);

}  // namespace millrace
