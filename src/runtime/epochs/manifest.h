// SPDX-License-Identifier: Apache-2.0
// RunManifest: `run.json` in the data directory, replaced atomically at the end of every epoch. It
// decides which epoch happened: positions of sources, states of sinks and lengths of dead-letter
// files belong together. docs/internals/run-manifest.md describes the format.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "env/disk.h"
#include "operators/io/dead_letters.h"
#include "operators/io/source_driver.h"

namespace millrace {

struct RunManifest {
  std::string pipeline;
  std::string fingerprint;   // hex hash of JobGraph::fingerprint
  bool finished = false;     // the run came to its end
  bool keyed_state = false;  // positions alone cannot resume it
  uint64_t epoch = 0;
  std::map<std::string, std::vector<SplitPosition>> sources;  // by node id
  /// Where the splits that have a position of their own were begun (Kafka): a replay begins there.
  std::map<std::string, std::vector<SplitPosition>> sources_at_start;
  std::map<std::string, std::string> sinks;  // by "node id/shard"
  DeadLetterFiles::Lengths dead_letters;     // by table
  DeadLetterFiles::Lengths dead_letters_at_start;

  /// Everything but the epoch; equal texts: nothing happened between two epochs.
  std::string Body() const;
  std::string ToJson() const;
  static Result<RunManifest> FromJson(std::string_view text);
};

std::string ManifestPath(const std::string& data_dir);
Result<std::optional<RunManifest>> ReadManifest(Disk* disk, const std::string& data_dir);
Status WriteManifest(Disk* disk, const std::string& data_dir, const RunManifest& manifest);

}  // namespace millrace
