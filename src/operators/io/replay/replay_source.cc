// SPDX-License-Identifier: Apache-2.0
#include "operators/io/replay/replay_source.h"

#include <arrow/api.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "connectors/partition_metadata.h"
#include "data/option_text.h"
#include "formats/format.h"
#include "functions/base64.h"

namespace millrace {
namespace {

constexpr std::string_view kSplitPrefix = "replay:";
constexpr std::string_view kReplaySuffix = ".replay";
constexpr std::string_view kDone = ".done";
constexpr std::string_view kHead = "replay 1 ";
constexpr size_t kChunkRecords = 1024;
constexpr double kNanosPerSecond = 1e9;

std::string Base64(std::string_view bytes) {
  std::string out;
  AppendBase64(bytes, &out);
  return out;
}

/// The text up to the next blank or line break, which is taken off.
std::string_view TakeWord(std::string_view* text) {
  const size_t end = std::min(text->find_first_of(" \n"), text->size());
  const std::string_view word = text->substr(0, end);
  text->remove_prefix(std::min(end + 1, text->size()));
  return word;
}

bool TakeBytes(std::string_view* text, std::optional<std::string>* bytes) {
  const std::string_view word = TakeWord(text);
  if (word == "-") return true;
  bytes->emplace();
  return DecodeBase64(word, &**bytes) == nullptr;
}

std::unexpected<Error> BrokenReplay() {
  return UserError("MR0801", "a replay file is damaged", "it is not what millrace dlq replay wrote",
                   "remove it from the data directory and replay the letters again");
}

class ReplayDetails final : public RecordDetails {
 public:
  ReplayDetails(std::shared_ptr<const Replay> replay, size_t first)
      : replay_(std::move(replay)), first_(first) {}
  void Describe(size_t record, RecordOrigin* origin) const override {
    const ReplayRecord& replayed = replay_->records[first_ + record];
    origin->split = replayed.split;
    origin->position = replayed.position;
    origin->timestamp_ms = replayed.timestamp_ms;
  }

 private:
  std::shared_ptr<const Replay> replay_;
  size_t first_;
};

class ReplayReader final : public SplitReader {
 public:
  ReplayReader(const Connector* connector, TableContext table, Replay replay)
      : connector_(connector),
        table_(std::move(table)),
        replay_(std::make_shared<const Replay>(std::move(replay))),
        begun_(table_.env.clock->MonotonicNanos()) {}

  Status Seek(std::string_view position) override {
    const auto next = ParseOptionLong(position);
    if (!next || *next < 0)
      return InternalError("a replay cannot begin at '" + std::string(position) + "'");
    next_ = begun_at_ = std::min(static_cast<size_t>(*next), replay_->records.size());
    return OkStatus();
  }
  Result<ReadResult> Read(int64_t max_rows) override;
  std::string Position() const override { return std::to_string(next_); }
  std::string PositionAt(uint64_t number) const override { return std::to_string(number); }

 private:
  size_t Allowed() const {
    if (replay_->rows_per_second <= 0) return kChunkRecords;
    const auto passed = static_cast<double>(table_.env.clock->MonotonicNanos() - begun_);
    const double due = std::floor(passed / kNanosPerSecond * replay_->rows_per_second) + 1;
    return static_cast<size_t>(std::max(0.0, due - static_cast<double>(next_ - begun_at_)));
  }
  Result<std::vector<std::shared_ptr<arrow::Array>>> Metadata(size_t count) const;

