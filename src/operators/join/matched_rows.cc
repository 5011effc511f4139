// SPDX-License-Identifier: Apache-2.0
#include "operators/join/matched_rows.h"

#include "state/encoding.h"

namespace millrace {
namespace {

std::string KeyOf(uint64_t sequence) {
  std::string key;
  PutOrdered(static_cast<int64_t>(sequence), &key);
  return key;
}

}  // namespace

void MatchedRows::Add(uint64_t sequence) {
  if (rows_.try_emplace(sequence, false).second && track_) added_.push_back(sequence);
}

void MatchedRows::Remove(uint64_t sequence) {
  const auto place = rows_.find(sequence);
  if (place == rows_.end()) return;
  if (place->second) deleted_.push_back(sequence);
  rows_.erase(place);
}

Status MatchedRows::CollectDelta(const std::function<Status(const StateChange&)>& visit) {
  for (const uint64_t sequence : deleted_) TRY(visit({name_, KeyOf(sequence), {}, true}));
  deleted_.clear();
  for (const uint64_t sequence : added_) {
    const auto place = rows_.find(sequence);
    if (place == rows_.end()) continue;
    place->second = true;
    TRY(visit({name_, KeyOf(sequence), {}, false}));
  }
  added_.clear();
  return OkStatus();
}

Status MatchedRows::Snapshot(const std::function<Status(const StateChange&)>& visit) const {
  for (const auto& [sequence, stored] : rows_) TRY(visit({name_, KeyOf(sequence), {}, false}));
  return OkStatus();
}

Status MatchedRows::Apply(const StateChange& change) {
  std::string_view bytes = change.key;
  int64_t sequence = 0;
  if (!GetOrdered(&bytes, &sequence)) return CorruptStateEntry(name_);
  if (change.deleted) {
    rows_.erase(static_cast<uint64_t>(sequence));
  } else {
    rows_[static_cast<uint64_t>(sequence)] = track_;
  }
  return OkStatus();
}

size_t MatchedRows::memory_bytes() const {
  return rows_.size() * 3 * sizeof(uint64_t) + rows_.bucket_count() * sizeof(void*) +
         (added_.capacity() + deleted_.capacity()) * sizeof(uint64_t);
}

}  // namespace millrace
