// SPDX-License-Identifier: Apache-2.0
#include "state/memory_state.h"

#include <utility>

namespace millrace {

MemoryState::MemoryState(MemoryStateDevice* device) : device_(device) {
  if (device_ == nullptr) return;
  entries_ = device_->entries;
  marker_ = device_->marker;
}

std::optional<StateMarker> MemoryState::marker() const {
  const std::lock_guard lock(mutex_);
  return marker_;
}

void MemoryState::Put(std::string_view key, std::string_view value) {
  batch_[std::string(key)] = std::string(value);
}

void MemoryState::Delete(std::string_view key) { batch_[std::string(key)] = std::nullopt; }

Status MemoryState::Commit(const StateMarker& marker) {
  const std::lock_guard lock(mutex_);
  for (auto& [key, value] : std::exchange(batch_, {})) {
    unflushed_bytes_ += key.size();
    if (!value) {
      entries_.erase(key);
      continue;
    }
    unflushed_bytes_ += value->size();
    entries_[key] = *std::move(value);
  }
  marker_ = marker;
  return OkStatus();
}

Status MemoryState::Flush() {
  const std::lock_guard lock(mutex_);
  if (device_ == nullptr) return OkStatus();
  device_->entries = entries_;
  device_->marker = marker_;
  unflushed_bytes_ = 0;
  return OkStatus();
}

Status MemoryState::Clear() {
  {
    const std::lock_guard lock(mutex_);
    entries_.clear();
    batch_.clear();
    marker_.reset();
  }
  return Flush();
}

Status MemoryState::Visit(std::string_view prefix, const Visitor& visit) const {
  const std::lock_guard lock(mutex_);
  for (auto entry = entries_.lower_bound(prefix);
       entry != entries_.end() && entry->first.starts_with(prefix); ++entry) {
    TRY(visit(entry->first, entry->second));
  }
  return OkStatus();
}

uint64_t MemoryState::unflushed_bytes() const {
  const std::lock_guard lock(mutex_);
  return unflushed_bytes_;
}

}  // namespace millrace