  const Connector* connector_;
  TableContext table_;
  std::shared_ptr<const Replay> replay_;
  int64_t begun_;
  size_t begun_at_ = 0;
  size_t next_ = 0;
};

Result<ReadResult> ReplayReader::Read(int64_t max_rows) {
  ReadResult result;
  if (next_ == replay_->records.size()) {
    result.kind = ReadResult::Kind::kEnd;
    return result;
  }
  const size_t count =
      std::min({Allowed(), kChunkRecords, static_cast<size_t>(std::max<int64_t>(1, max_rows)),
                replay_->records.size() - next_});
  if (count == 0) {
    result.wait_nanos = static_cast<int64_t>(kNanosPerSecond / replay_->rows_per_second) + 1;
    return result;
  }
  auto bytes = std::make_shared<std::string>();
  RawChunk chunk{.bytes = nullptr, .framed = true};
  const auto add = [&](const std::optional<std::string>& text) {
    const auto offset = static_cast<uint32_t>(bytes->size());
    if (!text) return std::pair{offset, kNullRecord};
    *bytes += *text;
    return std::pair{offset, static_cast<uint32_t>(text->size())};
  };
  for (size_t i = next_; i < next_ + count; ++i) {
    const ReplayRecord& record = replay_->records[i];
    chunk.records.push_back(add(record.raw));
    if (table_.keyed_records) chunk.keys.push_back(add(record.key));
    chunk.numbers.push_back(static_cast<int64_t>(i));
  }
  bytes->reserve(bytes->size() + kDecodePadding);
  chunk.bytes = std::move(bytes);
  chunk.details = std::make_shared<ReplayDetails>(replay_, next_);
  TRY_ASSIGN(result.metadata, Metadata(count));
  next_ += count;
  result.kind = ReadResult::Kind::kData;
  result.data = std::move(chunk);
  return result;
}

/// Only the time of a record is known; the other metadata is NULL.
Result<std::vector<std::shared_ptr<arrow::Array>>> ReplayReader::Metadata(size_t count) const {
  std::vector<MetadataColumn> all = connector_->metadata();
  std::vector<std::shared_ptr<arrow::Array>> values;
  for (const std::string& key : table_.metadata_keys) {
    if (key.starts_with(kPartitionMetadata)) all.push_back({key, DataType::String()});
    const auto column = std::ranges::find(all, key, &MetadataColumn::key);
    if (column == all.end()) return InternalError("unknown metadata '" + key + "'");
    const auto type = column->type.ToArrow();
    const auto rows = static_cast<int64_t>(count);
    if (key == "timestamp" && type->id() == arrow::Type::TIMESTAMP) {
      arrow::TimestampBuilder times(type, arrow::default_memory_pool());
      for (size_t i = next_; i < next_ + count; ++i) {
        const auto time = replay_->records[i].timestamp_ms;
        const arrow::Status added = time ? times.Append(*time) : times.AppendNull();
        if (!added.ok()) return InternalError(added.ToString());
      }
      auto array = times.Finish();
      if (!array.ok()) return InternalError(array.status().ToString());
      values.push_back(*std::move(array));
      continue;
    }
    auto nulls = arrow::MakeArrayOfNull(type, rows);
    if (!nulls.ok()) return InternalError(nulls.status().ToString());
    values.push_back(*std::move(nulls));
  }
  return values;
}

/// Takes the connector's splits and those of replay files apart.
class SourceWithReplays final : public Source {
 public:
  SourceWithReplays(std::unique_ptr<Source> source, const Connector* connector, TableContext table)
      : source_(std::move(source)),
        connector_(connector),
        table_(std::move(table)),
        directory_(ReplayDirectory(table_.data_dir, table_.table)) {}

  bool bounded() const override { return table_.services.replays_only || source_->bounded(); }

  Result<std::vector<Split>> Discover() override {
    std::vector<Split> splits;
    if (!table_.services.replays_only) {
      TRY_ASSIGN(splits, source_->Discover());
    }
    TRY_ASSIGN(const auto info, table_.env.disk->Stat(directory_));
    if (!info) return splits;
    TRY_ASSIGN(const auto files, table_.env.disk->List(directory_, /*recursive=*/false));
    for (const FileInfo& file : files) {
      if (file.directory || !file.path.ends_with(kReplaySuffix)) continue;
      const std::string name = file.path.substr(file.path.rfind('/') + 1);
      // Bounded splits wait for the end of others, which never comes where those have none.
      splits.push_back(
          {.id = std::string(kSplitPrefix) + name, .bounded = bounded(), .position = ""});
    }
    return splits;
  }

  Result<std::unique_ptr<SplitReader>> Open(const Split& split) override {
    if (!split.id.starts_with(kSplitPrefix)) return source_->Open(split);
    TRY_ASSIGN(const std::string text, table_.env.disk->ReadAll(PathOf(split)));
    TRY_ASSIGN(Replay replay, ParseReplay(text));
    return std::make_unique<ReplayReader>(connector_, table_, std::move(replay));
  }

  Status CheckStart(std::span<const Split> positions) override {
    const std::vector<Split> others = Others(positions);
    if (!table_.services.replays_only) return source_->CheckStart(others);
    if (others.empty()) return OkStatus();
    return UserError("MR0767", "table '" + table_.table + "' is being read by an interrupted run",
                     "it takes the replays, too", "start it without --replays-only");
  }

