// SPDX-License-Identifier: Apache-2.0
#include "connectors/filesystem/sink.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <map>
#include <optional>
#include <set>

#include "base/check.h"
#include "base/mutant.h"
#include "connectors/filesystem/options.h"
#include "connectors/filesystem/partition_path.h"
#include "connectors/filesystem/sink_state.h"
#include "connectors/filesystem/staged_file.h"
#include "connectors/staged_output.h"

namespace millrace {
namespace {

/// Files open at once; beyond, the one written to longest ago is finished.
constexpr size_t kMaxOpenFiles = 256;

/// Eight hexadecimal digits that tell tables of different pipelines in one directory apart.
std::string ShortHash(std::string_view text) {
  uint64_t hash = 0xcbf29ce484222325ull;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ull;
  hash ^= hash >> 32;
  std::string digits(8, '0');
  for (size_t i = 0; i < 8; ++i, hash >>= 4) digits[7 - i] = "0123456789abcdef"[hash & 15];
  return digits;
}

struct OpenFile {
  std::unique_ptr<StagedFile> staged;
  uint64_t sequence = 0;
  int64_t opened_ms = 0;
  int64_t written_ms = 0;
};

struct FilePlace {
  int shard = 0;
  uint64_t sequence = 0;
};

struct RollingPolicy {
  uint64_t file_size = 0;
  int64_t rollover_ms = 0;
  int64_t inactivity_ms = 0;
};

class FileSink final : public SinkWriter, public StagesOutput {
 public:
  FileSink(const TableContext& table, std::string path)
      : table_(table),
        path_(std::move(path)),
        disk_(table.env.disk),
        partition_(table.schema, table.partition_keys,
                   table.options.GetString("partition.default-name")),
        table_prefix_("part-" + ShortHash(table.pipeline + "\n" + table.table) + "-"),
        prefix_(table_prefix_ + std::to_string(table.shard) + "-"),
        converts_(static_cast<bool>(table.make_file_encoder)) {
    policy_.file_size = table.options.GetMemorySize("sink.rolling-policy.file-size");
    policy_.rollover_ms =
        table.options.GetDuration("sink.rolling-policy.rollover-interval").count();
    policy_.inactivity_ms =
        table.options.GetDuration("sink.rolling-policy.inactivity-interval").count();
    if (table.options.GetString("sink.partition-commit.policy.kind") == "success-file") {
      success_file_ = table.options.GetString("sink.partition-commit.success-file.name");
    }
    for (size_t i = 0; i < table.schema.size(); ++i) {
      if (partition_.Holds(i)) continue;
      file_columns_.push_back(i);
      file_schema_.Append(table.schema[i]);
    }
  }

  Status Restore(std::string_view state) override;
  Status Write(const SinkInput& input) override;
  Result<std::string> Prepare(uint64_t epoch) override;
  Result<bool> Delivered(uint64_t epoch) override;
  Status Commit(uint64_t epoch) override;
  Status Finish() override;
  Status Discard(std::string_view state) override;
  Result<std::vector<StagedOutput>> Staged(std::string_view state) const override;
  Result<std::vector<StagedOutput>> Behind(const std::map<int, std::string>& states) const override;

 private:
  StagedNames NamesOf(uint64_t sequence, const std::string& partition) const {
    return NamesOf(table_.shard, sequence, partition);
  }
  StagedNames NamesOf(int shard, uint64_t sequence, const std::string& partition) const;
  Status StartAfresh();
  Status RemoveStrays(const SinkState& keep);
  std::optional<FilePlace> PlaceOf(std::string_view path) const;
  Result<OpenFile*> FileFor(const std::string& partition);
  Status WritePartition(const std::string& partition, const SinkInput& input,
                        const std::vector<int32_t>* rows);
  Status Complete(const std::string& partition);
  Status Publish(const StagedFileState& file);
  int64_t Now() const { return table_.env.clock->WallMillis(); }
  SinkState State() const;

  TableContext table_;
  std::string path_;
  Disk* disk_;
  PartitionPath partition_;
  std::string table_prefix_;  // of the files of all shards
  std::string prefix_;
  bool converts_;
  RollingPolicy policy_;
  std::string success_file_;  // empty: none
  std::vector<size_t> file_columns_;
  Schema file_schema_;

