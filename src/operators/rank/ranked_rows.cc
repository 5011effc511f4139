// SPDX-License-Identifier: Apache-2.0
#include "operators/rank/ranked_rows.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "base/prefetch.h"
#include "state/encoding.h"
#include "state/entry_group.h"
#include "state/shrink_keys.h"

namespace millrace {
namespace {

constexpr uint64_t kGroupBits = ~uint64_t{0} << 57;  // what KeyGroupOf looks at

uint64_t PrefixOf(std::string_view key) {
  uint64_t prefix = 0;
  std::memcpy(&prefix, key.data(), std::min(key.size(), sizeof(prefix)));
  return __builtin_bswap64(prefix);
}

/// Keys of one time and key group differ, and so do those of one key and several times.
uint64_t HashOfTimed(std::string_view timed_key) {
  const uint64_t group = HashBytes(timed_key.substr(RankedRows::kTimeBytes)) & kGroupBits;
  return group | (HashBytes(timed_key) & ~kGroupBits);
}

}  // namespace

RankedRows::RankedRows(std::string name, bool track, RowStore* rows, Partitions partitions)
    : name_(std::move(name)),
      track_(track),
      rows_(rows),
      by_time_(partitions == Partitions::kByTime),
      keys_(name_, track,
            {.write = {},
             .read = {},
             .clear = [this](uint32_t partition) { Evict(partition); },
             .may_be_cold = partitions != Partitions::kStay,
             .read_part = [this](uint32_t, std::string_view key,
                                 std::string_view value) { return Take(key, value); },
             .leading_bytes = by_time_ ? kTimeBytes : 0}) {}

uint32_t RankedRows::Partition(std::string_view key, uint64_t hash) {
  const uint32_t partition = keys_.FindOrInsert(key, hash);
  if (partition >= partitions_.size()) partitions_.resize(keys_.slot_limit());
  return partition;
}

void RankedRows::EndPartition(uint32_t partition) {
  if (partitions_[partition].size > 0 || !keys_.live(partition)) return;
  partitions_[partition].pieces.clear();
  keys_.Erase(partition);
}

RankedRows::Entry RankedRows::EntryOf(uint32_t row) const {
  return {PrefixOf(info_[row].sort_key), info_[row].sequence, row};
}

bool RankedRows::Before(const Entry& a, const Entry& b) const {
  if (a.prefix != b.prefix) return a.prefix < b.prefix;
  const std::string& left = info_[a.row].sort_key;
  const std::string& right = info_[b.row].sort_key;
  if (left.size() > sizeof(a.prefix) || right.size() > sizeof(b.prefix)) {
    const int order = left.compare(right);
    if (order != 0) return order < 0;
  }
  return a.sequence < b.sequence;
}

RankedRows::Where RankedRows::Locate(const Rows& rows, const Entry& entry) const {
  const auto piece = std::ranges::partition_point(
      rows.pieces, [&](const Piece& p) { return Before(p.back(), entry); });
  if (piece == rows.pieces.end()) return {rows.pieces.size(), 0};
  const auto at =
      std::ranges::partition_point(*piece, [&](const Entry& e) { return Before(e, entry); });
  return {static_cast<size_t>(piece - rows.pieces.begin()),
          static_cast<size_t>(at - piece->begin())};
}

void RankedRows::Split(Rows* rows, size_t piece) {
  Piece& full = rows->pieces[piece];
  const auto middle = full.begin() + static_cast<ptrdiff_t>(full.size() / 2);
  Piece upper(middle, full.end());
  full.erase(middle, full.end());
  rows->pieces.insert(rows->pieces.begin() + static_cast<ptrdiff_t>(piece) + 1, std::move(upper));
}

void RankedRows::MarkDirty(uint32_t row) {
  if (!track_) return;
  keys_.MarkDirty(info_[row].partition);
  if (info_[row].dirty) return;
  info_[row].dirty = true;
  dirty_.push_back(row);
}

size_t RankedRows::Insert(uint32_t partition, const NewRow& row) {
  if (row.row >= info_.size()) info_.resize(rows_->slot_limit());
  Info& info = info_[row.row];
  info.sort_key.assign(row.sort_key);
  info.sequence = row.sequence;
  info.time = row.time;
  info.partition = partition;
  info.live = true;
  info.stored = false;
  MarkDirty(row.row);
  return InsertEntry(row.row);
}

size_t RankedRows::InsertEntry(uint32_t row) {
  const Entry entry = EntryOf(row);
  next_sequence_ = std::max(next_sequence_, entry.sequence + 1);
  Rows& rows = partitions_[info_[row].partition];
  ++rows.size;
  ++count_;
  Where where = Locate(rows, entry);
  if (rows.pieces.empty()) rows.pieces.emplace_back();
  if (where.piece == rows.pieces.size()) {
    --where.piece;
    where.index = rows.pieces[where.piece].size();
  }
  size_t place = where.index;
  for (size_t i = 0; i < where.piece; ++i) place += rows.pieces[i].size();
  Piece& piece = rows.pieces[where.piece];
  piece.insert(piece.begin() + static_cast<ptrdiff_t>(where.index), entry);
  if (piece.size() > kPieceRows) Split(&rows, where.piece);
  return place;
}

size_t RankedRows::PlaceOf(uint32_t row) const {
  const Rows& rows = partitions_[info_[row].partition];
  const Where where = Locate(rows, EntryOf(row));
  size_t place = where.index;
  for (size_t i = 0; i < where.piece; ++i) place += rows.pieces[i].size();
  return place;
}

uint32_t RankedRows::At(uint32_t partition, size_t place) const {
  const Rows& rows = partitions_[partition];
  if (place >= rows.size) return kNone;
  for (const Piece& piece : rows.pieces) {
    if (place < piece.size()) return piece[place].row;
    place -= piece.size();
  }
  return kNone;
}

void RankedRows::Collect(uint32_t partition, size_t place, size_t limit,
                         std::vector<uint32_t>* rows) const {
  for (const Piece& piece : partitions_[partition].pieces) {
    for (size_t i = place; i < piece.size() && limit > 0; ++i, --limit) {
      rows->push_back(piece[i].row);
    }
    if (limit == 0) return;
    place -= std::min(place, piece.size());
  }
}

void RankedRows::Remove(uint32_t row) {
  Info& info = info_[row];
  Rows& rows = partitions_[info.partition];
  const Where where = Locate(rows, EntryOf(row));
  CHECK(where.piece < rows.pieces.size());
  Piece& piece = rows.pieces[where.piece];
  CHECK_EQ(piece[where.index].row, row);
  piece.erase(piece.begin() + static_cast<ptrdiff_t>(where.index));
  if (piece.empty()) rows.pieces.erase(rows.pieces.begin() + static_cast<ptrdiff_t>(where.piece));
  --rows.size;
  --count_;
  if (track_ && info.stored) deleted_.push_back(KeyOf(row));
  if (track_) keys_.MarkDirty(info.partition);
  info.live = info.stored = false;
  removed_.push_back(row);
}

void RankedRows::Replace(uint32_t row, uint32_t with, int64_t time) {
  const Entry from = EntryOf(row);
  Rows& rows = partitions_[info_[row].partition];
  const Where where = Locate(rows, from);
  if (with >= info_.size()) info_.resize(rows_->slot_limit());
  Info& old = info_[row];
  Info& now = info_[with];
  const bool moves = old.time != time;
  if (track_ && old.stored && moves) deleted_.push_back(KeyOf(row));
  now.sort_key = std::move(old.sort_key);
  now.sequence = old.sequence;
  now.partition = old.partition;
  now.time = time;
  now.live = true;
  now.stored = old.stored && !moves;
  MarkDirty(with);
  old.live = old.stored = false;
  rows.pieces[where.piece][where.index].row = with;
  removed_.push_back(row);
}

void RankedRows::FreeRemoved() {
  for (const uint32_t row : removed_) rows_->Free(row);
  removed_.clear();
}

std::string RankedRows::KeyOf(uint32_t row) const {
  std::string key;
  AppendKeyOf(row, &key);
  return key;
}

void RankedRows::AppendKeyOf(uint32_t row, std::string* key) const {
  const Info& info = info_[row];
  const std::string_view partition = keys_.key(info.partition);
  const size_t time_bytes = by_time_ ? kTimeBytes : 0;
  key->append(partition.substr(0, time_bytes));
  PutBytes(partition.substr(time_bytes), key);
  if (!by_time_) PutOrdered(info.time, key);
  PutOrdered(static_cast<int64_t>(info.sequence), key);
}

int RankedRows::GroupOf(std::string_view entry_key) const {
  return KeyGroupOfEntry(by_time_ ? entry_key.substr(kTimeBytes) : entry_key);
}

/// What KeyOf has written: appends the key of the partition.
Status RankedRows::ReadKey(std::string_view entry_key, EncodedKeys* partition, Info* info) const {
  std::string_view bytes = entry_key;
  std::string_view key;
  int64_t time = 0;
  int64_t sequence = 0;
  if ((by_time_ && !GetOrdered(&bytes, &time)) || !GetBytes(&bytes, &key) ||
      (!by_time_ && !GetOrdered(&bytes, &info->time)) || !GetOrdered(&bytes, &sequence)) {
    return CorruptStateEntry(name_);
  }
  if (by_time_) {
    AddTimedKey(time, key, partition);
  } else {
    AddKey(key, partition);
  }
  info->sequence = static_cast<uint64_t>(sequence);
  return OkStatus();
}

Status RankedRows::CollectDelta(const std::function<Status(const StateChange&)>& visit) {
  for (const std::string& key : deleted_) TRY(visit({name_, key, {}, true, GroupOf(key)}));
  deleted_.clear();
  constexpr size_t kAhead = 8;
  std::string key;
  std::string value;
  for (size_t i = 0; i < dirty_.size(); ++i) {
    if (i + kAhead < dirty_.size()) {
      PrefetchLine(&info_[dirty_[i + kAhead]]);
      rows_->Prefetch(dirty_[i + kAhead]);
    }
    const uint32_t row = dirty_[i];
    Info& info = info_[row];
    info.dirty = false;
    if (!info.live) continue;
    info.stored = true;
    value.clear();
    rows_->Write(row, &value);
    key.clear();
    AppendKeyOf(row, &key);
    TRY(visit({name_, key, value, false, GroupOf(key)}));
  }
  dirty_.clear();
  // What changed in the partitions is told by their rows.
  return keys_.CollectDelta([](const StateChange&) { return OkStatus(); });
}

Status RankedRows::Snapshot(const std::function<Status(const StateChange&)>& visit) const {
  std::string value;
  for (const Rows& rows : partitions_) {
    for (const Piece& piece : rows.pieces) {
      for (const Entry& entry : piece) {
        value.clear();
        rows_->Write(entry.row, &value);
        const std::string key = KeyOf(entry.row);
        TRY(visit({name_, key, value, false, GroupOf(key)}));
      }
    }
  }
  return OkStatus();
}

Status RankedRows::Apply(const StateChange& change) {
  const auto found = applied_.find(std::string(change.key));
  if (found != applied_.end()) {
    rows_->Free(found->second);
    applied_.erase(found);
  }
  return change.deleted ? OkStatus() : Take(change.key, change.value);
}

Status RankedRows::Take(std::string_view entry_key, std::string_view value) {
  TRY_ASSIGN(const uint32_t row, rows_->Read(value));
  applied_.emplace(std::string(entry_key), row);
  return OkStatus();
}

Status RankedRows::Load(const EncodedKeys& keys, SortKeys* sort_keys, const Restoring& restored) {
  TRY(keys_.Load(keys));
  return applied_.empty() ? OkStatus() : Restored(sort_keys, restored);
}

void RankedRows::AttachCold(std::unique_ptr<ColdEntries> entries, bool restored) {
  if (by_time_) {
    times_ = std::make_unique<ColdTimes>(std::make_unique<ColdEntries>(*entries), restored);
  }
  keys_.AttachCold(std::move(entries), restored);
}

void RankedRows::AddTimedKey(int64_t time, std::string_view key, EncodedKeys* keys) {
  if (keys->offsets.empty()) keys->offsets.push_back(0);
  PutOrdered(time, &keys->bytes);
  keys->bytes += key;
  keys->offsets.push_back(static_cast<uint32_t>(keys->bytes.size()));
  keys->hashes.push_back(HashOfTimed(keys->key(keys->size())));
}

int64_t RankedRows::TimeOf(std::string_view timed_key) {
  int64_t time = 0;
  CHECK(GetOrdered(&timed_key, &time));
  return time;
}

Status RankedRows::FindTimes() {
  while (next_on_disk() == kMinWatermark) {
    TRY(times_->ReadNext([](int, EventTime, std::string_view, std::string_view) {
      return OkStatus();  // there is no such time
    }));
  }
  return OkStatus();
}

Status RankedRows::LoadNext(SortKeys* sort_keys, const Restoring& restored) {
  EncodedKeys due;
  TRY(times_->ReadNext([&](int, EventTime time, std::string_view rest, std::string_view) -> Status {
    std::string_view key;
    if (!GetBytes(&rest, &key)) return CorruptStateEntry(name_);
    const bool same = due.size() > 0 && due.key(due.size() - 1).substr(kTimeBytes) == key;
    if (!same) AddTimedKey(time, key, &due);
    return OkStatus();
  }));
  return Load(due, sort_keys, restored);
}

void RankedRows::Evict(uint32_t partition) {
  if (partition >= partitions_.size()) return;
  if (times_ != nullptr) {
    const std::string_view key = keys_.key(partition);
    times_->Leave(KeyGroupOf(HashOfTimed(key)), TimeOf(key));
  }
  for (const Piece& piece : partitions_[partition].pieces) {
    for (const Entry& entry : piece) {
      if (evicted_) evicted_(entry.row);
      info_[entry.row].live = info_[entry.row].stored = false;
      rows_->Free(entry.row);
      --count_;
    }
  }
  partitions_[partition] = Rows();
}

Status RankedRows::Sweep(size_t count, int64_t before_ms) {
  return keys_.SweepLists(count, [&](std::string_view entry_key, std::string_view) {
    std::string_view rest = entry_key;
    std::string_view key;
    int64_t time = 0;
    const bool read = GetBytes(&rest, &key) && GetOrdered(&rest, &time);
    if (read && time < before_ms) deleted_.emplace_back(entry_key);
  });
}

/// Partitions leave until so much less is held.
void RankedRows::Shrink(uint64_t applied, size_t bytes) {
  ShrinkKeys(applied, memory_bytes(), bytes, &keys_);
}

Status RankedRows::Restored(SortKeys* sort_keys, const Restoring& restored) {
  std::vector<uint32_t> part;
  info_.resize(rows_->slot_limit());
  const auto insert = [&]() -> Status {
    std::vector<std::shared_ptr<arrow::Array>> columns(rows_->columns());
    for (const SortKey& key : sort_keys->order()) {
      const auto column = static_cast<size_t>(key.column);
      TRY_ASSIGN(columns[column], rows_->Gather(column, part));
    }
    sort_keys->Encode(columns, static_cast<int64_t>(part.size()));
    for (size_t i = 0; i < part.size(); ++i) {
      info_[part[i]].sort_key.assign(sort_keys->key(i));
      InsertEntry(part[i]);
    }
    TRY(restored(part));
    part.clear();
    return OkStatus();
  };
  // In the order in which rows came, as far as that matters.
  std::vector<std::pair<uint64_t, uint32_t>> in_order;
  EncodedKeys partition;
  for (const auto& [key, row] : applied_) {
    Info& info = info_[row];
    partition = EncodedKeys();
    info.time = 0;
    TRY(ReadKey(key, &partition, &info));
    info.partition = Partition(partition.key(0), partition.hashes[0]);
    info.live = info.stored = true;
    info.dirty = false;
    in_order.emplace_back(info.sequence, row);
  }
  applied_.clear();
  std::ranges::sort(in_order);
  for (const auto& [sequence, row] : in_order) {
    part.push_back(row);
    if (part.size() == static_cast<size_t>(kMaxBatchRows)) TRY(insert());
  }
  return part.empty() ? OkStatus() : insert();
}

/// With its sort key.
size_t RankedRows::EntryBytes() const {
  return sizeof(Info) + sizeof(Entry) * 3 / 2 +
         rows_->memory_bytes() / std::max<size_t>(1, rows_->slot_limit());
}

size_t RankedRows::memory_bytes() const {
  // Room that rows have left is there for others: what counts is what is held.
  if (reads_cold()) return keys_.memory_bytes() + count_ * EntryBytes();
  size_t bytes = keys_.memory_bytes() + rows_->memory_bytes() + info_.capacity() * sizeof(Info) +
                 partitions_.capacity() * sizeof(Rows);
  for (const Rows& rows : partitions_) bytes += rows.pieces.capacity() * sizeof(Piece);
  // Pieces are full by half at least; those of small partitions hold what they have.
  bytes += count_ * sizeof(Entry) * 3 / 2;
  return bytes + dirty_.capacity() * sizeof(uint32_t);
}

}  // namespace millrace
