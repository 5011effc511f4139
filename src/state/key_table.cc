// SPDX-License-Identifier: Apache-2.0
#include "state/key_table.h"

#include <utility>

#include "base/prefetch.h"
#include "state/encoding.h"

namespace millrace {

KeyTable::KeyTable(std::string name, bool track) : KeyTable(std::move(name), track, Values()) {}

KeyTable::KeyTable(std::string name, bool track, Values values)
    : name_(std::move(name)), track_(track), values_(std::move(values)) {}

void KeyTable::Detach(uint32_t slot) {
  uint8_t& mark = index_.mark(slot);
  if ((mark & kStored) != 0) {
    deleted_.emplace_back(index_.key(slot));
    if (cold_ != nullptr) cold_->Delete(deleted_.back());
  }
  // A slot that stays in dirty_ is skipped there, or is marked again by its next key.
  mark &= kDirty;
  index_.Detach(slot);
}

void KeyTable::AddDirty(uint32_t slot) {
  index_.mark(slot) |= kDirty;
  dirty_.push_back(slot);
}

/// Starts to load what dirty keys behind this one need.
void KeyTable::PrefetchDirty(size_t at) const {
  constexpr size_t kAhead = 8;
  if (at + 2 * kAhead < dirty_.size()) {
    const uint32_t slot = dirty_[at + 2 * kAhead];
    index_.PrefetchSlot(slot);
    if (values_.prefetch) values_.prefetch(slot, 0);
  }
  if (values_.prefetch && at + kAhead < dirty_.size()) values_.prefetch(dirty_[at + kAhead], 1);
}

Status KeyTable::CollectDelta(const std::function<Status(const StateChange&)>& visit) {
  for (const std::string& key : deleted_) {
    TRY(visit({name_, key, {}, true, KeyGroupOf(HashBytes(key))}));
  }
  if (cold_ != nullptr) cold_->CollectDeleted(std::move(deleted_));
  deleted_.clear();
  std::string value;
  for (size_t i = 0; i < dirty_.size(); ++i) {
    PrefetchDirty(i);
    const uint32_t slot = dirty_[i];
    uint8_t& mark = index_.mark(slot);
    if ((mark & kDirty) == 0) continue;
    mark &= static_cast<uint8_t>(~kDirty);
    if (!live(slot)) continue;
    mark |= kStored;
    value.clear();
    if (values_.write) values_.write(slot, &value);
    TRY(visit({name_, key(slot), value, false, key_group(slot)}));
    if (cold_ == nullptr) continue;
    cold_->CollectWritten(slot);
    ++written_;
    written_bytes_ += key(slot).size() + 2 * value.size();
  }
  dirty_.clear();
  for (const uint32_t slot : touched_) {
    index_.mark(slot) &= static_cast<uint8_t>(~kTouched);
    if (live(slot)) cold_->CollectWritten(slot);
  }
  touched_.clear();
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
  cold_ = std::make_unique<ColdKeys>(std::move(entries), restored);
}

Status KeyTable::LoadCold(const EncodedKeys& keys) {
  constexpr size_t kAhead = 16;
  ColdEntries& entries = cold_->entries();
  entries.Begin();
  for (size_t i = 0; i < keys.size(); ++i) {
    if (i + kAhead < keys.size()) index_.Prefetch(keys.hashes[i + kAhead]);
    const uint32_t slot = Find(keys.key(i), keys.hashes[i]);
    if (slot != kNone) {
      index_.mark(slot) |= kUsed;
    } else if (!cold_->IsGone(keys.key(i))) {
      entries.Add(keys.key(i), keys.hashes[i], i);
    }
  }
  if (entries.asked() == 0) return OkStatus();
  if (values_.read_part) {
    const auto read = [&](size_t i, std::string_view entry_key, std::string_view value) {
      const uint32_t found = index_.Find(keys.key(i), keys.hashes[i]);
      const uint32_t slot = found != kNone ? found : InsertLoaded(keys.key(i), keys.hashes[i]);
      return values_.read_part(slot, entry_key, value);
    };
    return entries.ReadLists(values_.leading_bytes, read);
  }
  return entries.Read([this, &keys](size_t i, std::string_view value) {
    return values_.read(InsertLoaded(keys.key(i), keys.hashes[i]), value);
  });
}

uint32_t KeyTable::InsertLoaded(std::string_view key, uint64_t hash) {
  const uint32_t slot = index_.FindOrInsert(key, hash);
  index_.mark(slot) = kStored;
  loaded_.push_back(slot);
  return slot;
}

Status KeyTable::Sweep(size_t count, const Judge& judge) {
  loaded_.clear();
  if (cold_ == nullptr || !cold_->in_use()) return OkStatus();
  return cold_->entries().ReadNext(count,
                                   [&](std::string_view key, std::string_view value) -> Status {
                                     const uint64_t hash = HashBytes(key);
                                     if (Find(key, hash) != kNone || cold_->IsGone(key))
                                       return OkStatus();
                                     switch (judge(key, value)) {
                                       case Judgement::kStays: return OkStatus();
                                       case Judgement::kIsLoaded:
                                         return values_.read(InsertLoaded(key, hash), value);
                                       case Judgement::kIsDeleted:
                                         deleted_.emplace_back(key);
                                         cold_->Delete(key);
                                         return OkStatus();
                                     }
                                     return OkStatus();
                                   });
}

Status KeyTable::SweepLists(
    size_t count,
    const std::function<void(std::string_view entry_key, std::string_view value)>& visit) {
  if (cold_ == nullptr || !cold_->in_use()) return OkStatus();
  return cold_->entries().ReadNext(
      count, [&](std::string_view entry_key, std::string_view value) -> Status {
        std::string_view rest = entry_key;
        std::string_view key;
        if (!GetBytes(&rest, &key)) return CorruptStateEntry(name_);
        if (Find(key, HashBytes(key)) == kNone && !cold_->IsGone(key)) visit(entry_key, value);
        return OkStatus();
      });
}

void KeyTable::Collected(uint64_t epoch) {
  if (cold_ != nullptr) cold_->Collected(epoch, slot_limit());
}

size_t KeyTable::EntryBytes() const {
  constexpr size_t kIndexBytes = 64;  // slot and buckets of a key
  if (!values_.may_be_cold || written_ == 0) return kIndexBytes;
  // In memory, numbers that are few bytes in a delta are whole.
  return kIndexBytes + written_bytes_ / written_;
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
  return !used && (mark & (kDirty | kStored | kTouched)) == kStored &&
         cold_->IsApplied(slot, applied) && !(values_.stays && values_.stays(slot));
}

void KeyTable::Leave(uint32_t slot) {
  values_.clear(slot);
  index_.mark(slot) = 0;
  index_.Detach(slot);
  index_.Release(slot);
}

void KeyTable::Shrink(uint64_t applied, size_t bytes) {
  if (cold_ == nullptr) return;
  cold_->ForgetGone(applied);
  if (memory_bytes() <= bytes || !cold_->MayLeave(applied)) return;
  const size_t held = bytes / EntryBytes();
  // Twice around: entries that were used since the last time stay for one.
  for (size_t looked = 0; looked < 2 * size_t{slot_limit()} && index_.size() > held; ++looked) {
    hand_ = hand_ + 1 < slot_limit() ? hand_ + 1 : 0;
    if (!CanLeave(hand_, applied)) continue;
    Leave(hand_);
    cold_->Leave();
  }
}

}  // namespace millrace
