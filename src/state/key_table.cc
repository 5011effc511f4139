// SPDX-License-Identifier: Apache-2.0
#include "state/key_table.h"

#include <iterator>
#include <utility>

namespace millrace {

KeyTable::KeyTable(std::string name, bool track, Values values)
    : name_(std::move(name)), track_(track), values_(std::move(values)) {}

void KeyTable::Detach(uint32_t slot) {
  uint8_t& mark = index_.mark(slot);
  if ((mark & kStored) != 0) {
    deleted_.emplace_back(index_.key(slot));
    if (follows_deletions_) gone_.insert_or_assign(deleted_.back(), kNotCollected);
  }
  // A slot that stays in dirty_ is skipped there, or is marked again by its next key.
  mark &= kDirty;
  index_.Detach(slot);
}

void KeyTable::AddDirty(uint32_t slot) {
  index_.mark(slot) |= kDirty;
  dirty_.push_back(slot);
}

Status KeyTable::CollectDelta(const std::function<Status(const StateChange&)>& visit) {
  for (const std::string& key : deleted_) {
    TRY(visit({name_, key, {}, true, KeyGroupOf(HashBytes(key))}));
  }
  if (follows_deletions_) {
    leaving_.insert(leaving_.end(), std::make_move_iterator(deleted_.begin()),
                    std::make_move_iterator(deleted_.end()));
  }
  deleted_.clear();
  std::string value;
  for (uint32_t slot : dirty_) {
    uint8_t& mark = index_.mark(slot);
    if ((mark & kDirty) == 0) continue;
    mark &= static_cast<uint8_t>(~kDirty);
    if (!live(slot)) continue;
    mark |= kStored;
    value.clear();
    if (values_.write) values_.write(slot, &value);
    TRY(visit({name_, key(slot), value, false, key_group(slot)}));
    if (cold_ == nullptr) continue;
    collected_.push_back(slot);
    ++values_written_;
    value_bytes_written_ += value.size();
  }
  dirty_.clear();
  return OkStatus();
}

Status KeyTable::Snapshot(const std::function<Status(const StateChange&)>& visit) const {
  std::string value;
  for (uint32_t slot = 0; slot < slot_limit(); ++slot) {
    if (!live(slot)) continue;
    value.clear();
    if (values_.write) values_.write(slot, &value);
    TRY(visit({name_, key(slot), value, false, key_group(slot)}));
  }
  return OkStatus();
}

Status KeyTable::Apply(const StateChange& change) {
  const uint64_t hash = HashBytes(change.key);
  if (change.deleted) {
    const uint32_t slot = Find(change.key, hash);
    if (slot == kNone) return OkStatus();
    if (values_.clear) values_.clear(slot);
    index_.mark(slot) &= static_cast<uint8_t>(~kStored);
    Erase(slot);
    return OkStatus();
  }
  const uint32_t slot = FindOrInsert(change.key, hash);
  index_.mark(slot) |= kStored;
  return values_.read ? values_.read(slot, change.value) : OkStatus();
}

void KeyTable::AttachCold(std::unique_ptr<ColdEntries> entries, bool restored) {
  cold_ = std::move(entries);
  cold_in_use_ = restored;
  follows_deletions_ = restored;
}

Status KeyTable::LoadCold(const EncodedKeys& keys) {
  cold_->Begin();
  for (size_t i = 0; i < keys.size(); ++i) {
    const uint32_t slot = Find(keys.key(i), keys.hashes[i]);
    if (slot != kNone) {
      index_.mark(slot) |= kUsed;
    } else if (!gone_.contains(keys.key(i))) {
      cold_->Add(keys.key(i), keys.hashes[i]);
    }
  }
  if (cold_->asked() == 0) return OkStatus();
  return cold_->Read([this](std::string_view key, std::string_view value) {
    // Asked for twice in the batch.
    if (Find(key, HashBytes(key)) != kNone) return OkStatus();
    return Apply({.table = name_, .key = key, .value = value});
  });
}

void KeyTable::Collected(uint64_t epoch) {
  if (cold_ == nullptr) return;
  changed_in_.resize(index_.slot_limit());
  for (const uint32_t slot : collected_) changed_in_[slot] = epoch;
  collected_.clear();
  for (const std::string& key : leaving_) gone_.insert_or_assign(key, epoch);
  if (!leaving_.empty()) leaving_in_.emplace_back(epoch, std::exchange(leaving_, {}));
  epoch_ = epoch;
}

/// Forgets deletions that DurableState has.
void KeyTable::ForgetGone(uint64_t applied) {
  for (; !leaving_in_.empty() && leaving_in_.front().first <= applied; leaving_in_.pop_front()) {
    for (const std::string& key : leaving_in_.front().second) {
      const auto gone = gone_.find(key);
      // Else it came again and was deleted again.
      if (gone != gone_.end() && gone->second <= applied) gone_.erase(gone);
    }
  }
}

size_t KeyTable::EntryBytes() const {
  constexpr size_t kIndexBytes = 64;  // slot and buckets of a key
  if (!values_.may_be_cold || values_written_ == 0) return kIndexBytes;
  // In memory, numbers that are few bytes in a delta are whole.
  return kIndexBytes + 2 * value_bytes_written_ / values_written_;
}

size_t KeyTable::memory_bytes() const {
  return values_.may_be_cold ? index_.size() * EntryBytes() : index_.memory_bytes();
}

/// Its value is in DurableState as it is here, and nobody has asked for it lately.
bool KeyTable::CanLeave(uint32_t slot, uint64_t applied) {
  if (!live(slot)) return false;
  uint8_t& mark = index_.mark(slot);
  const bool used = (mark & kUsed) != 0;
  mark &= static_cast<uint8_t>(~kUsed);
  const uint64_t changed = slot < changed_in_.size() ? changed_in_[slot] : 0;
  return !used && (mark & (kDirty | kStored)) == kStored && changed <= applied;
}

void KeyTable::Leave(uint32_t slot) {
  values_.clear(slot);
  index_.mark(slot) = 0;
  index_.Detach(slot);
  index_.Release(slot);
}

void KeyTable::Shrink(uint64_t applied, size_t bytes) {
  if (cold_ == nullptr) return;
  ForgetGone(applied);
  if (memory_bytes() <= bytes) return;
  if (!follows_deletions_) {
    follows_deletions_ = true;
    followed_since_ = epoch_ + 1;
  }
  if (applied < followed_since_) return;  // an earlier deletion may still be on its way
  const size_t held = bytes / EntryBytes();
  // Twice around: entries that were used since the last time stay for one.
  for (size_t looked = 0; looked < 2 * size_t{slot_limit()} && index_.size() > held; ++looked) {
    hand_ = hand_ + 1 < slot_limit() ? hand_ + 1 : 0;
    if (!CanLeave(hand_, applied)) continue;
    Leave(hand_);
    cold_in_use_ = true;
  }
}

}  // namespace millrace
