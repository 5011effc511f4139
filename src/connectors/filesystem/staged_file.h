// SPDX-License-Identifier: Apache-2.0
// StagedFile: one file in the making. It grows under a hidden name, is synced at each epoch, and
// gets its final name only when complete.
//
// Record formats are appended as they are. For a whole-file format (parquet), whose footer comes
// last, batches are staged one by one (length, Arrow IPC message) and converted when the file is
// finished, so an epoch costs an append and small epochs make no small files.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "connectors/connector.h"
#include "connectors/filesystem/background_sync.h"

namespace millrace {

/// Where a file stands under each of its names.
struct StagedNames {
  std::string directory;
  std::string staging;     // .NAME.inprogress
  std::string converted;   // .NAME.complete, whole-file formats only
  std::string final_name;  // NAME
  int levels = 1;          // directories that may be new: this one and those above it
};

class StagedFile {
 public:
  /// Opens the staging file with its first `keep` bytes, or anew.
  static Result<std::unique_ptr<StagedFile>> Open(Disk* disk, StagedNames names,
                                                  std::optional<uint64_t> keep);

  Status Append(std::string_view bytes);
  Status AppendBatch(const Batch& batch);
  /// Starts to make what was appended so far durable, the directory entry included; Synced says
  /// when it is. Without an executor it is when this returns.
  Status BeginSync(Executor* executor);
  /// False while the sync begun last runs; its error once it has failed.
  Result<bool> Synced() { return sync_.Done(); }
  /// No more appends. With an encoder, writes and syncs the converted file.
  Status Complete(const TableContext& table, const Schema& file_schema);
  uint64_t size() const { return file_->size(); }
  const StagedNames& names() const { return names_; }

  /// Gives a complete file of `length` staged bytes its final name. May be repeated, also after a
  /// crash in between, and beside an older part of the file that a backup has put back.
  static Status Publish(Disk* disk, const StagedNames& names, uint64_t length, bool converted);

 private:
  StagedFile(Disk* disk, StagedNames names, std::unique_ptr<WritableFile> file, bool fresh)
      : disk_(disk), names_(std::move(names)), file_(std::move(file)), directory_dirty_(fresh) {}
  Status Convert(const TableContext& table, const Schema& file_schema);

  Status SyncDirectories() const;

  Disk* disk_;
  StagedNames names_;
  std::unique_ptr<WritableFile> file_;
  bool directory_dirty_;
  bool dirty_ = false;
  BackgroundSync sync_;  // last: it ends before what it syncs
};

}  // namespace millrace
