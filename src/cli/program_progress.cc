// SPDX-License-Identifier: Apache-2.0
#include "cli/program_progress.h"

#include <algorithm>
#include <set>

#include "base/json_value.h"
#include "base/json_writer.h"
#include "env/durable_directory.h"
#include "plan/identity/plan_identity.h"
#include "plan/nodes/sink_nodes.h"
#include "runtime/epochs/manifest.h"
#include "runtime/epochs/plan_file.h"

namespace millrace {
namespace {

std::string ProgressPath(const std::string& data_dir) { return data_dir + "/program.json"; }

std::string NameOf(const std::set<std::string>& tables) {
  std::string name;
  for (const std::string& table : tables) name += (name.empty() ? "" : ", ") + table;
  return name;
}

constexpr const char* kWaysOn =
    "give up with --allow-state-loss what does not fit, start anew with --fresh, or finish the run "
    "with the file it was started with";

}  // namespace

std::vector<ProgramJob> ProgramProgress::JobsOf(const Program& program) {
  std::vector<ProgramJob> jobs;
  for (const Step& step : program.steps) {
    if (step.kind != Step::Kind::kJob || step.is_select) continue;
    std::set<std::string> tables;
    std::string digests;
    for (const PlanNodePtr& root : step.roots) {
      if (const auto* sink = As<SinkNode>(root)) tables.insert(ShortTablePath(sink->table()->path));
      digests += root->digest() + "\n";
    }
    jobs.push_back({NameOf(tables), HexHash(digests)});
  }
  return jobs;
}

std::string ProgramProgress::DirectoryOf(size_t number) const {
  return data_dir_ + "/job-" + std::to_string(number);
}

Result<std::optional<std::vector<ProgramProgress::Entry>>> ProgramProgress::ReadInterrupted()
    const {
  TRY_ASSIGN(const auto info, disk_->Stat(ProgressPath(data_dir_)));
  if (!info) return ReadSingle();
  TRY_ASSIGN(const std::string text, disk_->ReadAll(ProgressPath(data_dir_)));
  TRY_ASSIGN(const JsonValue value, JsonValue::Parse(text));
  std::vector<Entry> entries;
  for (const JsonValue& job : value["jobs"].array()) {
    entries.push_back({.job = {job["writes"].string(), job["fingerprint"].string()},
                       .directory = data_dir_ + job["folder"].string(),
                       .epoch = job["epoch"].number()});
  }
  return entries;
}

/// A program of one statement has no folder for it; nor a file of its own.
Result<std::optional<std::vector<ProgramProgress::Entry>>> ProgramProgress::ReadSingle() const {
  TRY_ASSIGN(const auto manifest, ReadManifest(disk_, data_dir_));
  if (!manifest || manifest->finished) return std::nullopt;
  TRY_ASSIGN(const auto plan, ReadPlan(disk_, data_dir_, manifest->fingerprint));
  if (!plan) return std::nullopt;
  std::set<std::string> tables;
  for (const OperatorIdentity& identity : plan->plan.operators()) {
    if (identity.role == OperatorIdentity::Role::kSink) tables.insert(identity.aspect("table"));
  }
  return std::vector<Entry>{{.job = {NameOf(tables), {}}, .directory = data_dir_, .epoch = 0}};
}

Status ProgramProgress::Write() const {
  JsonWriter out;
  out.BeginObject().Key("jobs").BeginArray();
  for (const Entry& entry : entries_) {
    out.BeginObject().Field("writes", entry.job.name).Field("fingerprint", entry.job.fingerprint);
    out.Field("folder", entry.directory.substr(data_dir_.size()));
    out.Field("epoch", entry.epoch).EndObject();
  }
  out.EndArray().EndObject();
  TRY(CreateDurableDirectory(disk_, data_dir_));
  return disk_->WriteAtomic(ProgressPath(data_dir_), std::move(out).Finish());
}

Status ProgramProgress::Begin(const std::vector<ProgramJob>& jobs, bool fresh) {
  for (size_t number = 1; number <= jobs.size(); ++number) {
    const std::string directory = DirectoryOf(number);
    auto manifest = ReadManifest(disk_, directory);
    if (!manifest && !fresh) return std::unexpected(std::move(manifest).error());
    const uint64_t epoch = manifest && *manifest ? (*manifest)->epoch : 0;
    entries_.push_back({.job = jobs[number - 1], .directory = directory, .epoch = epoch});
  }
  return Write();
}

/// Each job takes the directory of the one before that writes the same tables; the first of them
/// where several do. A new one takes a directory that none had.
Status ProgramProgress::TakeOver(const std::vector<ProgramJob>& jobs, std::vector<Entry> before,
                                 Options options) {
  std::set<std::string> taken;
  for (const Entry& entry : before) taken.insert(entry.directory);
  for (const ProgramJob& job : jobs) {
    const auto found = std::ranges::find(
        before, job.name, [](const Entry& entry) -> const std::string& { return entry.job.name; });
    if (found == before.end()) {
      size_t number = 1;
      while (!taken.insert(DirectoryOf(number)).second) ++number;
      entries_.push_back({.job = job, .directory = DirectoryOf(number), .epoch = 0});
      continue;
    }
    TRY_ASSIGN(const bool done, IsDone(*found));
    if (done && found->job.fingerprint != job.fingerprint && !options.allow_state_loss) {
      return UserError(
          "MR0804",
          "the INSERT INTO " + job.name + " has changed, but is done; it would not run again",
          "'" + data_dir_ + "' holds an interrupted run of another version of the file", kWaysOn);
    }
    entries_.push_back({.job = job, .directory = found->directory, .epoch = found->epoch});
    before.erase(found);
  }
  for (const Entry& entry : before) {
    TRY_ASSIGN(const bool done, IsDone(entry));
    if (done || options.allow_state_loss) continue;
    return UserError("MR0804", "the INSERT INTO " + entry.job.name + " is gone, but is not done",
                     "'" + data_dir_ + "' holds an interrupted run of another version of the file",
                     kWaysOn);
  }
  return Write();
}

Result<ProgramProgress> ProgramProgress::Open(Disk* disk, const std::string& data_dir,
                                              const std::vector<ProgramJob>& jobs,
                                              Options options) {
  ProgramProgress progress(disk, data_dir);
  std::optional<std::vector<Entry>> before;
  if (!options.fresh) {
    TRY_ASSIGN(before, progress.ReadInterrupted());
  }
  if (before) {
    TRY(progress.TakeOver(jobs, *std::move(before), options));
  } else {
    TRY(progress.Begin(jobs, options.fresh));
  }
  return progress;
}

Result<std::vector<std::string>> ProgramProgress::FindDirectories(
    Disk* disk, const std::string& data_dir, const std::vector<ProgramJob>& jobs) {
  const ProgramProgress progress(disk, data_dir);
  TRY_ASSIGN(const bool several, IsOneOfSeveral(disk, data_dir));
  if (jobs.size() < 2 && !several) return std::vector<std::string>(jobs.size(), data_dir);
  TRY_ASSIGN(auto before, progress.ReadInterrupted());
  std::vector<std::string> directories(jobs.size());
  for (size_t i = 0; i < jobs.size(); ++i) {
    if (!before) {
      directories[i] = progress.DirectoryOf(i + 1);
      continue;
    }
    const auto found =
        std::ranges::find(*before, jobs[i].name,
                          [](const Entry& entry) -> const std::string& { return entry.job.name; });
    if (found == before->end()) continue;  // a new one has none yet
    directories[i] = found->directory;
    before->erase(found);
  }
  return directories;
}

Result<bool> ProgramProgress::IsOneOfSeveral(Disk* disk, const std::string& data_dir) {
  TRY_ASSIGN(const auto info, disk->Stat(ProgressPath(data_dir)));
  return info.has_value();
}

Result<bool> ProgramProgress::IsDone(const Entry& entry) const {
  auto manifest = ReadManifest(disk_, entry.directory);
  if (!manifest || !*manifest) return false;  // a damaged one is reported when its job starts
  return (*manifest)->finished && (*manifest)->epoch > entry.epoch;
}

Result<bool> ProgramProgress::IsFinished(size_t number) const {
  return IsDone(entries_[number - 1]);
}

Result<size_t> ProgramProgress::FinishedCount() const {
  size_t count = 0;
  for (const Entry& entry : entries_) {
    TRY_ASSIGN(const bool finished, IsDone(entry));
    count += finished ? 1 : 0;
  }
  return count;
}

Status ProgramProgress::Close() { return disk_->Remove(ProgressPath(data_dir_)); }

}  // namespace millrace
