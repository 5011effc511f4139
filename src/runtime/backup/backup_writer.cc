// SPDX-License-Identifier: Apache-2.0
#include "runtime/backup/backup_writer.h"

#include <algorithm>
#include <utility>

#include "base/time_units.h"

namespace millrace {
namespace {

constexpr int kEpochWaits = 1000;  // of a millisecond each
/// What no backup names may belong to one that is being made on another machine.
constexpr int64_t kStrayAgeMs = 3600 * 1000;

std::string BaseName(const std::string& path) { return path.substr(path.rfind('/') + 1); }

/// The file, or null where there is none.
Result<std::shared_ptr<ReadableFile>> OpenIfThere(Disk* disk, const std::string& path) {
  auto file = disk->OpenForRead(path);
  if (file) return std::shared_ptr<ReadableFile>(*std::move(file));
  TRY_ASSIGN(const auto there, disk->Stat(path));
  if (there) return std::unexpected(std::move(file).error());
  return nullptr;
}

}  // namespace

BackupWriter::BackupWriter(BackupSource source, std::unique_ptr<ObjectStore> store, size_t retained,
                           const std::atomic<bool>* stopping)
    : source_(std::move(source)),
      store_(std::move(store)),
      retained_(retained),
      journal_(source_.env.disk, source_.data_dir),
      uploader_(store_.get(), stopping),
      shelf_(store_.get(), source_.env.clock) {}

Result<std::optional<BackupWriter::Made>> BackupWriter::Make() {
  if (!loaded_) {
    TRY(shelf_.Load(&uploader_));
    loaded_ = true;
  }
  TRY_ASSIGN(const auto stage, Prepare());
  if (!stage) {
    TRY(source_.env.disk->RemoveTree(snapshot_directory()));
    return std::nullopt;
  }
  Status uploaded = stage->snapshot ? UploadState(*stage) : OkStatus();
  TRY(source_.env.disk->RemoveTree(snapshot_directory()));
  TRY(uploaded);
  BackupManifest manifest{.pipeline = source_.pipeline,
                          .sequence = shelf_.next_sequence(),
                          .epoch = stage->epoch,
                          .created_ms = static_cast<uint64_t>(source_.env.clock->WallMillis()),
                          .files = {}};
  TRY_ASSIGN(manifest.files, UploadFiles(*stage));
  Made made{.epoch = manifest.epoch, .bytes = manifest.bytes(), .changed = true};
  if (newest_ && newest_->files == manifest.files) {
    made.changed = false;
    return made;
  }
  TRY(shelf_.Add(manifest));
  newest_ = std::move(manifest);
  uploader_.Sweep();
  TRY(shelf_.Trim(retained_, kStrayAgeMs, &uploader_));
  return made;
}

Result<std::optional<BackupWriter::Stage>> BackupWriter::Prepare() {
  Stage stage;
  TRY(journal_.Open());
  stage.applied = source_.applied_epoch();
  stage.marker = state_marker_;
  if (source_.state != nullptr && source_.state->survives() && state_applied_ != stage.applied) {
    TRY(TakeSnapshot(&stage));
    TRY(journal_.Open());
  }
  const uint64_t state_epoch = stage.marker ? stage.marker->epoch : 0;
  TRY_ASSIGN(auto cut, journal_.CutAt(EpochNotBefore(state_epoch)));
  if (!cut ? !stage.marker : cut->begins) return std::nullopt;
  if (cut) stage.cut = *std::move(cut);
  stage.epoch = std::max(stage.cut.epoch, state_epoch);
  const std::string& body =
      stage.cut.epoch >= state_epoch ? stage.cut.manifest : stage.marker->manifest;
  TRY_ASSIGN(const RunManifest manifest, RunManifest::FromBody(body, stage.epoch));
  TRY(OpenLetters(manifest, &stage));
  TRY(OpenStaged(manifest, &stage));
  return stage;
}

Status BackupWriter::TakeSnapshot(Stage* stage) const {
  TRY(source_.env.disk->RemoveTree(snapshot_directory()));
  TRY(source_.env.disk->CreateDirectories(snapshot_directory()));
  TRY_ASSIGN(stage->marker, source_.state->Snapshot(snapshot_directory() + "/state"));
  stage->snapshot = true;
  return OkStatus();
}

/// State may be applied a moment before its epoch counts as completed.
uint64_t BackupWriter::EpochNotBefore(uint64_t epoch) const {
  for (int wait = 0; wait < kEpochWaits && source_.completed_epoch() < epoch; ++wait) {
    source_.env.clock->SleepNanos(kMilli);
  }
  return source_.completed_epoch();
}

Status BackupWriter::OpenLetters(const RunManifest& manifest, Stage* stage) const {
  const std::string own = source_.data_dir + "/";
  for (const auto& [table, length] : manifest.dead_letters) {
    const auto path = source_.letters.find(table);
    if (length == 0 || path == source_.letters.end()) continue;
    TRY_ASSIGN(auto file, OpenIfThere(source_.env.disk, path->second));
    if (file == nullptr) continue;
    const bool inside = path->second.starts_with(own);
    stage->growing.push_back({.path = inside ? path->second.substr(own.size()) : path->second,
                              .outside = !inside,
                              .file = std::move(file),
                              .length = length});
  }
  return OkStatus();
}

Status BackupWriter::OpenStaged(const RunManifest& manifest, Stage* stage) const {
  if (!source_.staged) return OkStatus();
  TRY_ASSIGN(const auto outputs, source_.staged(manifest));
  for (const StagedOutput& output : outputs) {
    Opened opened{.path = output.finished ? output.final_path : output.path,
                  .outside = true,
                  .file = nullptr,
                  .length = output.length};
    TRY_ASSIGN(opened.file, OpenIfThere(source_.env.disk, opened.path));
    if (opened.file == nullptr && !output.finished) {
      // Another epoch has made it complete since.
      TRY_ASSIGN(opened.file, OpenIfThere(source_.env.disk, output.final_path));
      if (opened.file != nullptr && output.converted) {
        return ExternalError("MR0843", "an output file was completed while it was backed up", "",
                             /*retryable=*/true);
      }
    }
    if (opened.file == nullptr) continue;  // somebody took it away: it is missed by no start
    if (output.finished) {
      TRY_ASSIGN(opened.length, opened.file->Size());
    }
    stage->growing.push_back(std::move(opened));
  }
  return OkStatus();
}

Status BackupWriter::UploadState(const Stage& stage) {
  std::vector<BackupFile> files;
  if (stage.marker) {
    Disk* disk = source_.env.disk;
    const std::string directory = snapshot_directory() + "/state";
    TRY_ASSIGN(const auto found, disk->List(directory, /*recursive=*/false));
    for (const FileInfo& info : found) {
      if (info.directory) continue;
      const std::string path = "state/" + BaseName(info.path);
      TRY_ASSIGN(const auto file, disk->OpenForRead(directory + "/" + BaseName(info.path)));
      BackupFile entry{.path = path, .outside = false, .parts = {}};
      TRY_ASSIGN(entry.parts, uploader_.Whole(path, path.ends_with(".sst"), file.get()));
      files.push_back(std::move(entry));
    }
  }
  state_files_ = std::move(files);
  state_marker_ = stage.marker;
  state_applied_ = stage.applied;
  return OkStatus();
}

Result<std::vector<BackupFile>> BackupWriter::UploadFiles(const Stage& stage) {
  std::vector<BackupFile> files = state_files_;
  for (const BackupFile& file : state_files_) uploader_.Keep(file.path);
  for (const JournalPieces::Piece& piece : stage.cut.pieces) {
    BackupFile entry{.path = piece.path, .outside = false, .parts = {}};
    TRY_ASSIGN(entry.parts, uploader_.Growing(piece.path, piece.file.get(), piece.length));
    files.push_back(std::move(entry));
  }
  for (const Opened& opened : stage.growing) {
    BackupFile entry{.path = opened.path, .outside = opened.outside, .parts = {}};
    TRY_ASSIGN(entry.parts, uploader_.Growing(opened.path, opened.file.get(), opened.length));
    files.push_back(std::move(entry));
  }
  std::map<std::string, std::string> small{{"run.json", source_.data_dir + "/run.json"},
                                           {"plan.json", source_.data_dir + "/plan.json"}};
  if (!source_.program_file.empty()) small["../program.json"] = source_.program_file;
  for (const auto& [path, from] : small) {
    TRY_ASSIGN(const auto file, source_.env.disk->OpenForRead(from));
    BackupFile entry{.path = path, .outside = false, .parts = {}};
    TRY_ASSIGN(entry.parts, uploader_.Whole(path, /*immutable=*/false, file.get()));
    files.push_back(std::move(entry));
  }
  return files;
}

}  // namespace millrace
