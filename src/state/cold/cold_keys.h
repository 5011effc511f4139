// SPDX-License-Identifier: Apache-2.0
// ColdKeys: which keys of a KeyTable are in memory, on the disk, or on their way there. A key may
// leave memory once the epoch that changed it last is applied; one that was deleted must not be
// found on the disk before its deletion is applied. KeyTable tells what happens to its slots and
// keys; the values and the index stay with it. One thread.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "data/key_codec.h"
#include "state/cold/cold_entries.h"

namespace millrace {

class ColdKeys {
 public:
  /// `restored`: entries of a run before are there.
  ColdKeys(std::unique_ptr<ColdEntries> entries, bool restored)
      : entries_(std::move(entries)), in_use_(restored), follows_deletions_(restored) {}

  /// Some value may be on the disk only.
  bool in_use() const { return in_use_; }
  ColdEntries& entries() { return *entries_; }

  /// A key that a delta has carried is deleted.
  void Delete(std::string_view key) {
    if (follows_deletions_) gone_.insert_or_assign(std::string(key), kNotCollected);
  }
  bool IsGone(std::string_view key) const { return !gone_.empty() && gone_.contains(key); }

  /// What a delta takes: deletions and values.
  void CollectDeleted(std::vector<std::string> keys);
  void CollectWritten(uint32_t slot) { collected_.push_back(slot); }
  /// That delta is of this epoch; all slots are below the limit.
  void Collected(uint64_t epoch, uint32_t slot_limit);

  /// Forgets deletions that DurableState has.
  void ForgetGone(uint64_t applied);
  /// True if keys may leave; the first time, deletions are followed from then on.
  bool MayLeave(uint64_t applied);
  /// What the slot holds is on the disk if it has not changed since it was collected.
  bool IsApplied(uint32_t slot, uint64_t applied) const {
    return slot >= changed_in_.size() || changed_in_[slot] <= applied;
  }
  void Leave() { in_use_ = true; }

 private:
  static constexpr uint64_t kNotCollected = UINT64_MAX;
  struct KeyHash {
    using is_transparent = void;
    size_t operator()(std::string_view key) const { return HashBytes(key); }
  };

  std::unique_ptr<ColdEntries> entries_;
  bool in_use_;
  bool follows_deletions_;            // gone_ is kept,
  uint64_t followed_since_ = 0;       // completely for epochs behind this one
  uint64_t epoch_ = 0;                // the last one collected
  std::vector<uint32_t> collected_;   // slots, since the last Collected
  std::vector<uint64_t> changed_in_;  // by slot: the last epoch that carries it
  /// Keys that were deleted and may still be in DurableState, with the epoch that deletes them.
  std::unordered_map<std::string, uint64_t, KeyHash, std::equal_to<>> gone_;
  std::vector<std::string> leaving_;  // of them, whose deletion the delta at hand has
  std::deque<std::pair<uint64_t, std::vector<std::string>>> leaving_in_;  // by epoch
};

}  // namespace millrace
