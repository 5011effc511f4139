// SPDX-License-Identifier: Apache-2.0
#include "runtime/backup/restore_backup.h"

#include <algorithm>
#include <optional>

#include "base/json_value.h"
#include "base/json_writer.h"
#include "env/durable_directory.h"
#include "runtime/epochs/manifest.h"

namespace millrace {
namespace {

constexpr size_t kRestoreReadBytes = 1 << 20;
constexpr const char* kUnfinished = "restoring.json";
constexpr const char* kOrigin = "started-from.json";
constexpr const char* kProgram = "../program.json";

std::string Said(const Error& error) {
  return error.message + (error.detail.empty() ? "" : ": " + error.detail);
}

std::unexpected<Error> Refused(std::string message, std::string detail, std::string hint) {
  return UserError("MR0843", std::move(message), std::move(detail), std::move(hint));
}

/// Where a file of the backup goes. It must not lead out of the directory.
Result<std::string> PlaceOf(const BackupFile& file, const std::string& data_dir) {
  if (file.outside) return file.path;
  const bool leads_out =
      file.path.empty() || file.path[0] == '/' || file.path.find("..") != std::string::npos;
  if (leads_out && file.path != kProgram) {
    return Refused("the backup cannot be read", "'" + file.path + "' is no file of a run", "");
  }
  return data_dir + "/" + file.path;
}

class Restorer {
 public:
  Restorer(const Environment& env, ObjectStore* store, const BackupManifest& manifest,
           const std::string& data_dir, bool only_to_look)
      : disk_(env.disk),
        store_(store),
        manifest_(manifest),
        data_dir_(data_dir),
        only_to_look_(only_to_look) {}

  /// The manifest of the run goes last: until then the directory is that of no run.
  Status Run() {
    for (const char* folder : {"/journal", "/state", "/backup.staging"}) {
      TRY(disk_->RemoveTree(data_dir_ + folder));
    }
    TRY(disk_->Remove(data_dir_ + "/run.json"));
    TRY(CreateDurableDirectory(disk_, data_dir_ + "/journal"));
    const BackupFile* run = nullptr;
    for (const BackupFile& file : manifest_.files) {
      if (file.path == "run.json") {
        run = &file;
      } else {
        TRY(RestoreFile(file));
      }
    }
    for (const std::string& directory : directories_) TRY(disk_->SyncDirectory(directory));
    if (run == nullptr) return Refused("the backup cannot be read", "it has no run.json", "");
    return RestoreRun(*run);
  }

 private:
  Status RestoreFile(const BackupFile& file) {
    TRY_ASSIGN(const std::string path, PlaceOf(file, data_dir_));
    if (file.outside || file.path == kProgram) {
      if (only_to_look_) return Fetch(file, [](std::string_view) { return OkStatus(); });
      // On the machine where it was written, it may be there, and longer.
      TRY_ASSIGN(const auto there, disk_->Stat(path));
      if (there && (file.path == kProgram || there->size >= file.size())) return OkStatus();
    }
    const std::string parent = ParentDirectory(path);
    TRY(CreateDurableDirectory(disk_, parent));
    TRY_ASSIGN(const auto target, disk_->OpenForAppend(path, std::nullopt));
    TRY(Fetch(file, [&target](std::string_view bytes) { return target->Append(bytes); }));
    TRY(target->Sync());
    TRY(target->Close());
    directories_.push_back(parent);
    return OkStatus();
  }

  Status RestoreRun(const BackupFile& file) {
    std::string text;
    TRY(Fetch(file, [&text](std::string_view bytes) {
      text += bytes;
      return OkStatus();
    }));
    TRY_ASSIGN(RunManifest run, RunManifest::FromJson(text));
    run.epoch = std::max(run.epoch, manifest_.epoch) + kEpochsSkipped;
    return WriteManifest(disk_, data_dir_, run);
  }

  Status Fetch(const BackupFile& file, const std::function<Status(std::string_view)>& visit) {
    for (const BackupPart& part : file.parts) {
      TRY_ASSIGN(const auto object, store_->Read(part.object));
      BackupSum sum;
      uint64_t at = 0;
      buffer_.resize(kRestoreReadBytes);
      while (true) {
        TRY_ASSIGN(const size_t count, object->ReadAt(at, buffer_.size(), buffer_.data()));
        if (count == 0) break;
        sum.Add({buffer_.data(), count});
        TRY(visit({buffer_.data(), count}));
        at += count;
        if (at >= part.size) break;
      }
      if (at != part.size || sum.Finish() != part.sum) {
        return ExternalError("MR0843", "a part of the backup is damaged",
                             "'" + part.object + "' of '" + file.path + "' in " + store_->url() +
                                 " is not what was written");
      }
    }
    return OkStatus();
  }

