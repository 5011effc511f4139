// SPDX-License-Identifier: Apache-2.0
#include "runtime/epochs/journal.h"

#include <algorithm>

#include "base/mutant.h"
#include "data/key_codec.h"
#include "data/keys/hash_parts.h"
#include "state/encoding.h"

namespace millrace {
namespace {

constexpr uint8_t kVersion = 1;
constexpr uint32_t kRecordBytesMax = 1u << 30;

std::unexpected<Error> NotARecord() {
  return ExternalError("MR0805", "a record of the epoch journal cannot be read",
                       "its checksum is right, so another version may have written it");
}

bool GetText(std::string_view* bytes, std::string* text) {
  std::string_view view;
  if (!GetBytes(bytes, &view)) return false;
  *text = view;
  return true;
}

bool ReadHead(std::string_view* bytes, EpochJournal::Place* place) {
  uint64_t kind = 0;
  uint64_t has_decision = 0;
  if (!GetVarint(bytes, &kind) || kind > 1 || !GetVarint(bytes, &place->epoch) ||
      !GetVarint(bytes, &has_decision) || has_decision > 1) {
    return false;
  }
  place->kind = static_cast<JournalRecord::Kind>(kind);
  if (has_decision == 0) return true;
  place->decided_before.emplace();
  return GetVarint(bytes, &place->decided_before->epoch) &&
         GetVarint(bytes, &place->decided_before->hash);
}

bool ReadBody(std::string_view bytes, JournalRecord* record) {
  uint64_t deltas = 0;
  uint64_t tables = 0;
  if (!GetText(&bytes, &record->manifest) || !GetVarint(&bytes, &deltas)) return false;
  for (; deltas > 0; --deltas) {
    uint64_t shard = 0;
    std::string delta;
    if (!GetVarint(&bytes, &shard) || !GetText(&bytes, &delta)) return false;
    record->deltas.emplace_back(static_cast<int>(shard), std::move(delta));
  }
  if (!GetVarint(&bytes, &tables)) return false;
  for (; tables > 0; --tables) {
    std::string table;
    JournalRecord::Letters letters;
    if (!GetText(&bytes, &table) || !GetVarint(&bytes, &letters.at) ||
        !GetText(&bytes, &letters.lines)) {
      return false;
    }
    record->dead_letters[table] = std::move(letters);
  }
  return bytes.empty();
}

/// Removes the version; false if it is not ours.
bool TakeVersion(std::string_view* bytes) {
  if (bytes->empty() || static_cast<uint8_t>(bytes->front()) != kVersion) return false;
  bytes->remove_prefix(1);
  return true;
}

}  // namespace

std::vector<std::string_view> JournalRecord::EncodeParts(std::deque<std::string>* own) const {
  std::vector<std::string_view> parts;
  std::string* out = &own->emplace_back();
  const auto put_where_it_lies = [&](std::string_view bytes) {
    PutVarint(bytes.size(), out);
    parts.push_back(*out);
    parts.push_back(bytes);
    out = &own->emplace_back();
  };
  out->push_back(static_cast<char>(kVersion));
  PutVarint(static_cast<uint64_t>(kind), out);
  PutVarint(epoch, out);
  PutVarint(decided_before ? 1 : 0, out);
  if (decided_before) {
    PutVarint(decided_before->epoch, out);
    PutVarint(decided_before->hash, out);
  }
  PutBytes(manifest, out);
  PutVarint(deltas.size(), out);
  for (const auto& [shard, delta] : deltas) {
    PutVarint(static_cast<uint64_t>(shard), out);
    put_where_it_lies(delta);
  }
  PutVarint(dead_letters.size(), out);
  for (const auto& [table, letters] : dead_letters) {
    PutBytes(table, out);
    PutVarint(letters.at, out);
    put_where_it_lies(letters.lines);
  }
  parts.push_back(*out);
  return parts;
}

std::string JournalRecord::Encode() const {
  std::deque<std::string> own;
  std::string whole;
  for (const std::string_view part : EncodeParts(&own)) whole += part;
  return whole;
}

Result<JournalRecord> JournalRecord::Decode(std::string_view bytes) {
  EpochJournal::Place head;
  if (!TakeVersion(&bytes) || !ReadHead(&bytes, &head)) return NotARecord();
  JournalRecord record{.kind = head.kind,
                       .epoch = head.epoch,
                       .manifest = {},
                       .deltas = {},
                       .dead_letters = {},
                       .decided_before = head.decided_before};
  if (!ReadBody(bytes, &record)) return NotARecord();
  return record;
}

Result<std::unique_ptr<EpochJournal>> EpochJournal::Open(const Environment& env,
                                                         const std::string& directory,
                                                         uint64_t segment_bytes) {
  std::unique_ptr<EpochJournal> journal(new EpochJournal());
  journal->clock_ = env.clock;
  journal->syncs_itself_ = env.background == nullptr;
  journal->scheduler_ = std::make_unique<SyncScheduler>(journal->syncs_itself_ ? 0 : 1);
  LogSettings settings;
  settings.segment_bytes = segment_bytes;
  settings.record_bytes_max = kRecordBytesMax;
  const LogHome home{.disk = env.disk,
                     .clock = env.clock,
                     .scheduler = journal->scheduler_.get(),
                     .directory = directory,
                     .log_id = kJournalLogId};
  TRY_ASSIGN(journal->log_, SegmentedLog::Open(home, settings, /*create=*/true));
  TRY(journal->ReadPlaces());
  return journal;
}

EpochJournal::~EpochJournal() = default;

Result<EpochJournal::Place> EpochJournal::PlaceOf(std::string_view payload) {
  Place place{.hash = HashBytes(payload)};
  if (!TakeVersion(&payload) || !ReadHead(&payload, &place)) return NotARecord();
  return place;
}

Status EpochJournal::ReadPlaces() {
  int64_t offset = log_->first_offset();
  while (offset < log_->end_offset()) {
    TRY_ASSIGN(const LogChunk chunk, log_->Read(offset, LogReadLimits{}));
    for (const LogEntry& entry : chunk.entries) {
      TRY_ASSIGN(Place place, PlaceOf(entry.payload));
      place.offset = entry.offset;
      Add(std::move(place));
    }
    offset = chunk.next_offset;
  }
  return OkStatus();
}

void EpochJournal::Add(Place place) {
  if (place.kind == JournalRecord::Kind::kStart) places_.clear();
  while (!places_.empty() && places_.back().epoch >= place.epoch &&
         !MUTANT("undecided-not-taken-back")) {
    places_.pop_back();
  }
  places_.push_back(std::move(place));
}

Result<JournalRecord> EpochJournal::Read(const Place& place) const {
  TRY_ASSIGN(const LogChunk chunk, log_->Read(place.offset, {.bytes_max = 1, .records_max = 1}));
  if (chunk.entries.empty()) return NotARecord();
  return JournalRecord::Decode(chunk.entries[0].payload);
}

Result<uint64_t> EpochJournal::Append(const JournalRecord& record,
                                      std::function<void(const Status&)> durable) {
  std::deque<std::string> own;
  const std::vector<std::string_view> parts = record.EncodeParts(&own);
  const LogRecord entry{.timestamp_ms = clock_->WallMillis(), .payload = {}, .rest = parts};
  TRY_ASSIGN(const int64_t offset, log_->Append({&entry, 1}, std::move(durable)));
  const uint64_t hash = HashParts(parts);
  Add({.offset = offset,
       .kind = record.kind,
       .epoch = record.epoch,
       .hash = hash,
       .decided_before = record.decided_before});
  if (syncs_itself_) TRY(log_->Sync());
  return hash;
}

Result<uint64_t> EpochJournal::AppendAndSync(const JournalRecord& record,
                                             const std::function<void(const Status&)>& durable) {
  TRY_ASSIGN(const uint64_t hash, Append(record, nullptr));
  durable(log_->SyncHere());
  return hash;
}

Status EpochJournal::DropBefore(uint64_t epoch) {
  const auto needed =
      std::ranges::find_if(places_, [&](const Place& place) { return place.epoch >= epoch; });
  if (needed == places_.end()) return OkStatus();
  const int64_t offset = needed->offset;
  TRY(log_->DeleteBefore(offset));
  const int64_t first = log_->first_offset();
  std::erase_if(places_, [&](const Place& place) { return place.offset < first; });
  return OkStatus();
}

}  // namespace millrace
