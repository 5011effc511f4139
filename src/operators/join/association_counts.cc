// SPDX-License-Identifier: Apache-2.0
#include "operators/join/association_counts.h"

#include "state/encoding.h"

namespace millrace {

int64_t AssociationCounts::Get(uint64_t sequence, int key_group) const {
  const auto found = counts_.find(Number(sequence, key_group));
  return found == counts_.end() ? 0 : found->second.value;
}

void AssociationCounts::Set(uint64_t sequence, int key_group, int64_t count) {
  const uint64_t number = Number(sequence, key_group);
  if (count <= 0) {
    const auto found = counts_.find(number);
    if (found == counts_.end()) return;
    if (found->second.stored) deleted_.push_back(number);
    counts_.erase(found);
    return;
  }
  Count& entry = counts_[number];
  entry.value = count;
  if (!track_ || entry.dirty) return;
  entry.dirty = true;
  changed_.push_back(number);
}

void AssociationCounts::AttachCold(std::unique_ptr<ColdEntries> entries, bool) {
  cold_ = std::move(entries);
}

Status AssociationCounts::Load() {
  if (cold_ == nullptr || asked_.empty()) {
    asked_.clear();
    return OkStatus();
  }
  std::string keys;  // of equal size
  for (const Asked& asked : asked_) PutOrdered(static_cast<int64_t>(asked.sequence), &keys);
  const size_t size = keys.size() / asked_.size();
  cold_->Begin();
  for (size_t i = 0; i < asked_.size(); ++i) {
    cold_->Add(std::string_view(keys).substr(i * size, size), asked_[i].key_hash, i);
  }
  TRY(cold_->Read([this](size_t i, std::string_view value) -> Status {
    uint64_t count = 0;
    if (!GetVarint(&value, &count)) return CorruptStateEntry(name_);
    const int group = KeyGroupOf(asked_[i].key_hash);
    counts_[Number(asked_[i].sequence, group)] = {static_cast<int64_t>(count), true, false};
    return OkStatus();
  }));
  asked_.clear();
  return OkStatus();
}

Status AssociationCounts::Visit(uint64_t number, const Count* count,
                                const std::function<Status(const StateChange&)>& visit) const {
  std::string key;
  std::string value;
  PutOrdered(static_cast<int64_t>(number >> 8), &key);
  if (count != nullptr) PutVarint(static_cast<uint64_t>(count->value), &value);
  return visit({name_, key, value, count == nullptr, static_cast<int8_t>(number & 0xFF)});
}

Status AssociationCounts::CollectDelta(const std::function<Status(const StateChange&)>& visit) {
  for (const uint64_t number : deleted_) TRY(Visit(number, nullptr, visit));
  deleted_.clear();
  for (const uint64_t number : changed_) {
    const auto found = counts_.find(number);
    if (found == counts_.end() || !found->second.dirty) continue;
    found->second.dirty = false;
    found->second.stored = true;
    TRY(Visit(number, &found->second, visit));
  }
  changed_.clear();
  return OkStatus();
}

Status AssociationCounts::Snapshot(const std::function<Status(const StateChange&)>& visit) const {
  for (const auto& [number, count] : counts_) TRY(Visit(number, &count, visit));
  return OkStatus();
}

Status AssociationCounts::Apply(const StateChange& change) {
  std::string_view bytes = change.key;
  int64_t sequence = 0;
  if (!GetOrdered(&bytes, &sequence)) return CorruptStateEntry(name_);
  const uint64_t number = Number(static_cast<uint64_t>(sequence), change.key_group);
  if (change.deleted) {
    counts_.erase(number);
    return OkStatus();
  }
  std::string_view value = change.value;
  uint64_t count = 0;
  if (!GetVarint(&value, &count)) return CorruptStateEntry(name_);
  counts_[number] = {static_cast<int64_t>(count), track_, false};
  return OkStatus();
}

size_t AssociationCounts::memory_bytes() const {
  return counts_.size() * (sizeof(uint64_t) + sizeof(Count) + sizeof(void*)) +
         counts_.bucket_count() * sizeof(void*) +
         (changed_.capacity() + deleted_.capacity()) * sizeof(uint64_t);
}

}  // namespace millrace