  Disk* disk_;
  ObjectStore* store_;
  const BackupManifest& manifest_;
  const std::string& data_dir_;
  const bool only_to_look_;
  std::vector<std::string> directories_;
  std::vector<char> buffer_;
};

std::string OriginJson(const ObjectStore& store, const BackupManifest& manifest) {
  JsonWriter out;
  out.BeginObject().Field("backup", store.url()).Field("sequence", manifest.sequence);
  out.Field("epoch", manifest.epoch).EndObject();
  return std::move(out).Finish() + "\n";
}

/// Whether the unfinished run in the directory was begun from a backup of this place.
Result<bool> BegunFrom(Disk* disk, const ObjectStore& store, const std::string& data_dir) {
  const std::string path = data_dir + "/" + kOrigin;
  TRY_ASSIGN(const auto there, disk->Stat(path));
  if (!there) return false;
  TRY_ASSIGN(const std::string text, disk->ReadAll(path));
  const auto origin = JsonValue::Parse(text);
  return origin && (*origin)["backup"].string() == store.url();
}

Result<BackupManifest> Choose(ObjectStore* store, const BackupChoice& choice,
                              const std::function<void(const std::string&)>& notice) {
  TRY_ASSIGN(const auto manifests, ReadBackups(store, notice));
  if (manifests.empty()) {
    return Refused("there is no backup in '" + store->url() + "'", "",
                   "name the folder of one pipeline: <execution.checkpointing.dir>/<name>");
  }
  if (choice.epoch == 0) return manifests[0];
  std::string epochs;
  for (const BackupManifest& manifest : manifests) {
    if (manifest.epoch == choice.epoch) return manifest;
    epochs += (epochs.empty() ? "" : ", ") + std::to_string(manifest.epoch);
  }
  return Refused("there is no backup of epoch " + std::to_string(choice.epoch),
                 "'" + store->url() + "' has those of " + epochs, "");
}

}  // namespace

Result<std::vector<BackupManifest>> ReadBackups(
    ObjectStore* store, const std::function<void(const std::string&)>& notice) {
  TRY_ASSIGN(auto names, ListBackups(store));
  std::ranges::reverse(names);
  std::vector<BackupManifest> manifests;
  for (const std::string& name : names) {
    TRY_ASSIGN(const std::string text, store->ReadAll(name));
    auto manifest = BackupManifest::FromJson(text);
    if (manifest) {
      manifests.push_back(*std::move(manifest));
    } else if (notice) {
      notice("'" + name + "' is left out: " + Said(manifest.error()));
    }
  }
  return manifests;
}

Result<RestoredBackup> RestoreBackup(const Environment& env, ObjectStore* store,
                                     const BackupChoice& choice, const std::string& data_dir,
                                     const std::function<void(const std::string&)>& notice) {
  Disk* disk = env.disk;
  RestoredBackup restored;
  TRY(CreateDurableDirectory(disk, data_dir));
  TRY_ASSIGN(const auto lock, disk->Lock(data_dir + "/lock"));
  const std::string unfinished = data_dir + "/" + kUnfinished;
  TRY_ASSIGN(const auto interrupted, disk->Stat(unfinished));
  if (!interrupted) {
    TRY_ASSIGN(const auto run, ReadManifest(disk, data_dir));
    if (run && !run->finished) {
      TRY_ASSIGN(restored.already, BegunFrom(disk, *store, data_dir));
      if (restored.already) return restored;
      return Refused("'" + data_dir + "' holds a run that is not finished",
                     "restoring would give it up",
                     "name another directory with --data-dir, or remove this one");
    }
  }
  TRY_ASSIGN(restored.manifest, Choose(store, choice, notice));
  const std::string origin = OriginJson(*store, restored.manifest);
  TRY(disk->WriteAtomic(unfinished, origin));
  TRY(Restorer(env, store, restored.manifest, data_dir, choice.only_to_look).Run());
  TRY(disk->WriteAtomic(data_dir + "/" + kOrigin, origin));
  TRY(disk->Remove(unfinished));
  TRY(disk->SyncDirectory(data_dir));
  return restored;
}

Status CheckRestored(Disk* disk, const std::string& data_dir) {
  TRY_ASSIGN(const auto interrupted, disk->Stat(data_dir + "/" + kUnfinished));
  if (!interrupted) return OkStatus();
  return Refused("a backup was not restored to its end in '" + data_dir + "'",
                 "what is there is a part of it", "restore it again");
}

}  // namespace millrace