  void OnEpochCompleted(std::span<const Split> positions) override {
    for (const Split& split : positions) {
      if (split.id.starts_with(kSplitPrefix)) FinishIfDone(split);
    }
    if (!table_.services.replays_only) source_->OnEpochCompleted(Others(positions));
  }

 private:
  std::string PathOf(const Split& split) const {
    return directory_ + "/" + split.id.substr(kSplitPrefix.size());
  }
  static std::vector<Split> Others(std::span<const Split> positions) {
    std::vector<Split> others;
    for (const Split& split : positions) {
      if (!split.id.starts_with(kSplitPrefix)) others.push_back(split);
    }
    return others;
  }
  /// A failure leaves the file: its split is known as done, so nothing comes twice.
  void FinishIfDone(const Split& split) {
    if (finished_.contains(split.id)) return;
    const auto known = records_.find(split.id);
    size_t records = 0;
    if (known != records_.end()) {
      records = known->second;
    } else {
      const auto text = table_.env.disk->ReadAll(PathOf(split));
      const auto replay = text ? ParseReplay(*text) : Result<Replay>(BrokenReplay());
      if (!replay) {
        finished_[split.id] = true;  // renamed by a run before
        return;
      }
      records = records_[split.id] = replay->records.size();
    }
    if (split.position != std::to_string(records)) return;
    finished_[split.id] = true;
    const std::string path = PathOf(split);
    const Status renamed = table_.env.disk->Rename(
        path, path.substr(0, path.size() - kReplaySuffix.size()) + std::string(kDone));
    if (renamed) (void)table_.env.disk->SyncDirectory(directory_);
  }

  std::unique_ptr<Source> source_;
  const Connector* connector_;
  TableContext table_;
  std::string directory_;
  std::map<std::string, size_t> records_;  // of replay splits
  std::map<std::string, bool> finished_;
};

}  // namespace

std::string FormatReplay(const std::vector<ReplayRecord>& records, double rows_per_second) {
  std::string out(kHead);
  out += std::to_string(records.size()) + " " + std::to_string(rows_per_second) + "\n";
  for (const ReplayRecord& record : records) {
    out += record.raw ? Base64(*record.raw) : "-";
    out += ' ';
    out += record.key ? Base64(*record.key) : "-";
    out += ' ';
    out += record.timestamp_ms ? std::to_string(*record.timestamp_ms) : "-";
    out += ' ' + Base64(record.split) + ' ' + Base64(record.position) + '\n';
  }
  return out;
}

Result<Replay> ParseReplay(std::string_view text) {
  if (!text.starts_with(kHead)) return BrokenReplay();
  text.remove_prefix(kHead.size());
  Replay replay;
  const auto count = ParseOptionLong(TakeWord(&text));
  const auto rate = ParseOptionDouble(TakeWord(&text));
  if (!count || !rate || *count < 0) return BrokenReplay();
  replay.rows_per_second = *rate;
  while (!text.empty()) {
    ReplayRecord& record = replay.records.emplace_back();
    if (!TakeBytes(&text, &record.raw) || !TakeBytes(&text, &record.key)) return BrokenReplay();
    const std::string_view time = TakeWord(&text);
    if (time != "-") {
      record.timestamp_ms = ParseOptionLong(time);
      if (!record.timestamp_ms) return BrokenReplay();
    }
    std::optional<std::string> split;
    std::optional<std::string> position;
    if (!TakeBytes(&text, &split) || !TakeBytes(&text, &position)) return BrokenReplay();
    record.split = split.value_or("");
    record.position = position.value_or("");
  }
  if (replay.records.size() != static_cast<size_t>(*count)) return BrokenReplay();
  return replay;
}

std::string ReplayDirectory(const std::string& data_dir, const std::string& table) {
  return data_dir + "/replays/" + table;
}

Result<std::unique_ptr<Source>> MakeTableSource(const Table& table, const TableContext& context) {
  TRY_ASSIGN(auto source, table.connector->MakeSource(context));
  const bool has_records = table.format != nullptr && !table.format->is_file_format();
  if (context.data_dir.empty() || context.env.disk == nullptr) return source;
  if (!has_records && !context.services.replays_only) return source;
  return std::make_unique<SourceWithReplays>(std::move(source), table.connector, context);
}

}  // namespace millrace
