// SPDX-License-Identifier: Apache-2.0
#include "cli/backup/backup_target.h"

#include <algorithm>

#include "runtime/backup/backup_location.h"

namespace millrace {
namespace {

constexpr std::string_view kBackups = "backups";
constexpr std::string_view kJob = "job-";

/// Folders of the root that matter here.
struct Folders {
  bool backups = false;
  std::vector<std::string> jobs;
};

Result<Folders> Look(ObjectStore* store) {
  Folders folders;
  TRY_ASSIGN(const auto objects, store->List(""));
  for (const ObjectInfo& object : objects) {
    if (!object.directory) continue;
    if (object.name == kBackups) folders.backups = true;
    if (object.name.starts_with(kJob)) folders.jobs.push_back(object.name);
  }
  std::ranges::sort(folders.jobs);
  return folders;
}

}  // namespace

Result<BackupTarget> FindBackupTarget(const Application& application, const std::string& url,
                                      const std::string& name, const Settings& settings) {
  Settings all = settings;
  all.Reset("state.checkpoints.dir");
  TRY(all.Set("execution.checkpointing.dir", {url, false}));
  TRY_ASSIGN(const BackupSettings backup, BackupSettings::From(all, application.env));
  const auto open = [&](const std::string& below) {
    return OpenBackupStore(application.env, url, backup.s3, below);
  };
  std::vector<std::string> candidates = {""};
  if (!name.empty()) candidates.push_back(name);
  BackupTarget target;
  for (const std::string& below : candidates) {
    TRY_ASSIGN(auto store, open(below));
    TRY_ASSIGN(const Folders folders, Look(store.get()));
    if (folders.backups) {
      target.places.push_back({.folder = "", .store = std::move(store)});
      return target;
    }
    for (const std::string& job : folders.jobs) {
      TRY_ASSIGN(auto of_job, open(below.empty() ? job : below + "/" + job));
      target.places.push_back({.folder = "/" + job, .store = std::move(of_job)});
    }
    if (!target.places.empty()) return target;
  }
  return UserError("MR0843", "there is no backup in '" + url + "'",
                   name.empty() ? "" : "neither there nor in its folder '" + name + "'",
                   "name the folder of a pipeline: <execution.checkpointing.dir>/<pipeline>");
}

Result<bool> HoldsBackups(Disk* disk, const std::string& directory, const std::string& name) {
  TRY_ASSIGN(const auto savepoint, disk->Stat(directory + "/savepoint.json"));
  TRY_ASSIGN(const auto run, disk->Stat(directory + "/run.json"));
  if (savepoint || run) return false;
  std::vector<std::string> folders = {directory};
  if (!name.empty()) folders.push_back(directory + "/" + name);
  for (const std::string& folder : folders) {
    for (const char* below : {"/backups", "/job-1/backups"}) {
      TRY_ASSIGN(const auto backups, disk->Stat(folder + below));
      if (backups && backups->directory) return true;
    }
  }
  return false;
}

Result<std::vector<RestoredTarget>> RestoreTarget(const Application& application,
                                                  const BackupTarget& target,
                                                  const BackupChoice& choice,
                                                  const std::string& data_dir) {
  if (choice.epoch > 0 && target.places.size() > 1) {
    return UserError("MR0902", "--epoch goes with the backups of one statement",
                     "there are " + std::to_string(target.places.size()) + " here",
                     "name the folder of one, <pipeline>/job-<number>");
  }
  std::vector<RestoredTarget> all;
  for (const BackupTarget::Place& place : target.places) {
    RestoredTarget restored{
        .url = place.store->url(), .data_dir = data_dir + place.folder, .backup = {}};
    const auto notice = [&application](const std::string& line) { application.Say(line + "\n"); };
    TRY_ASSIGN(restored.backup, RestoreBackup(application.env, place.store.get(), choice,
                                              restored.data_dir, notice));
    all.push_back(std::move(restored));
  }
  return all;
}

std::string RestoredText(const RestoredTarget& restored) {
  const BackupManifest& manifest = restored.backup.manifest;
  if (restored.backup.already) {
    return "'" + restored.data_dir + "' was restored from " + restored.url +
           " already and goes on where it is\n";
  }
  return "restored epoch " + std::to_string(manifest.epoch) + " of '" + manifest.pipeline +
         "' from " + restored.url + " to " + restored.data_dir + ": " +
         std::to_string(manifest.files.size()) + " files, " + std::to_string(manifest.bytes()) +
         " bytes\n";
}

std::string BackupFolder(const std::string& program, const CopyShare& share) {
  return share.count == 1 ? program : program + "/copy-" + std::to_string(share.index);
}

Result<JobBackup> MakeJobBackup(const Application& application, const Settings& settings,
                                const BackedUpJob& job) {
  const Environment& env = application.env;
  JobBackup backup;
  TRY_ASSIGN(const BackupSettings where, BackupSettings::From(settings, env));
  if (where.url.empty()) return backup;
  std::string folder = BackupFolder(job.program, job.share);
  if (job.directory != job.data_dir) {
    folder += job.directory.substr(job.data_dir.size());
    backup.program_file = job.data_dir + "/program.json";
  }
  backup.open = [env, where, folder] { return OpenBackupStore(env, where.url, where.s3, folder); };
  backup.interval_ms = where.interval_ms;
  backup.retained = static_cast<size_t>(where.retained);
  return backup;
}

}  // namespace millrace
