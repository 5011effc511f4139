// SPDX-License-Identifier: Apache-2.0
// Dead letters: what left the pipeline because it could not be decoded or processed, with the
// reason.
//
// Every node of a shard collects its letters in a DeadLetterBuffer; when it has passed a barrier
// they go with the shard's part of the epoch, and DeadLetterFiles appends those of all shards. So
// the files hold exactly the letters of the epochs that happened, and a restart truncates them to
// the length in the manifest. One JSON object per line: the same run gives the same file, but for
// the epoch and the time at the end of each line.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/result.h"
#include "data/row_origin.h"
#include "env/disk.h"

namespace millrace {

struct DeadLetter {
  std::string_view table;      // the table whose file it belongs to
  std::string_view stage;      // "decode", "processing", "inference", "delivery", "sink", "crash"
  std::string_view operation;  // operator, empty for decode
  std::string_view code;       // "MR0701"; empty: the one that `reason` begins with
  std::string_view reason;
  const RecordOrigin* origin = nullptr;  // the record it was made from; null: not known
  std::string_view position;             // where there is no origin: of the row in a sink
  std::string_view key;                  // where there is no origin: what the row was sent with
  std::optional<std::string_view> raw;   // where there is no origin: the bytes to be delivered
  std::string_view row;                  // the row as print shows it
  int64_t attempts = 1;
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
  DeadLetterFiles(Disk* disk, std::string pipeline, std::map<std::string, std::string> paths)
      : disk_(disk), pipeline_(std::move(pipeline)), paths_(std::move(paths)) {}

  /// A new run: letters go behind what is there.
  Status StartBehindExisting();
  /// Cuts the files back to lengths read from a manifest.
  Status Restore(const Lengths& lengths);
  /// Lines as buffers give them, by table, become what is written: each with pipeline, epoch and
  /// time.
  std::map<std::string, std::string> Complete(const std::map<std::string, std::string>& lines,
                                              uint64_t epoch, int64_t wall_ms) const;
  /// Appends complete lines by table; they are durable after Sync. An error must stop the job.
  Status Append(const std::map<std::string, std::string>& complete);
  Status Sync();
  /// What an epoch of the journal appended at a length of the file: it is there afterwards, once
  /// and durably, whatever a crash left of it. After Restore or StartBehindExisting, in the order
  /// of epochs.
  Status Repeat(const std::string& table, uint64_t at, std::string_view text);
  const Lengths& lengths() const { return lengths_; }
  const std::map<std::string, std::string>& paths() const { return paths_; }

 private:
  Result<WritableFile*> Open(const std::string& table);

  Disk* disk_;
  std::string pipeline_;
  std::map<std::string, std::string> paths_;
  Lengths lengths_;
  std::map<std::string, std::unique_ptr<WritableFile>> files_;
  std::set<std::string> unsynced_;  // tables
};

}  // namespace millrace
