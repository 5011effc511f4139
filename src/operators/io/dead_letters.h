// SPDX-License-Identifier: Apache-2.0
// Dead letters: what left the pipeline because it could not be decoded or processed, with the
// reason.
//
// Every node of a shard collects its letters in a DeadLetterBuffer; when it has passed a barrier
// they go with the shard's part of the epoch, and DeadLetterFiles appends those of all shards. So
// the files hold exactly the letters of the epochs that happened, and a restart truncates them to
// the length in the manifest. One JSON object per line, without a time stamp: the same run gives
// the same file.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "env/disk.h"

namespace millrace {

struct DeadLetter {
  std::string_view table;      // the table whose file it belongs to
  std::string_view stage;      // "decode", "processing", "inference"
  std::string_view operation;  // operator, empty for decode
  std::string_view reason;
  std::string_view split;     // decode: file or partition
  std::string_view position;  // decode: "byte 1234"
  std::string_view key;       // decode: bytes of the key of a message
  std::string_view raw;       // decode: bytes of the record
  std::string_view row;       // processing: the row as print shows it
};

/// Lines by table. One thread.
class DeadLetterBuffer {
 public:
  /// `bytes_held`: what several buffers hold together, kept up to date; may be null.
  explicit DeadLetterBuffer(size_t* bytes_held = nullptr) : bytes_held_(bytes_held) {}

  void Add(const DeadLetter& letter);
  uint64_t count() const { return count_; }
  size_t bytes() const { return bytes_; }
  std::map<std::string, std::string> Take();
  /// Takes them behind the lines that are in `letters`.
  void TakeInto(std::map<std::string, std::string>* letters);

 private:
  std::map<std::string, std::string, std::less<>> lines_;
  uint64_t count_ = 0;
  size_t bytes_ = 0;
  size_t* bytes_held_;
};

/// The files of one pipeline, all known when it starts. One thread at a time.
class DeadLetterFiles {
 public:
  using Lengths = std::map<std::string, uint64_t>;  // by table

  /// `paths`: file of every table that may have letters.
  DeadLetterFiles(Disk* disk, std::map<std::string, std::string> paths)
      : disk_(disk), paths_(std::move(paths)) {}

  /// A new run: letters go behind what is there.
  Status StartBehindExisting();
  /// Cuts the files back to lengths read from a manifest.
  Status Restore(const Lengths& lengths);
  /// Appends lines by table and syncs.
  Status Append(const std::map<std::string, std::string>& lines);
  const Lengths& lengths() const { return lengths_; }
  const std::map<std::string, std::string>& paths() const { return paths_; }

 private:
  Result<WritableFile*> Open(const std::string& table);

  Disk* disk_;
  std::map<std::string, std::string> paths_;
  Lengths lengths_;
  std::map<std::string, std::unique_ptr<WritableFile>> files_;
};

}  // namespace millrace