  bool ready_ = false;
  uint64_t next_sequence_ = 0;
  uint64_t first_sequence_ = 0;                                // of this run
  std::map<std::string, OpenFile> open_;                       // by partition
  std::vector<StagedFileState> complete_;                      // published by the next commit
  std::map<uint64_t, std::vector<StagedFileState>> prepared_;  // by epoch
  std::string buffer_;
};

StagedNames FileSink::NamesOf(int shard, uint64_t sequence, const std::string& partition) const {
  const std::string directory = partition.empty() ? path_ : path_ + "/" + partition;
  const std::string name = table_prefix_ + std::to_string(shard) + "-" + std::to_string(sequence);
  return {.directory = directory,
          .staging = directory + "/." + name + ".inprogress",
          .converted = directory + "/." + name + ".complete",
          .final_name = directory + "/" + name,
          .levels = 1 + static_cast<int>(table_.partition_keys.size())};
}

SinkState FileSink::State() const {
  SinkState state{
      .next_sequence = next_sequence_, .first_sequence = first_sequence_, .files = complete_};
  for (const auto& [partition, file] : open_) {
    state.files.push_back({.sequence = file.sequence,
                           .partition = partition,
                           .length = file.staged->size(),
                           .finished = false});
  }
  return state;
}

/// Of a published file of this table; nothing for other files.
std::optional<FilePlace> FileSink::PlaceOf(std::string_view path) const {
  std::string_view name = path.substr(path.rfind('/') + 1);
  if (!name.starts_with(table_prefix_)) return std::nullopt;
  name.remove_prefix(table_prefix_.size());
  FilePlace place;
  const char* const limit = name.data() + name.size();
  const auto shard = std::from_chars(name.data(), limit, place.shard);
  if (shard.ec != std::errc() || shard.ptr == limit || *shard.ptr != '-') return std::nullopt;
  const auto sequence = std::from_chars(shard.ptr + 1, limit, place.sequence);
  if (sequence.ec != std::errc() || sequence.ptr != limit) return std::nullopt;
  return place;
}

/// A run without a past: behind the files of earlier runs, whose unfinished ones go. Behind those
/// of all shards, so that a number tells files of one run from those of the runs before it.
Status FileSink::StartAfresh() {
  ready_ = true;
  TRY(disk_->CreateDirectories(path_));
  TRY(RemoveStrays({}));
  TRY_ASSIGN(const auto files, disk_->List(path_, partition_.partitioned()));
  for (const FileInfo& file : files) {
    if (const auto place = PlaceOf(file.path)) {
      next_sequence_ = std::max(next_sequence_, place->sequence + 1);
    }
  }
  first_sequence_ = next_sequence_;
  return OkStatus();
}

/// Removes hidden files of this table and shard that `keep` does not know.
Status FileSink::RemoveStrays(const SinkState& keep) {
  TRY_ASSIGN(const auto present, disk_->Stat(path_));
  if (!present) return OkStatus();
  std::set<std::string> known;
  for (const StagedFileState& file : keep.files) {
    const StagedNames names = NamesOf(file.sequence, file.partition);
    known.insert(names.staging);
    if (file.finished) known.insert(names.converted);
  }
  TRY_ASSIGN(const auto files, disk_->List(path_, partition_.partitioned()));
  for (const FileInfo& file : files) {
    const std::string_view name = std::string_view(file.path).substr(file.path.rfind('/') + 1);
    const bool ours = name.starts_with('.') && name.substr(1).starts_with(prefix_);
    if (ours && !known.contains(file.path)) TRY(disk_->Remove(file.path));
  }
  return OkStatus();
}

Status FileSink::Restore(std::string_view text) {
  if (text.empty()) return StartAfresh();
  TRY_ASSIGN(const SinkState state, ReadSinkState(text));
  ready_ = true;
  next_sequence_ = MUTANT("file-number-used-twice") ? 0 : state.next_sequence;
  first_sequence_ = state.first_sequence;
  TRY(RemoveStrays(state));
  for (const StagedFileState& file : state.files) {
    if (file.finished) {
      complete_.push_back(file);
      continue;
    }
    StagedNames names = NamesOf(file.sequence, file.partition);
    TRY_ASSIGN(const auto staged, disk_->Stat(names.staging));
    TRY_ASSIGN(const auto published, disk_->Stat(names.final_name));
    // The run had ended and was giving its files their names when it was stopped.
    if (published) {
      if (staged) TRY(disk_->Remove(names.staging));
      continue;
    }
    OpenFile open{.sequence = file.sequence, .opened_ms = Now(), .written_ms = Now()};
    const uint64_t keep = MUTANT("staged-file-not-cut") && staged ? staged->size : file.length;
    TRY_ASSIGN(open.staged, StagedFile::Open(disk_, std::move(names), keep));
    open_.emplace(file.partition, std::move(open));
  }
  // The runtime commits the restored epoch again.
  for (const StagedFileState& file : complete_) {
    if (!MUTANT("restored-file-not-published")) TRY(Publish(file));
  }
  complete_.clear();
  return OkStatus();
}

Status FileSink::Discard(std::string_view text) {
  if (text.empty()) return RemoveStrays({});
  TRY_ASSIGN(const SinkState state, ReadSinkState(text));
  TRY(RemoveStrays({}));
  TRY_ASSIGN(const auto present, disk_->Stat(path_));
  if (!present) return OkStatus();
  // The run starts over: what it published is written again.
  TRY_ASSIGN(const auto files, disk_->List(path_, partition_.partitioned()));
  for (const FileInfo& file : files) {
    const auto place = PlaceOf(file.path);
    if (!place || place->shard != table_.shard || place->sequence < state.first_sequence) continue;
    TRY(disk_->Remove(file.path));
    TRY(disk_->SyncDirectory(file.path.substr(0, file.path.rfind('/'))));
  }
  return OkStatus();
}

Result<std::vector<StagedOutput>> FileSink::Staged(std::string_view text) const {
  std::vector<StagedOutput> outputs;
  if (text.empty()) return outputs;
  TRY_ASSIGN(const SinkState state, ReadSinkState(text));
  for (const StagedFileState& file : state.files) {
    StagedNames names = NamesOf(file.sequence, file.partition);
    outputs.push_back({.path = std::move(names.staging),
                       .final_path = std::move(names.final_name),
                       .length = file.length,
                       .finished = file.finished,
                       .converted = converts_});
  }
  return outputs;
}

Result<std::vector<StagedOutput>> FileSink::Behind(const std::map<int, std::string>& texts) const {
  std::vector<StagedOutput> behind;
  std::map<int, SinkState> states;
  uint64_t first = std::numeric_limits<uint64_t>::max();  // of the run, on any shard
  for (const auto& [shard, text] : texts) {
    TRY_ASSIGN(const SinkState state, ReadSinkState(text));
    first = std::min(first, state.first_sequence);
    states.emplace(shard, state);
  }
  TRY_ASSIGN(const auto present, disk_->Stat(path_));
  if (!present || states.empty()) return behind;
  TRY_ASSIGN(const auto files, disk_->List(path_, partition_.partitioned()));
  for (const FileInfo& file : files) {
    const auto place = PlaceOf(file.path);
    if (!place) continue;
    const auto state = states.find(place->shard);
    StagedOutput output{.path = {}, .final_path = file.path, .converted = converts_};
    if (state != states.end()) {
      for (const StagedFileState& staged : state->second.files) {
        if (staged.sequence != place->sequence || staged.finished) continue;
        output.path = NamesOf(place->shard, staged.sequence, staged.partition).staging;
      }
    }
    const uint64_t known = state != states.end() ? state->second.next_sequence : first;
    if (!output.path.empty() || place->sequence >= known) behind.push_back(std::move(output));
  }
  std::ranges::sort(behind, {}, &StagedOutput::final_path);
  return behind;
}

Result<OpenFile*> FileSink::FileFor(const std::string& partition) {
  const auto found = open_.find(partition);
  if (found != open_.end()) return &found->second;
  if (open_.size() >= kMaxOpenFiles) {
    const auto oldest = std::ranges::min_element(
        open_, {}, [](const auto& entry) { return entry.second.written_ms; });
    TRY(Complete(std::string(oldest->first)));
  }
  OpenFile file{.sequence = next_sequence_++, .opened_ms = Now(), .written_ms = Now()};
  TRY_ASSIGN(file.staged, StagedFile::Open(disk_, NamesOf(file.sequence, partition), std::nullopt));
  return &open_.emplace(partition, std::move(file)).first->second;
}

Status FileSink::Write(const SinkInput& input) {
  if (!ready_) TRY(StartAfresh());
  if (input.batch->num_rows == 0) return OkStatus();
  if (!partition_.partitioned()) return WritePartition("", input, nullptr);
  std::map<std::string, std::vector<int32_t>> rows;
  std::vector<int32_t>* last = nullptr;
  std::string last_path;
  std::string path;
  for (int64_t row = 0; row < input.batch->num_rows; ++row) {
    partition_.Of(*input.batch, row, &path);
    if (last == nullptr || path != last_path) {
      last = &rows[path];
      last_path = path;
    }
    last->push_back(static_cast<int32_t>(row));
  }
  for (const auto& [partition, chosen] : rows) TRY(WritePartition(partition, input, &chosen));
  return OkStatus();
}

Status FileSink::WritePartition(const std::string& partition, const SinkInput& input,
                                const std::vector<int32_t>* rows) {
  TRY_ASSIGN(OpenFile * file, FileFor(partition));
  if (converts_) {
    const Batch chosen = rows == nullptr ? *input.batch : input.batch->Take(*rows);
    std::vector<std::shared_ptr<arrow::Array>> columns;
    for (const size_t column : file_columns_) columns.push_back(chosen.columns[column]);
    TRY(file->staged->AppendBatch(chosen.WithColumns(std::move(columns))));
  } else {
    buffer_.clear();
    const size_t count = rows == nullptr ? input.ends.size() : rows->size();
    for (size_t i = 0; i < count; ++i) {
      const size_t row = rows == nullptr ? i : static_cast<size_t>((*rows)[i]);
      const size_t begin = row == 0 ? 0 : input.ends[row - 1];
      buffer_.append(input.bytes.substr(begin, input.ends[row] - begin));
      buffer_.append(input.delimiter);
    }
    TRY(file->staged->Append(buffer_));
  }
  file->written_ms = Now();
  if (file->staged->size() >= policy_.file_size) return Complete(partition);
  return OkStatus();
}

Status FileSink::Complete(const std::string& partition) {
  const auto found = open_.find(partition);
  CHECK(found != open_.end());
  OpenFile& file = found->second;
  TRY(file.staged->Complete(table_, file_schema_));
  complete_.push_back({.sequence = file.sequence,
                       .partition = partition,
                       .length = file.staged->size(),
                       .finished = true});
  open_.erase(found);
  return OkStatus();
}

Result<std::string> FileSink::Prepare(uint64_t epoch) {
  if (!ready_) TRY(StartAfresh());
  const int64_t now = Now();
  std::vector<std::string> due;
  for (auto& [partition, file] : open_) {
    if (now - file.opened_ms >= policy_.rollover_ms ||
        now - file.written_ms >= policy_.inactivity_ms) {
      due.push_back(partition);
    } else {
      TRY(file.staged->BeginSync(table_.env.background));
    }
  }
  for (const std::string& partition : due) TRY(Complete(partition));
  std::string state = WriteSinkState(State());
  if (MUTANT("published-before-decision")) {
    for (const StagedFileState& file : complete_) TRY(Publish(file));
    complete_.clear();
  }
  if (!complete_.empty()) prepared_[epoch] = std::move(complete_);
  complete_.clear();
  return state;
}

Result<bool> FileSink::Delivered(uint64_t) {
  for (auto& [partition, file] : open_) {
    TRY_ASSIGN(const bool synced, file.staged->Synced());
    if (!synced) return false;
  }
  return true;
}

Status FileSink::Commit(uint64_t epoch) {
  while (!prepared_.empty() && prepared_.begin()->first <= epoch) {
    for (const StagedFileState& file : prepared_.begin()->second) TRY(Publish(file));
    prepared_.erase(prepared_.begin());
  }
  return OkStatus();
}

Status FileSink::Publish(const StagedFileState& file) {
  const StagedNames names = NamesOf(file.sequence, file.partition);
  TRY(StagedFile::Publish(disk_, names, file.length, converts_));
  if (success_file_.empty() || file.partition.empty()) return OkStatus();
  return disk_->WriteAtomic(names.directory + "/" + success_file_, "");
}

Status FileSink::Finish() {
  std::vector<std::string> partitions;
  for (const auto& [partition, file] : open_) partitions.push_back(partition);
  for (const std::string& partition : partitions) TRY(Complete(partition));
  for (const StagedFileState& file : std::exchange(complete_, {})) TRY(Publish(file));
  return OkStatus();
}

}  // namespace

Result<std::unique_ptr<SinkWriter>> MakeFileSink(const TableContext& table) {
  TRY_ASSIGN(std::string path, LocalPath(table.options.GetString("path")));
  return std::make_unique<FileSink>(table, std::move(path));
}

}  // namespace millrace
