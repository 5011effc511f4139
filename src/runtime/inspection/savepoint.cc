// SPDX-License-Identifier: Apache-2.0
#include "runtime/inspection/savepoint.h"

#include <vector>

#include "base/json_value.h"
#include "base/json_writer.h"
#include "env/durable_directory.h"
#include "runtime/backup/restore_backup.h"

namespace millrace {
namespace {

constexpr uint64_t kVersion = 1;
constexpr uint64_t kPartBytes = 32ull << 20;  // of state in one record of the journal
constexpr size_t kCopyBytes = 1 << 20;
constexpr const char* kDescription = "savepoint.json";
constexpr const char* kOrigin = "started-from.json";

/// Writes state into journal records of bounded size, an epoch each.
class StateWriter {
 public:
  StateWriter(EpochJournal* journal, RunManifest manifest)
      : journal_(journal), manifest_(std::move(manifest)) {}

  Status Begin() {
    manifest_.epoch = 0;
    return Write(JournalRecord::Kind::kStart);
  }

  Status Add(const StateEntry& entry) {
    Shard& shard = shards_[entry.key_group >= 0 ? 0 : entry.shard];
    const std::string table = std::string(entry.operator_id) + "\n" + std::string(entry.table);
    const bool merges = entry.key_group == kShardEntry;
    if (shard.table != table || shard.merges != merges) {
      shard.delta.Begin(entry.operator_id, entry.table, merges);
      shard.table = table;
      shard.merges = merges;
    }
    shard.delta.Add({.table = entry.table,
                     .key = entry.key,
                     .value = entry.value,
                     .deleted = false,
                     .key_group = entry.key_group >= 0 ? entry.key_group : -1});
    ++entries_;
    bytes_ += entry.key.size() + entry.value.size();
    return bytes_ < kPartBytes ? OkStatus() : Write(JournalRecord::Kind::kEpoch);
  }

  /// The last epoch is that of the run, or later. It stands for the run's, as far as that was
  /// decided elsewhere.
  Status Finish(uint64_t epoch, const std::optional<EpochRecord>& decided) {
    manifest_.epoch = std::max(manifest_.epoch, epoch == 0 ? 0 : epoch - 1);
    TRY(Write(JournalRecord::Kind::kEpoch, decided));
    return journal_->Sync();
  }

  /// One more epoch of the run behind that, of which only the sink knows whether it happened: the
  /// start from the savepoint asks it.
  Status AddUndecided(const JournalRecord& last, RunManifest manifest) {
    manifest.epoch = manifest_.epoch + 1;
    manifest_ = std::move(manifest);
    TRY(journal_->Append({.kind = JournalRecord::Kind::kEpoch,
                          .epoch = manifest_.epoch,
                          .manifest = manifest_.Body(),
                          .deltas = last.deltas,
                          .dead_letters = {},
                          .decided_before = last.decided_before},
                         nullptr));
    return journal_->Sync();
  }

  uint64_t entries() const { return entries_; }
  const RunManifest& manifest() const { return manifest_; }

 private:
  struct Shard {
    DeltaWriter delta;
    std::string table;
    bool merges = false;
  };

  Status Write(JournalRecord::Kind kind, const std::optional<EpochRecord>& decided = {}) {
    if (kind == JournalRecord::Kind::kEpoch) ++manifest_.epoch;
    JournalRecord record{.kind = kind,
                         .epoch = manifest_.epoch,
                         .manifest = manifest_.Body(),
                         .deltas = {},
                         .dead_letters = {},
                         .decided_before = decided};
    for (auto& [number, shard] : shards_) record.deltas.emplace_back(number, shard.delta.Take());
    shards_.clear();
    bytes_ = 0;
    TRY(journal_->Append(record, nullptr));
    return OkStatus();
  }

