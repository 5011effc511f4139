// SPDX-License-Identifier: Apache-2.0
// RowChunks: a text of rows, one per line, in pieces of whole rows, as far as it has come. For
// commands that post rows; memory is bounded by a piece and the longest row. One thread; calls
// wait.
#pragma once

#include <memory>
#include <string>

#include "env/byte_input.h"
#include "env/disk.h"

namespace millrace {

struct RowChunk {
  std::string rows;
  uint64_t first = 1;  // number of its first line in the whole text
  bool last = false;   // nothing comes after it
};

class RowChunks {
 public:
  struct Limits {
    size_t bytes = 4 << 20;  // a longer row comes alone
    size_t lines = 50'000;
  };
  /// `quoted`: a line break within double quotes ends no row (CSV). The input is not owned.
  RowChunks(ByteInput* input, bool quoted, Limits limits)
      : input_(input), quoted_(quoted), limits_(limits) {}

  /// Waits for a complete row, takes what else is there; nothing if `wait_ms` pass before.
  Result<RowChunk> Next(int64_t wait_ms);

 private:
  void Scan();
  RowChunk Take();

  ByteInput* input_;
  bool quoted_;
  Limits limits_;
  std::string text_;     // not handed out yet
  size_t scanned_ = 0;   // of text_
  size_t complete_ = 0;  // end of the last whole row within the limits
  size_t lines_ = 0;     // whole rows in it
  bool in_quotes_ = false;
  bool ended_ = false;
  uint64_t next_ = 1;
};

/// A file as an input that never waits.
Result<std::unique_ptr<ByteInput>> OpenFileInput(Disk* disk, const std::string& path);

}  // namespace millrace
