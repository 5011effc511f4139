// SPDX-License-Identifier: Apache-2.0
// BackupWriter: makes one backup after the other of the data directory of a job that runs.
//
// The order of one:
//   the journal's files are opened -> the state's files are linked into a folder of its own
//   -> files of the journal that are new are opened -> the journal is cut behind the last epoch
//   that happened -> everything is uploaded that the store does not have -> the manifest.
// So the journal reaches from before the state to that epoch, whatever is applied and given up
// meanwhile, and nothing waits for the upload. It reads only what never changes again: sorted files
// of the state, and the front parts of files that grow.
//
// One thread, not that of the coordinator.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connectors/staged_output.h"
#include "env/environment.h"
#include "runtime/backup/backup_shelf.h"
#include "runtime/backup/journal_pieces.h"
#include "runtime/epochs/manifest.h"
#include "state/durable_state.h"

namespace millrace {

/// A job as far as a backup sees it; functions may be called by any thread.
struct BackupSource {
  Environment env;
  std::string pipeline;
  std::string data_dir;
  std::string program_file;                    // of a file with several statements, else empty
  const DurableState* state = nullptr;         // outlives it
  std::function<uint64_t()> completed_epoch;   // the last that happened
  std::function<uint64_t()> applied_epoch;     // another value: there is new state to be linked
  std::map<std::string, std::string> letters;  // dead-letter file by table
  std::function<Result<std::vector<StagedOutput>>(const RunManifest&)> staged;
};

class BackupWriter {
 public:
  struct Made {
    uint64_t epoch = 0;
    uint64_t bytes = 0;    // of all that it names
    bool changed = false;  // false: the newest backup has all that there is
  };

  BackupWriter(BackupSource source, std::unique_ptr<ObjectStore> store, size_t retained,
               const std::atomic<bool>* stopping);

  /// nullopt: there is nothing yet. After an error the next call begins anew, with what is uploaded
  /// already.
  Result<std::optional<Made>> Make();
  uint64_t uploaded_bytes() const { return uploader_.uploaded_bytes(); }
  const std::string& url() const { return store_->url(); }

 private:
  /// Files that are open, and where their first bytes go.
  struct Opened {
    std::string path;
    bool outside = false;
    std::shared_ptr<ReadableFile> file;
    uint64_t length = 0;
  };
  struct Stage {
    bool snapshot = false;  // of the state, in a folder of its own
    uint64_t applied = 0;
    std::optional<StateMarker> marker;
    JournalPieces::Cut cut;
    std::vector<Opened> growing;
    uint64_t epoch = 0;
  };

  Result<std::optional<Stage>> Prepare();
  Status TakeSnapshot(Stage* stage) const;
  uint64_t EpochNotBefore(uint64_t epoch) const;
  Status OpenLetters(const RunManifest& manifest, Stage* stage) const;
  Status OpenStaged(const RunManifest& manifest, Stage* stage) const;
  Status UploadState(const Stage& stage);
  Result<std::vector<BackupFile>> UploadFiles(const Stage& stage);
  std::string snapshot_directory() const { return source_.data_dir + "/backup.staging"; }

  BackupSource source_;
  std::unique_ptr<ObjectStore> store_;
  size_t retained_;
  JournalPieces journal_;
  PartUploader uploader_;
  BackupShelf shelf_;
  bool loaded_ = false;

  std::optional<uint64_t> state_applied_;  // of the files below
  std::optional<StateMarker> state_marker_;
  std::vector<BackupFile> state_files_;
  std::optional<BackupManifest> newest_;
};

}  // namespace millrace
