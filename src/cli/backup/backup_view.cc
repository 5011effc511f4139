// SPDX-License-Identifier: Apache-2.0
#include "cli/backup/backup_view.h"

#include <filesystem>

#include "base/json_writer.h"
#include "data/value_text.h"
#include "env/clock.h"

namespace millrace {

Result<std::unique_ptr<BackupView>> BackupView::Open(const Application& application,
                                                     const BackupTarget& target, uint64_t epoch) {
  std::error_code error;
  const std::filesystem::path folder = std::filesystem::temp_directory_path(error);
  if (error) return ExternalError("MR0801", "there is no temporary directory", error.message());
  const std::string name = "millrace-backup-" + std::to_string(EntropySeed());
  std::unique_ptr<BackupView> view(new BackupView(application.env.disk, folder / name));
  const BackupChoice choice{.epoch = epoch, .only_to_look = true};
  TRY_ASSIGN(view->restored_, RestoreTarget(application, target, choice, view->directory_));
  return view;
}

BackupView::~BackupView() { (void)disk_->RemoveTree(directory_); }

Result<std::string> BackupListText(const Application& application, const BackupTarget& target) {
  std::string text;
  const auto notice = [&application](const std::string& line) { application.Say(line + "\n"); };
  for (const BackupTarget::Place& place : target.places) {
    TRY_ASSIGN(const auto manifests, ReadBackups(place.store.get(), notice));
    for (const BackupManifest& manifest : manifests) {
      text += place.store->url() + ": backup of '" + manifest.pipeline + "' at epoch " +
              std::to_string(manifest.epoch) + ", ";
      AppendInstant(static_cast<int64_t>(manifest.created_ms), 1000, &text);
      text += ", " + std::to_string(manifest.files.size()) + " files, " +
              std::to_string(manifest.bytes()) + " bytes\n";
    }
  }
  return text;
}

Result<std::string> BackupListJson(const BackupTarget& target) {
  JsonWriter out;
  out.BeginArray();
  for (const BackupTarget::Place& place : target.places) {
    TRY_ASSIGN(const auto manifests, ReadBackups(place.store.get(), {}));
    for (const BackupManifest& manifest : manifests) {
      out.BeginObject().Field("url", place.store->url()).Field("pipeline", manifest.pipeline);
      out.Field("sequence", manifest.sequence).Field("epoch", manifest.epoch);
      out.Field("created_ms", manifest.created_ms).Field("files", manifest.files.size());
      out.Field("bytes", manifest.bytes()).EndObject();
    }
  }
  out.EndArray();
  return std::move(out).Finish();
}

}  // namespace millrace
