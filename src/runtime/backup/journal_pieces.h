// SPDX-License-Identifier: Apache-2.0
// JournalPieces: what of the journal's files belongs to the epochs up to one of them, read beside
// the thread that writes the journal. A file that was opened can be read to its end although the
// journal gives it up meanwhile; between two backups none is held open.
//
// One thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "env/disk.h"
#include "runtime/epochs/journal.h"

namespace millrace {

class JournalPieces {
 public:
  struct Piece {
    std::string path;  // "journal/.."
    std::shared_ptr<ReadableFile> file;
    uint64_t length = 0;
  };
  struct Cut {
    std::vector<Piece> pieces;
    uint64_t epoch = 0;    // of the last record
    std::string manifest;  // its
    bool begins = false;   // it begins a run, of which no epoch has happened
  };

  JournalPieces(Disk* disk, const std::string& data_dir);

  /// Opens the files that are there and not open.
  Status Open();
  /// Up to the last record whose epoch is not above this one, and closes the files; nullopt: there
  /// is none.
  Result<std::optional<Cut>> CutAt(uint64_t epoch);

 private:
  struct Segment {
    std::shared_ptr<ReadableFile> file;
    uint64_t cut = 0;  // behind the last record that counted
    int64_t next_offset = 0;
  };
  /// Moves the segment's cut.
  Status Scan(int64_t base, Segment* segment, uint64_t epoch, bool last);
  Status ReadLast(int64_t base, Segment* segment, uint64_t position, int64_t offset);

  Disk* disk_;
  std::string directory_;
  std::map<int64_t, Segment> segments_;  // by base offset
  uint64_t last_epoch_ = 0;              // of the last record that counted
  std::string last_manifest_;
  bool last_begins_ = false;
};

}  // namespace millrace
