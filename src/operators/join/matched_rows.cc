// SPDX-License-Identifier: Apache-2.0
#include "operators/join/matched_rows.h"

#include "state/encoding.h"

namespace millrace {

void MatchedRows::Add(uint64_t sequence, int key_group) {
  const uint64_t number = Number(sequence, key_group);
  if (rows_.try_emplace(number, false).second && track_) added_.push_back(number);
}

void MatchedRows::Remove(uint64_t sequence, int key_group) {
  const auto place = rows_.find(Number(sequence, key_group));
  if (place == rows_.end()) return;
  if (place->second) deleted_.push_back(place->first);
  rows_.erase(place);
}

Status MatchedRows::Visit(uint64_t number, bool deleted,
                          const std::function<Status(const StateChange&)>& visit) const {
  std::string key;
  PutOrdered(static_cast<int64_t>(number >> 8), &key);
  return visit({name_, key, {}, deleted, static_cast<int8_t>(number & 0xFF)});
}

Status MatchedRows::CollectDelta(const std::function<Status(const StateChange&)>& visit) {
  for (const uint64_t number : deleted_) TRY(Visit(number, true, visit));
  deleted_.clear();
  for (const uint64_t number : added_) {
    const auto place = rows_.find(number);
    if (place == rows_.end()) continue;
    place->second = true;
    TRY(Visit(number, false, visit));
  }
  added_.clear();
  return OkStatus();
}

Status MatchedRows::Snapshot(const std::function<Status(const StateChange&)>& visit) const {
  for (const auto& [number, stored] : rows_) TRY(Visit(number, false, visit));
  return OkStatus();
}

Status MatchedRows::Apply(const StateChange& change) {
  std::string_view bytes = change.key;
  int64_t sequence = 0;
  if (!GetOrdered(&bytes, &sequence)) return CorruptStateEntry(name_);
  const uint64_t number = Number(static_cast<uint64_t>(sequence), change.key_group);
  if (change.deleted) {
    rows_.erase(number);
  } else {
    rows_[number] = track_;
  }
  return OkStatus();
}

size_t MatchedRows::memory_bytes() const {
  return rows_.size() * 3 * sizeof(uint64_t) + rows_.bucket_count() * sizeof(void*) +
         (added_.capacity() + deleted_.capacity()) * sizeof(uint64_t);
}

}  // namespace millrace
