// SPDX-License-Identifier: Apache-2.0
#include "state/ordered_table.h"

#include <algorithm>

#include "state/encoding.h"

namespace millrace {
namespace {

/// Entries in front of `begin` that are worth moving the rest for.
constexpr size_t kGap = 32;

}  // namespace

OrderedTable::OrderedTable(std::string name, bool track, KeyTable* keys, RowStore* rows)
    : name_(std::move(name)), track_(track), keys_(keys), rows_(rows) {}

OrderedTable::RowFlags& OrderedTable::FlagsOf(uint32_t row) {
  if (row >= row_flags_.size()) row_flags_.resize(rows_->slot_limit());
  return row_flags_[row];
}

size_t OrderedTable::Insert(uint32_t key, const OrderedEntry& entry) {
  if (key >= keyed_.size()) keyed_.resize(std::max<size_t>(key + 1, keys_->slot_limit()));
  Keyed& keyed = keyed_[key];
  ++count_;
  next_sequence_ = std::max(next_sequence_, entry.sequence + 1);
  if (track_) {
    FlagsOf(entry.row) = {entry.sequence, kNew};
    dirty_.push_back({key, entry});
  }
  auto& entries = keyed.entries;
  const size_t slots_before = entries.capacity();
  if (entries.size() == keyed.begin || !(entry < entries.back())) {
    entries.push_back(entry);
    entry_slots_ += entries.capacity() - slots_before;
    return entries.size() - 1 - keyed.begin;
  }
  const auto begin = entries.begin() + static_cast<ptrdiff_t>(keyed.begin);
  const auto place = entries.insert(std::upper_bound(begin, entries.end(), entry), entry);
  entry_slots_ += entries.capacity() - slots_before;
  return static_cast<size_t>(place - entries.begin()) - keyed.begin;
}

void OrderedTable::Forget(uint32_t key, const OrderedEntry& entry) {
  if (track_) {
    RowFlags& row = FlagsOf(entry.row);
    if ((row.flags & kStored) != 0) deleted_.push_back(KeyOf(key, entry));
    row.flags = 0;
  }
  rows_->Free(entry.row);
  --count_;
}

void OrderedTable::TrimFront(uint32_t key, size_t count) {
  if (count == 0) return;
  Keyed& keyed = keyed_[key];
  for (size_t i = 0; i < count; ++i) Forget(key, keyed.entries[keyed.begin + i]);
  keyed.begin += count;
  if (keyed.begin == keyed.entries.size()) {
    keyed.entries.clear();
    keyed.begin = 0;
  } else if (keyed.begin > kGap && keyed.begin * 2 > keyed.entries.size()) {
    keyed.entries.erase(keyed.entries.begin(),
                        keyed.entries.begin() + static_cast<ptrdiff_t>(keyed.begin));
    keyed.begin = 0;
  }
}

std::string OrderedTable::KeyOf(uint32_t key, const OrderedEntry& entry) const {
  std::string out;
  PutBytes(keys_->key(key), &out);
  PutOrdered(entry.time, &out);
  PutOrdered(static_cast<int64_t>(entry.sequence), &out);
  return out;
}

Status OrderedTable::CollectDelta(const std::function<Status(const StateChange&)>& visit) {
  for (const std::string& key : deleted_) TRY(visit({name_, key, {}, true}));
  deleted_.clear();
  std::string value;
  for (const Dirty& dirty : dirty_) {
    RowFlags& row = FlagsOf(dirty.entry.row);
    // Gone again since, or its row belongs to a later entry.
    if ((row.flags & kNew) == 0 || row.sequence != dirty.entry.sequence) continue;
    row.flags = kStored;
    value.clear();
    rows_->Write(dirty.entry.row, &value);
    TRY(visit({name_, KeyOf(dirty.key, dirty.entry), value, false}));
  }
  dirty_.clear();
  return OkStatus();
}

Status OrderedTable::Snapshot(const std::function<Status(const StateChange&)>& visit) const {
  std::string value;
  for (uint32_t key = 0; key < keyed_.size(); ++key) {
    for (const OrderedEntry& entry : entries_of(key)) {
      value.clear();
      rows_->Write(entry.row, &value);
      TRY(visit({name_, KeyOf(key, entry), value, false}));
    }
  }
  return OkStatus();
}

Status OrderedTable::Apply(const StateChange& change) {
  std::string_view bytes = change.key;
  std::string_view key_bytes;
  int64_t time = 0;
  int64_t sequence = 0;
  if (!GetBytes(&bytes, &key_bytes) || !GetOrdered(&bytes, &time) ||
      !GetOrdered(&bytes, &sequence)) {
    return CorruptStateEntry(name_);
  }
  OrderedEntry entry{time, static_cast<uint64_t>(sequence), 0};
  const uint64_t hash = HashBytes(key_bytes);
  const uint32_t key =
      change.deleted ? keys_->Find(key_bytes, hash) : keys_->FindOrInsert(key_bytes, hash);
  const auto held = entries_of(key);
  const auto place = std::lower_bound(held.begin(), held.end(), entry);
  const bool found = place != held.end() && !(entry < *place);
  if (found) {
    Keyed& keyed = keyed_[key];
    const auto index = static_cast<ptrdiff_t>(keyed.begin + (place - held.begin()));
    if (track_) FlagsOf(place->row).flags = 0;
    Forget(key, *place);
    keyed.entries.erase(keyed.entries.begin() + index);
  }
  if (change.deleted) return OkStatus();
  TRY_ASSIGN(entry.row, rows_->Read(change.value));
  Insert(key, entry);
  if (track_) {
    FlagsOf(entry.row).flags = kStored;
    dirty_.pop_back();
  }
  return OkStatus();
}

size_t OrderedTable::memory_bytes() const {
  return keyed_.capacity() * sizeof(Keyed) + entry_slots_ * sizeof(OrderedEntry) +
         row_flags_.capacity() * sizeof(RowFlags) + dirty_.capacity() * sizeof(Dirty) +
         rows_->memory_bytes();
}

}  // namespace millrace