  EpochJournal* journal_;
  RunManifest manifest_;
  std::map<int, Shard> shards_;
  uint64_t bytes_ = 0;
  uint64_t entries_ = 0;
};

std::string InfoToJson(const SavepointInfo& info) {
  JsonWriter out;
  out.BeginObject().Field("version", kVersion).Field("pipeline", info.pipeline);
  out.Field("epoch", info.epoch).Field("entries", info.entries).Field("id", info.id).EndObject();
  return std::move(out).Finish() + "\n";
}

Status CopyFile(Disk* disk, const std::string& from, const std::string& to) {
  TRY_ASSIGN(const auto source, disk->OpenForRead(from));
  TRY_ASSIGN(const auto target, disk->OpenForAppend(to, std::nullopt));
  std::vector<char> buffer(kCopyBytes);
  for (uint64_t at = 0;;) {
    TRY_ASSIGN(const size_t count, source->ReadAt(at, buffer.size(), buffer.data()));
    if (count == 0) break;
    TRY(target->Append({buffer.data(), count}));
    at += count;
  }
  TRY(target->Sync());
  return target->Close();
}

std::unexpected<Error> NotEmpty(const std::string& directory) {
  return UserError("MR0842", "'" + directory + "' is not empty", "",
                   "name a directory that does not exist yet");
}

}  // namespace

Result<SavepointInfo> WriteSavepoint(const Environment& env, const StateReader& reader,
                                     const std::string& directory) {
  if (!reader.problems().empty() || !reader.manifest() || !reader.plan()) {
    return UserError("MR0842", "the run cannot be read whole, so no savepoint is made",
                     reader.problems().empty() ? "it has no plan" : reader.problems()[0],
                     "`millrace state verify` says what is damaged");
  }
  Disk* disk = env.disk;
  TRY_ASSIGN(const auto there, disk->Stat(directory));
  if (there) {
    TRY_ASSIGN(const auto files, disk->List(directory, /*recursive=*/false));
    if (!files.empty()) return NotEmpty(directory);
  }
  TRY(CreateDurableDirectory(disk, directory + "/journal"));
  const auto without_letters = [&reader](RunManifest manifest) {
    manifest.fingerprint = reader.plan()->fingerprint;
    manifest.finished = false;
    manifest.dead_letters.clear();
    manifest.dead_letters_at_start.clear();
    return manifest;
  };
  const RunManifest manifest = without_letters(*reader.manifest());
  TRY_ASSIGN(const auto journal, EpochJournal::Open(env, directory + "/journal"));
  StateWriter writer(journal.get(), manifest);
  TRY(writer.Begin());
  TRY(reader.Visit([&writer](const StateEntry& entry) { return writer.Add(entry); }));
  const auto& last = reader.left_out();
  // Epoch 0 is none: before the first epoch a sink knows of nothing.
  const EpochRecord none{};
  TRY(writer.Finish(reader.epoch(),
                    last && !reader.decided() ? std::optional(none) : reader.decided()));
  if (last) {
    TRY_ASSIGN(RunManifest body, RunManifest::FromBody(last->manifest, last->epoch));
    TRY(writer.AddUndecided(*last, without_letters(std::move(body))));
  }
  TRY(WritePlan(disk, directory, *reader.plan(), {}));
  TRY(WriteManifest(disk, directory, writer.manifest()));
  SavepointInfo info{.pipeline = manifest.pipeline,
                     .epoch = last ? last->epoch : reader.epoch(),
                     .entries = writer.entries(),
                     .id = {}};
  info.id = HexHash(writer.manifest().ToJson() + PlanToJson(*reader.plan()) +
                    std::to_string(env.clock->WallMillis()));
  TRY(disk->WriteAtomic(directory + "/" + kDescription, InfoToJson(info)));
  return info;
}

Result<SavepointInfo> ReadSavepoint(Disk* disk, const std::string& directory) {
  const std::string path = directory + "/" + kDescription;
  TRY_ASSIGN(const auto there, disk->Stat(path));
  if (!there) {
    return UserError("MR0842", "'" + directory + "' holds no whole savepoint",
                     "savepoint.json, which is written last, is not there",
                     "`millrace savepoint` makes one");
  }
  TRY_ASSIGN(const std::string text, disk->ReadAll(path));
  TRY_ASSIGN(const JsonValue value, JsonValue::Parse(text));
  if (value["version"].number() != kVersion) {
    return UserError("MR0842", "'" + directory + "' was written by another version");
  }
  return SavepointInfo{.pipeline = value["pipeline"].string(),
                       .epoch = value["epoch"].number(),
                       .entries = value["entries"].number(),
                       .id = value["id"].string()};
}

Result<bool> InstallSavepoint(Disk* disk, const std::string& savepoint,
                              const std::string& data_dir) {
  TRY_ASSIGN(const SavepointInfo info, ReadSavepoint(disk, savepoint));
  const std::string origin = data_dir + "/" + kOrigin;
  TRY_ASSIGN(const auto begun, disk->Stat(origin));
  if (begun) {
    TRY_ASSIGN(const std::string text, disk->ReadAll(origin));
    if (text == InfoToJson(info)) return false;
  }
  TRY(CreateDurableDirectory(disk, data_dir));
  TRY_ASSIGN(const auto lock, disk->Lock(data_dir + "/lock"));
  TRY_ASSIGN(const auto manifest, ReadManifest(disk, data_dir));
  if (manifest && !manifest->finished) {
    return UserError("MR0842", "'" + data_dir + "' holds a run that is not finished",
                     "starting from a savepoint would give it up",
                     "name another directory with --data-dir, or remove this one");
  }
  // The manifest goes last: until then the directory is that of a finished run, or of none.
  TRY(disk->RemoveTree(data_dir + "/journal"));
  TRY(disk->RemoveTree(data_dir + "/state"));
  TRY(CreateDurableDirectory(disk, data_dir + "/journal"));
  TRY_ASSIGN(const auto files, disk->List(savepoint + "/journal", /*recursive=*/false));
  for (const FileInfo& file : files) {
    const std::string name = file.path.substr(file.path.rfind('/') + 1);
    if (!file.directory) {
      TRY(CopyFile(disk, savepoint + "/journal/" + name, data_dir + "/journal/" + name));
    }
  }
  TRY(disk->SyncDirectory(data_dir + "/journal"));
  TRY_ASSIGN(const std::string plan, disk->ReadAll(savepoint + "/plan.json"));
  TRY(disk->WriteAtomic(data_dir + "/plan.json", plan));
  TRY_ASSIGN(auto run, ReadManifest(disk, savepoint));
  if (!run) return UserError("MR0842", "'" + savepoint + "' has no run.json");
  // The run it was taken of goes on counting, too, and what it sends carries its epochs in keys.
  run->epoch += kEpochsSkipped;
  TRY(WriteManifest(disk, data_dir, *run));
  TRY(disk->WriteAtomic(origin, InfoToJson(info)));
  return true;
}

}  // namespace millrace
