// SPDX-License-Identifier: Apache-2.0
#include "state/ordered_table.h"

#include <algorithm>

#include "base/check.h"
#include "state/encoding.h"
#include "state/entry_group.h"
#include "state/shrink_keys.h"

namespace millrace {

OrderedTable::OrderedTable(std::string name, bool track, KeyTable* keys, RowStore* rows)
    : name_(std::move(name)), track_(track), keys_(keys), rows_(rows) {}

OrderedTable::Tracked& OrderedTable::TrackedOf(uint32_t row) {
  if (row >= tracked_.size()) tracked_.resize(rows_->slot_limit());
  return tracked_[row];
}

size_t OrderedTable::Insert(uint32_t key, const OrderedEntry& entry) {
  if (track_) {
    TrackedOf(entry.row) = {entry.time, entry.sequence, key, kNew};
    dirty_.push_back(entry.row);
    if (keys_->reads_cold_lists()) keys_->MarkDirty(key);
  }
  return Place(key, entry);
}

/// Returns its position among the entries of its key.
size_t OrderedTable::Place(uint32_t key, const OrderedEntry& entry) {
  if (key >= keyed_.size()) keyed_.resize(std::max<size_t>(key + 1, keys_->slot_limit()));
  Keyed& keyed = keyed_[key];
  ++count_;
  next_sequence_ = std::max(next_sequence_, entry.sequence + 1);
  Pool::List& entries = keyed.entries;
  // Room in front is used before the list grows: a frame of two rows stays where it is.
  if (entries.full() && keyed.begin * 2 >= entries.size) DropGap(&keyed);
  if (entries.size == keyed.begin || !(entry < entries.items[entries.size - 1])) {
    pool_.Append(&entries, entry);
    return entries.size - 1 - keyed.begin;
  }
  const auto held = entries.values().subspan(keyed.begin);
  const auto place = std::upper_bound(held.begin(), held.end(), entry) - held.begin();
  pool_.Insert(&entries, keyed.begin + static_cast<size_t>(place), entry);
  return static_cast<size_t>(place);
}

void OrderedTable::DropGap(Keyed* keyed) {
  if (keyed->begin == 0) return;
  pool_.Erase(&keyed->entries, 0, keyed->begin);
  keyed->begin = 0;
}

void OrderedTable::Forget(uint32_t key, const OrderedEntry& entry) {
  if (track_) {
    Tracked& row = TrackedOf(entry.row);
    if ((row.flags & kStored) != 0) deleted_.push_back(KeyOf(key, entry));
    row.flags = 0;
    if (keys_->reads_cold_lists()) keys_->MarkDirty(key);
  }
  rows_->Free(entry.row);
  --count_;
}

void OrderedTable::TrimFront(uint32_t key, size_t count) {
  if (count == 0) return;
  Keyed& keyed = keyed_[key];
  for (size_t i = 0; i < count; ++i) Forget(key, keyed.entries.items[keyed.begin + i]);
  keyed.begin += static_cast<uint32_t>(count);
  if (keyed.begin == keyed.entries.size) {
    pool_.Clear(&keyed.entries);
    keyed.begin = 0;
  } else if (WorthDroppingGap(keyed.begin, keyed.entries.size)) {
    DropGap(&keyed);
  }
}

/// The index of an entry that is there, among all that the list of its key has.
size_t OrderedTable::IndexOf(uint32_t key, const OrderedEntry& entry) const {
  const auto held = entries_of(key);
  const auto place = std::lower_bound(held.begin(), held.end(), entry);
  CHECK(place != held.end() && !(entry < *place));
  return keyed_[key].begin + static_cast<size_t>(place - held.begin());
}

void OrderedTable::Erase(uint32_t key, int64_t time, uint64_t sequence) {
  const size_t index = IndexOf(key, {time, sequence, 0});
  Keyed& keyed = keyed_[key];
  if (index == keyed.begin) return TrimFront(key, 1);
  Forget(key, keyed.entries.items[index]);
  pool_.Erase(&keyed.entries, index);
}

void OrderedTable::Move(uint32_t key, const OrderedEntry& from, const OrderedEntry& to) {
  const size_t index = IndexOf(key, from);
  if (track_ && (TrackedOf(from.row).flags & kStored) != 0) deleted_.push_back(KeyOf(key, from));
  pool_.Erase(&keyed_[key].entries, index);
  --count_;
  Insert(key, to);
}

std::string OrderedTable::KeyOf(uint32_t key, const OrderedEntry& entry) const {
  std::string out;
  AppendKeyOf(key, entry, &out);
  return out;
}

void OrderedTable::AppendKeyOf(uint32_t key, const OrderedEntry& entry, std::string* out) const {
  PutBytes(keys_->key(key), out);
  PutOrdered(entry.time, out);
  PutOrdered(static_cast<int64_t>(entry.sequence), out);
}

Status OrderedTable::CollectDelta(const std::function<Status(const StateChange&)>& visit) {
  for (const std::string& key : deleted_) TRY(visit({name_, key, {}, true, KeyGroupOfEntry(key)}));
  deleted_.clear();
  std::string key;
  std::string value;
  for (const uint32_t row : dirty_) {
    Tracked& tracked = TrackedOf(row);
    if ((tracked.flags & kNew) == 0) continue;  // gone again since
    tracked.flags = kStored;
    value.clear();
    rows_->Write(row, &value);
    key.clear();
    AppendKeyOf(tracked.key, {tracked.time, tracked.sequence, row}, &key);
    TRY(visit({name_, key, value, false, keys_->key_group(tracked.key)}));
  }
  dirty_.clear();
  // What changed in the keys is told by their entries.
  if (!keys_->reads_cold_lists()) return OkStatus();
  return keys_->CollectDelta([](const StateChange&) { return OkStatus(); });
}

Status OrderedTable::Snapshot(const std::function<Status(const StateChange&)>& visit) const {
  std::string value;
  for (uint32_t key = 0; key < keyed_.size(); ++key) {
    for (const OrderedEntry& entry : entries_of(key)) {
      value.clear();
      rows_->Write(entry.row, &value);
      const std::string entry_key = KeyOf(key, entry);
      TRY(visit({name_, entry_key, value, false, KeyGroupOfEntry(entry_key)}));
    }
  }
  return OkStatus();
}

/// Time and sequence number, behind the key itself.
bool OrderedTable::ReadEntry(std::string_view bytes, OrderedEntry* entry) {
  int64_t sequence = 0;
  if (!GetOrdered(&bytes, &entry->time) || !GetOrdered(&bytes, &sequence)) return false;
  entry->sequence = static_cast<uint64_t>(sequence);
  return true;
}

Status OrderedTable::Load(uint32_t key, std::string_view entry_key, std::string_view value) {
  std::string_view key_bytes;
  OrderedEntry entry;
  if (!GetBytes(&entry_key, &key_bytes) || !ReadEntry(entry_key, &entry)) {
    return CorruptStateEntry(name_);
  }
  TRY_ASSIGN(entry.row, rows_->Read(value));
  TrackedOf(entry.row) = {entry.time, entry.sequence, key, kStored};
  Place(key, entry);
  return OkStatus();
}

void OrderedTable::Evict(uint32_t key) {
  if (key >= keyed_.size()) return;
  for (const OrderedEntry& entry : entries_of(key)) {
    TrackedOf(entry.row).flags = 0;
    rows_->Free(entry.row);
    --count_;
  }
  pool_.Clear(&keyed_[key].entries);
  keyed_[key] = Keyed();
}

Status OrderedTable::Sweep(size_t count, const IsOver& is_over) {
  return keys_->SweepLists(count, [&](std::string_view entry_key, std::string_view) {
    std::string_view rest = entry_key;
    std::string_view key;
    OrderedEntry entry;
    const bool read = GetBytes(&rest, &key) && ReadEntry(rest, &entry);
    if (read && is_over(entry, KeyGroupOf(HashBytes(key)))) deleted_.emplace_back(entry_key);
  });
}

/// What replaces an entry, if anything does, comes right behind it, maybe in the next call.
Status OrderedTable::SweepReplaced(size_t count, int64_t now, const Ends& ends) {
  return keys_->SweepLists(count, [&](std::string_view entry_key, std::string_view value) {
    std::string_view rest = entry_key;
    std::string_view key;
    OrderedEntry entry;
    if (!GetBytes(&rest, &key) || !ReadEntry(rest, &entry)) return;
    const bool follows = swept_.key == key && swept_.entry < entry;
    const bool over = follows ? entry.time <= now : swept_.ends;
    if (over && !swept_.entry_key.empty()) deleted_.push_back(std::move(swept_.entry_key));
    swept_ = {std::string(entry_key), std::string(key), entry, entry.time <= now && ends(value)};
  });
}

void OrderedTable::AttachCold(std::unique_ptr<ColdEntries> entries, bool restored) {
  keys_->AttachCold(std::move(entries), restored);
}

void OrderedTable::Collected(uint64_t epoch) {
  if (reads_cold()) keys_->Collected(epoch);
}

/// Keys leave until so much less is held.
void OrderedTable::Shrink(uint64_t applied, size_t bytes) {
  ShrinkKeys(applied, memory_bytes(), bytes, keys_);
}

Status OrderedTable::Apply(const StateChange& change) {
  std::string_view bytes = change.key;
  std::string_view key_bytes;
  OrderedEntry entry;
  if (!GetBytes(&bytes, &key_bytes) || !ReadEntry(bytes, &entry)) {
    return CorruptStateEntry(name_);
  }
  const uint64_t hash = HashBytes(key_bytes);
  const uint32_t key =
      change.deleted ? keys_->Find(key_bytes, hash) : keys_->FindOrInsert(key_bytes, hash);
  const auto held = entries_of(key);
  const auto place = std::lower_bound(held.begin(), held.end(), entry);
  const bool found = place != held.end() && !(entry < *place);
  if (found) {
    Keyed& keyed = keyed_[key];
    const auto index = keyed.begin + static_cast<size_t>(place - held.begin());
    if (track_) TrackedOf(place->row).flags = 0;
    Forget(key, *place);
    pool_.Erase(&keyed.entries, index);
  }
  if (change.deleted) return OkStatus();
  TRY_ASSIGN(entry.row, rows_->Read(change.value));
  Insert(key, entry);
  if (track_) {
    TrackedOf(entry.row).flags = kStored;
    dirty_.pop_back();
  }
  return OkStatus();
}

/// With its part of the key and of the row's columns.
size_t OrderedTable::EntryBytes() const {
  constexpr size_t kListBytes = sizeof(OrderedEntry) + sizeof(Tracked) + sizeof(uint32_t);
  return kListBytes + rows_->memory_bytes() / std::max<size_t>(1, rows_->slot_limit());
}

size_t OrderedTable::memory_bytes() const {
  // Room that rows have left is there for others: what counts is what is held.
  if (reads_cold()) return keys_->memory_bytes() + count_ * EntryBytes();
  return keyed_.capacity() * sizeof(Keyed) + pool_.memory_bytes() +
         tracked_.capacity() * sizeof(Tracked) + dirty_.capacity() * sizeof(uint32_t) +
         rows_->memory_bytes();
}

}  // namespace millrace
