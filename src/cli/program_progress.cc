// SPDX-License-Identifier: Apache-2.0
#include "cli/program_progress.h"

#include "base/json_writer.h"
#include "runtime/epochs/json_value.h"
#include "runtime/epochs/manifest.h"

namespace millrace {
namespace {

std::string PathIn(const std::string& data_dir) { return data_dir + "/program.json"; }

Result<std::optional<JsonValue>> ReadInterrupted(Disk* disk, const std::string& data_dir) {
  TRY_ASSIGN(const auto info, disk->Stat(PathIn(data_dir)));
  if (!info) return std::nullopt;
  TRY_ASSIGN(const std::string text, disk->ReadAll(PathIn(data_dir)));
  TRY_ASSIGN(JsonValue value, JsonValue::Parse(text));
  return value;
}

}  // namespace

std::string ProgramProgress::JobDirectory(const std::string& data_dir, size_t number) {
  return data_dir + "/job-" + std::to_string(number);
}

Result<ProgramProgress> ProgramProgress::Open(Disk* disk, const std::string& data_dir,
                                              const std::string& fingerprint, size_t jobs,
                                              bool fresh) {
  ProgramProgress progress(disk, data_dir);
  if (!fresh) {
    TRY_ASSIGN(const auto interrupted, ReadInterrupted(disk, data_dir));
    const bool same = interrupted && (*interrupted)["fingerprint"].string() == fingerprint &&
                      (*interrupted)["epochs"].array().size() == jobs;
    if (interrupted && !same) {
      return UserError("MR0804",
                       "the data directory " + data_dir +
                           " holds an interrupted run of another version of this file",
                       "", "Put the file back, or give up that run with --fresh.");
    }
    if (same) {
      for (const JsonValue& epoch : (*interrupted)["epochs"].array()) {
        progress.epochs_.push_back(epoch.number());
      }
      return progress;
    }
  }
  JsonWriter out;
  out.BeginObject().Field("fingerprint", fingerprint).Key("epochs").BeginArray();
  for (size_t number = 1; number <= jobs; ++number) {
    auto manifest = ReadManifest(disk, JobDirectory(data_dir, number));
    if (!manifest && !fresh) return std::unexpected(std::move(manifest).error());
    const uint64_t epoch = manifest && *manifest ? (*manifest)->epoch : 0;
    progress.epochs_.push_back(epoch);
    out.Int(static_cast<int64_t>(epoch));
  }
  out.EndArray().EndObject();
  TRY(disk->CreateDirectories(data_dir));
  TRY(disk->WriteAtomic(PathIn(data_dir), std::move(out).Finish()));
  return progress;
}

Result<bool> ProgramProgress::IsFinished(size_t number) const {
  auto manifest = ReadManifest(disk_, JobDirectory(data_dir_, number));
  if (!manifest || !*manifest) return false;  // a damaged one is reported when its job starts
  return (*manifest)->finished && (*manifest)->epoch > epochs_[number - 1];
}

Result<size_t> ProgramProgress::FinishedCount() const {
  size_t count = 0;
  for (size_t number = 1; number <= epochs_.size(); ++number) {
    TRY_ASSIGN(const bool finished, IsFinished(number));
    count += finished ? 1 : 0;
  }
  return count;
}

Status ProgramProgress::Close() { return disk_->Remove(PathIn(data_dir_)); }

}  // namespace millrace
