// SPDX-License-Identifier: Apache-2.0
// RunManifest: what belongs together at the end of an epoch: positions of sources, states of sinks,
// lengths of dead-letter files. Its body stands in every record of the epoch journal, which decides
// which epoch happened. `run.json` in the data directory has the manifest of the run's start, and
// after its end that of the end: whose directory it is. docs/internals/epochs.md has the format.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json_value.h"
#include "env/disk.h"
#include "operators/io/dead_letters.h"
#include "operators/io/source_driver.h"

namespace millrace {

struct RunManifest {
  std::string pipeline;
  std::string fingerprint;  // hex hash of JobGraph::fingerprint
  bool finished = false;    // the run came to its end
  int shards = 1;           // of the run
  uint64_t epoch = 0;
  std::map<std::string, std::vector<SplitPosition>> sources;  // by node id
  std::map<std::string, std::string> sinks;                   // by "node id/shard"
  DeadLetterFiles::Lengths dead_letters;                      // by table
  DeadLetterFiles::Lengths dead_letters_at_start;

  /// Everything but the epoch; equal texts: nothing happened between two epochs.
  std::string Body() const;
  static Result<RunManifest> FromBody(std::string_view text, uint64_t epoch);
  std::string ToJson() const;
  static Result<RunManifest> FromJson(std::string_view text);

 private:
  static Result<RunManifest> FromRun(const JsonValue& run, uint64_t epoch);
};

std::string ManifestPath(const std::string& data_dir);
Result<std::optional<RunManifest>> ReadManifest(Disk* disk, const std::string& data_dir);
Status WriteManifest(Disk* disk, const std::string& data_dir, const RunManifest& manifest);

}  // namespace millrace
