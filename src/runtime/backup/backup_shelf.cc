// SPDX-License-Identifier: Apache-2.0
#include "runtime/backup/backup_shelf.h"

#include <algorithm>
#include <utility>

namespace millrace {

BackupShelf::Objects BackupShelf::ObjectsOf(const BackupManifest& manifest) {
  Objects objects;
  for (const BackupFile& file : manifest.files) {
    for (const BackupPart& part : file.parts) objects.insert(part.object);
  }
  return objects;
}

bool BackupShelf::Needed(const std::string& object) const {
  return std::ranges::any_of(backups_,
                             [&](const auto& backup) { return backup.second.contains(object); });
}

Status BackupShelf::Load(PartUploader* uploader) {
  backups_.clear();
  strays_.clear();
  knows_all_ = true;
  TRY_ASSIGN(const auto names, ListBackups(store_));
  for (const std::string& name : names) {
    next_sequence_ = std::max(next_sequence_, SequenceOfBackup(name) + 1);
    TRY_ASSIGN(const std::string text, store_->ReadAll(name));
    const auto manifest = BackupManifest::FromJson(text);
    if (!manifest) {
      knows_all_ = false;
      continue;
    }
    backups_[name] = ObjectsOf(*manifest);
  }
  for (const std::string folder : {"objects", "backups"}) {
    TRY_ASSIGN(const auto objects, store_->List(folder));
    for (const ObjectInfo& object : objects) {
      if (object.directory) continue;
      const bool backup = folder == "backups";
      if (!object.partial && !backup) uploader->Know(object.name);
      if (object.partial || (!backup && !Needed(object.name))) strays_.push_back(object);
    }
  }
  return OkStatus();
}

Status BackupShelf::Add(const BackupManifest& manifest) {
  TRY(store_->WriteAll(manifest.name(), manifest.ToJson()));
  backups_[manifest.name()] = ObjectsOf(manifest);
  next_sequence_ = manifest.sequence + 1;
  return OkStatus();
}

Status BackupShelf::RemoveObject(const std::string& object, PartUploader* uploader) {
  uploader->Forget(object);
  return store_->Remove(object);
}

Status BackupShelf::Trim(size_t retained, int64_t age_ms, PartUploader* uploader) {
  while (backups_.size() > retained) {
    const auto oldest = backups_.begin();
    TRY(store_->Remove(oldest->first));
    const Objects objects = std::move(oldest->second);
    backups_.erase(oldest);
    for (const std::string& object : objects) {
      if (Needed(object)) continue;
      // If this fails, the next process finds it as a stray.
      TRY(RemoveObject(object, uploader));
    }
  }
  if (!knows_all_) return OkStatus();
  const int64_t old = clock_->WallMillis() - age_ms;
  std::vector<ObjectInfo> young;
  for (ObjectInfo& stray : std::exchange(strays_, {})) {
    if (Needed(stray.name)) continue;  // it was of use after all
    if (stray.modified_ms > old) {
      young.push_back(std::move(stray));
      continue;
    }
    TRY(RemoveObject(stray.name, uploader));
  }
  strays_ = std::move(young);
  return OkStatus();
}

}  // namespace millrace
