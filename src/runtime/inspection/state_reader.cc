// SPDX-License-Identifier: Apache-2.0
#include "runtime/inspection/state_reader.h"

#include <algorithm>

#include "data/key_codec.h"
#include "log/segment/log_follower.h"
#include "log/segment/segment_scanner.h"
#include "state/encoding.h"

namespace millrace {
namespace {

std::string Said(const Error& error) {
  return error.message + (error.detail.empty() ? "" : ": " + error.detail);
}

/// Operator and table of a key of DurableState, then the entry itself.
Result<StateEntry> EntryOf(std::string_view key, std::string_view value) {
  std::string_view rest = key;
  std::string_view operator_id;
  std::string_view table;
  if (!GetBytes(&rest, &operator_id) || !GetBytes(&rest, &table)) {
    return UserError("MR0724", "a key of the state belongs to no operator");
  }
  TRY_ASSIGN(StateEntry entry, ParseState(key, value, key.size() - rest.size()));
  entry.operator_id = operator_id;
  entry.table = table;
  return entry;
}

/// Places in segments that are not whole although whole records stand behind them. A torn end is
/// none: it was never told to be durable.
Status FindDamage(const LogPlace& place, std::vector<std::string>* problems) {
  TRY_ASSIGN(const std::vector<int64_t> bases, ListSegmentBases(place));
  for (const int64_t base : bases) {
    const std::string path = SegmentPath(place.directory, base);
    TRY_ASSIGN(const auto file, place.disk->OpenForRead(path));
    TRY_ASSIGN(const uint64_t size, file->Size());
    const FrameCodec codec({.log_id = place.log_id, .base_offset = base});
    SegmentScanner scanner(file.get(), codec, {.limit = size, .first_offset = base});
    auto step = SegmentScanner::Step::kFrame;
    while (step == SegmentScanner::Step::kFrame) {
      TRY_ASSIGN(step, scanner.Next());
    }
    if (step == SegmentScanner::Step::kEnd) continue;
    TRY_ASSIGN(const BehindDamage behind, scanner.LookBehindDamage());
    if (!behind.any_frame) continue;
    problems->push_back("journal: '" + path + "' is damaged at byte " +
                        std::to_string(scanner.position()) + "; whole records stand behind it");
  }
  return OkStatus();
}

}  // namespace

Result<std::unique_ptr<StateReader>> StateReader::Open(Disk* disk, const std::string& data_dir,
                                                       const DurableStateFactory& open_state,
                                                       View view) {
  std::unique_ptr<StateReader> reader(new StateReader());
  const auto begun = ReadManifest(disk, data_dir);
  if (begun && !*begun) {
    return UserError("MR0722", "there is no run in '" + data_dir + "'", "it has no run.json",
                     "name the data directory of a pipeline (default ./.millrace/<name>), or that "
                     "of one of its statements, <data-dir>/job-<number>");
  }
  if (!begun) reader->problems_.push_back(Said(begun.error()));
  const std::string state_directory = data_dir + "/state";
  TRY_ASSIGN(const auto info, disk->Stat(state_directory));
  if (info) {
    auto state = open_state(state_directory);
    if (state) {
      reader->state_ = *std::move(state);
    } else {
      reader->problems_.push_back(Said(state.error()));
    }
  }
  reader->ReadJournal(disk, data_dir + "/journal", view);
  if (reader->epoch_ == 0 && begun) reader->manifest_ = **begun;
  if (begun) {
    auto plan = ReadPlan(disk, data_dir, (*begun)->fingerprint);
    if (plan) {
      reader->plan_ = *std::move(plan);
    } else {
      reader->problems_.push_back(Said(plan.error()));
    }
  }
  return reader;
}

std::optional<uint64_t> StateReader::applied_epoch() const {
  if (state_ == nullptr || !state_->marker()) return std::nullopt;
  return state_->marker()->epoch;
}

/// What is applied has happened, and so has what is in front of another epoch.
void StateReader::LeaveOutLast(const std::optional<StateMarker>& marker) {
  if (records_.empty() || records_.back().kind != JournalRecord::Kind::kEpoch) return;
  if (records_.size() == 1 && !marker) return;
  if (marker && records_.back().epoch <= marker->epoch) return;
  left_out_ = std::move(records_.back());
  records_.pop_back();
}

/// Later records take back those of their epoch and above; a start takes back all before it.
void StateReader::ReadJournal(Disk* disk, const std::string& directory, View view) {
  const LogPlace place{.disk = disk, .directory = directory, .log_id = kJournalLogId};
  if (const Status looked = FindDamage(place, &problems_); !looked) {
    problems_.push_back("journal: " + Said(looked.error()));
  }
  LogFollower follower(place);
  while (true) {
    const auto chunk = follower.Poll(LogReadLimits{});
    if (!chunk) {
      problems_.push_back("journal: " + Said(chunk.error()));
      break;
    }
    if (chunk->entries.empty()) break;
    for (const LogEntry& entry : chunk->entries) {
      ++journal_records_;
      journal_bytes_ += entry.payload.size();
      auto record = JournalRecord::Decode(entry.payload);
      if (!record) {
        problems_.push_back("journal: " + Said(record.error()));
        continue;
      }
      if (record->kind == JournalRecord::Kind::kStart) records_.clear();
      while (!records_.empty() && records_.back().epoch >= record->epoch) records_.pop_back();
      if (record->kind == JournalRecord::Kind::kEpoch && !record->decided_before) {
        record->decided_before =
            EpochRecord{.epoch = record->epoch, .hash = HashBytes(entry.payload)};
      }
      records_.push_back(*std::move(record));
    }
  }
  const auto marker = state_ == nullptr ? std::nullopt : state_->marker();
  std::string body = marker ? marker->manifest : std::string();
  epoch_ = marker ? marker->epoch : 0;
  if (marker) decided_ = EpochRecord{.epoch = marker->epoch, .hash = marker->hash};
  if (marker && !records_.empty() && records_[0].kind == JournalRecord::Kind::kStart &&
      marker->epoch < records_[0].epoch) {
    state_.reset();  // of the run before; it is cleared when the pipeline starts
  }
  if (view == View::kDecided) LeaveOutLast(state_ == nullptr ? std::nullopt : marker);
  for (const JournalRecord& record : records_) {
    if (!marker || record.epoch >= marker->epoch) decided_ = record.decided_before;
    if (state_ != nullptr && marker && record.epoch <= marker->epoch) continue;
    if (const Status added = AddRecord(record); !added) {
      problems_.push_back("journal, epoch " + std::to_string(record.epoch) + ": " +
                          Said(added.error()));
    }
    body = record.manifest;
    epoch_ = record.epoch;
  }
  records_.clear();
  if (body.empty()) return;
  auto manifest = RunManifest::FromBody(body, epoch_);
  if (manifest) {
    manifest_ = *std::move(manifest);
  } else {
    problems_.push_back("manifest of epoch " + std::to_string(epoch_) + ": " +
                        Said(manifest.error()));
  }
}

Status StateReader::AddRecord(const JournalRecord& record) {
  for (const auto& [shard, delta] : record.deltas) {
    TRY(ReadDelta(delta, shard, [this](const StateEntry& entry) {
      std::string key;
      AppendStateKey(entry, &key);
      if (entry.deleted) {
        changes_[key] = std::nullopt;
        return OkStatus();
      }
      std::string value;
      if (entry.key_group == kFreeEntry) value.push_back(static_cast<char>(entry.shard));
      changes_[key] = value.append(entry.value);
      return OkStatus();
    }));
  }
  return OkStatus();
}

Status StateReader::VisitOperator(std::string_view id, const Visitor& visit) const {
  std::string prefix;
  PutBytes(id, &prefix);
  return VisitBehind(prefix, visit);
}

Status StateReader::VisitBehind(const std::string& prefix, const Visitor& visit) const {
  auto change = changes_.lower_bound(prefix);
  const auto end = std::find_if(change, changes_.end(), [&prefix](const auto& entry) {
    return !entry.first.starts_with(prefix);
  });
  const auto take = [&]() -> Status {
    if (change->second) {
      TRY_ASSIGN(const StateEntry entry, EntryOf(change->first, *change->second));
      TRY(visit(entry));
    }
    ++change;
    return OkStatus();
  };
  if (state_ != nullptr) {
    TRY(state_->Visit(prefix, [&](std::string_view key, std::string_view value) -> Status {
      if (key.empty() || key[0] == '\0') return OkStatus();  // the marker: no operator's
      while (change != end && change->first < key) TRY(take());
      if (change != end && change->first == key) return take();
      TRY_ASSIGN(const StateEntry entry, EntryOf(key, value));
      return visit(entry);
    }));
  }
  while (change != end) TRY(take());
  return OkStatus();
}

}  // namespace millrace
