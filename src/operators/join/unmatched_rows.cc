// SPDX-License-Identifier: Apache-2.0
#include "operators/join/unmatched_rows.h"

#include <algorithm>

#include "state/encoding.h"

namespace millrace {

void UnmatchedRows::Set(uint32_t key, const OrderedEntry& entry, uint8_t flags) {
  if (entry.row >= marks_.size()) {
    marks_.resize(std::max<size_t>(entry.row + 1, marks_.size() + marks_.size() / 2));
  }
  marks_[entry.row] = {entry.time, entry.sequence, key, flags};
  ++count_;
}

void UnmatchedRows::Add(uint32_t key, const OrderedEntry& entry) {
  Set(key, entry, track_ ? kUnmatched | kNew : kUnmatched);
  if (track_) added_.push_back(entry.row);
}

void UnmatchedRows::Remove(uint32_t row) {
  if (!Contains(row)) return;
  Mark& mark = marks_[row];
  if ((mark.flags & kStored) != 0) {
    deleted_.push_back({mark.time, mark.sequence, keys_->key_group(mark.key)});
    keys_->Touch(mark.key);
  }
  mark.flags = 0;
  --count_;
}

Status UnmatchedRows::ReadKeys(EncodedKeys* keys) {
  *keys = EncodedKeys();
  return times_->ReadNext([keys](int, EventTime, std::string_view, std::string_view key) {
    AddKey(key, keys);
    return OkStatus();
  });
}

Status UnmatchedRows::Load(std::span<const uint32_t> keys) {
  if (keys.empty()) return OkStatus();
  std::vector<std::pair<uint32_t, OrderedEntry>> asked;
  std::string entry_keys;  // of equal size
  for (const uint32_t key : keys) {
    for (const OrderedEntry& entry : rows_->entries_of(key)) {
      asked.emplace_back(key, entry);
      entry_keys += EntryKey(entry.time, entry.sequence);
    }
  }
  const size_t size = entry_keys.size() / std::max<size_t>(1, asked.size());
  ColdEntries& entries = times_->entries();
  entries.Begin();
  for (size_t i = 0; i < asked.size(); ++i) {
    entries.Add(std::string_view(entry_keys).substr(i * size, size),
                HashBytes(keys_->key(asked[i].first)), i);
  }
  return entries.Read([&](size_t i, std::string_view) {
    Set(asked[i].first, asked[i].second, kUnmatched | kStored);
    return OkStatus();
  });
}

void UnmatchedRows::Evict(uint32_t key) {
  const int group = keys_->key_group(key);
  for (const OrderedEntry& entry : rows_->entries_of(key)) {
    if (!Contains(entry.row)) continue;
    marks_[entry.row].flags = 0;
    --count_;
    times_->Leave(group, entry.time);
  }
}

void UnmatchedRows::AttachCold(std::unique_ptr<ColdEntries> entries, bool restored) {
  times_ = std::make_unique<ColdTimes>(std::move(entries), restored);
}

std::string UnmatchedRows::EntryKey(EventTime time, uint64_t sequence) {
  std::string key;
  PutOrdered(time, &key);
  PutOrdered(static_cast<int64_t>(sequence), &key);
  return key;
}

Status UnmatchedRows::Write(const Mark& mark,
                            const std::function<Status(const StateChange&)>& visit) const {
  const std::string entry_key = EntryKey(mark.time, mark.sequence);
  return visit({name_, entry_key, keys_->key(mark.key), false, keys_->key_group(mark.key)});
}

Status UnmatchedRows::CollectDelta(const std::function<Status(const StateChange&)>& visit) {
  for (const Deleted& deleted : deleted_) {
    const std::string entry_key = EntryKey(deleted.time, deleted.sequence);
    TRY(visit({name_, entry_key, {}, true, deleted.group}));
  }
  deleted_.clear();
  for (const uint32_t row : added_) {
    Mark& mark = marks_[row];
    if ((mark.flags & kNew) == 0) continue;
    mark.flags = kUnmatched | kStored;
    TRY(Write(mark, visit));
  }
  added_.clear();
  return OkStatus();
}

Status UnmatchedRows::Snapshot(const std::function<Status(const StateChange&)>& visit) const {
  for (const Mark& mark : marks_) {
    if ((mark.flags & kUnmatched) != 0) TRY(Write(mark, visit));
  }
  return OkStatus();
}

Status UnmatchedRows::Apply(const StateChange& change) {
  std::string_view bytes = change.key;
  EventTime time = 0;
  int64_t sequence = 0;
  if (change.deleted || !GetOrdered(&bytes, &time) || !GetOrdered(&bytes, &sequence)) {
    return CorruptStateEntry(name_);
  }
  const uint32_t key = keys_->Find(change.value, HashBytes(change.value));
  if (key == KeyTable::kNone) return CorruptStateEntry(name_);
  const OrderedEntry looked_for{time, static_cast<uint64_t>(sequence), 0};
  const auto entries = rows_->entries_of(key);
  const auto place = std::lower_bound(entries.begin(), entries.end(), looked_for);
  if (place == entries.end() || looked_for < *place) return CorruptStateEntry(name_);
  Set(key, *place, kUnmatched | kStored);
  return OkStatus();
}

}  // namespace millrace
