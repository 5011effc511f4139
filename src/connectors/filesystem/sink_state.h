// SPDX-License-Identifier: Apache-2.0
// SinkState: what a file sink hands to an epoch: its staged files with their synced lengths.
// docs/internals/file-sink.md has the byte format.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace millrace {

struct StagedFileState {
  uint64_t sequence = 0;  // names the file
  std::string partition;  // directory below the table's path, empty for none
  uint64_t length = 0;    // bytes of the staging file that are durable
  bool finished = false;  // gets its final name when the epoch is committed
  bool operator==(const StagedFileState&) const = default;
};

struct SinkState {
  uint64_t next_sequence = 0;
  uint64_t first_sequence = 0;  // of this run: files from here on are taken back by Discard
  std::vector<StagedFileState> files;
  bool operator==(const SinkState&) const = default;
};

std::string WriteSinkState(const SinkState& state);
Result<SinkState> ReadSinkState(std::string_view text);

}  // namespace millrace
