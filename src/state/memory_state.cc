// SPDX-License-Identifier: Apache-2.0
#include "state/memory_state.h"

#include <algorithm>

namespace millrace {

std::optional<StateMarker> MemoryState::marker() const {
  const std::lock_guard lock(mutex_);
  return device_->marker;
}

Status MemoryState::Begin(const StateMarker& marker) {
  batch_.clear();
  begun_ = marker;
  return OkStatus();
}

Status MemoryState::Put(std::string_view key, std::string_view value) {
  batch_.emplace_back(key, value);
  return OkStatus();
}

Status MemoryState::Delete(std::string_view key) {
  batch_.emplace_back(key, std::nullopt);
  return OkStatus();
}

Status MemoryState::Commit() {
  const std::lock_guard lock(mutex_);
  for (auto& [key, value] : batch_) {
    if (value) {
      device_->entries[key] = *std::move(value);
    } else {
      device_->entries.erase(key);
    }
  }
  batch_.clear();
  device_->marker = begun_;
  return OkStatus();
}

Status MemoryState::Clear() {
  const std::lock_guard lock(mutex_);
  batch_.clear();
  device_->entries.clear();
  device_->marker.reset();
  return OkStatus();
}

Status MemoryState::Get(std::span<const std::string_view> keys,
                        const std::function<Status(size_t, std::string_view)>& found) const {
  const std::lock_guard lock(mutex_);
  for (size_t i = 0; i < keys.size(); ++i) {
    const auto entry = device_->entries.find(keys[i]);
    if (entry != device_->entries.end()) TRY(found(i, entry->second));
  }
  return OkStatus();
}

Status MemoryState::Visit(std::string_view prefix, const Visitor& visit) const {
  const std::lock_guard lock(mutex_);
  const MemoryStateDevice::Entries& entries = device_->entries;
  for (auto entry = entries.lower_bound(prefix);
       entry != entries.end() && entry->first.starts_with(prefix); ++entry) {
    TRY(visit(entry->first, entry->second));
  }
  return OkStatus();
}

Status MemoryState::VisitSome(std::string_view prefix, std::string_view from, size_t count,
                              const Visitor& visit) const {
  const std::lock_guard lock(mutex_);
  const MemoryStateDevice::Entries& entries = device_->entries;
  for (auto entry = entries.lower_bound(std::max(prefix, from));
       count > 0 && entry != entries.end() && entry->first.starts_with(prefix); ++entry, --count) {
    TRY(visit(entry->first, entry->second));
  }
  return OkStatus();
}

}  // namespace millrace
