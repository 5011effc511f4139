// SPDX-License-Identifier: Apache-2.0
#include "state/key_table.h"

#include <cstring>
#include <utility>

#include "base/check.h"

namespace millrace {
namespace {

constexpr size_t kBuckets = 64;
constexpr size_t kPrefetchAhead = 12;

uint32_t TagOf(uint64_t hash) { return static_cast<uint32_t>(hash >> 32); }

}  // namespace

KeyTable::KeyTable(std::string name, bool track, Values values)
    : name_(std::move(name)), track_(track), values_(std::move(values)) {
  buckets_.resize(kBuckets);
  mask_ = kBuckets - 1;
}

/// The bucket that holds the key, or the empty one where it belongs.
size_t KeyTable::FindBucket(std::string_view key, uint64_t hash) const {
  const uint32_t tag = TagOf(hash);
  size_t at = hash & mask_;
  while (true) {
    const Bucket& bucket = buckets_[at];
    if (bucket.slot == kNone) return at;
    if (bucket.tag == tag) {
      const Slot& slot = slots_[bucket.slot];
      if (slot.hash == hash && slot.bytes() == key) return at;
    }
    at = (at + 1) & mask_;
  }
}

void KeyTable::FindOrInsert(const EncodedKeys& keys, std::vector<uint32_t>* slots) {
  const size_t count = keys.size();
  slots->resize(count);
  for (size_t i = 0; i < count; ++i) {
    if (i + kPrefetchAhead < count) {
      __builtin_prefetch(&buckets_[keys.hashes[i + kPrefetchAhead] & mask_]);
    }
    if (i + kPrefetchAhead / 2 < count) {
      const Bucket& next = buckets_[keys.hashes[i + kPrefetchAhead / 2] & mask_];
      if (next.slot != kNone) __builtin_prefetch(&slots_[next.slot]);
    }
    (*slots)[i] = FindOrInsert(keys.key(i), keys.hashes[i]);
  }
}

uint32_t KeyTable::FindOrInsert(std::string_view key, uint64_t hash) {
  size_t at = FindBucket(key, hash);
  if (buckets_[at].slot != kNone) return buckets_[at].slot;
  if ((count_ + 1) * 2 > buckets_.size()) {
    Grow();
    at = FindBucket(key, hash);
  }
  return Insert(key, hash, at);
}

uint32_t KeyTable::Find(std::string_view key, uint64_t hash) const {
  return buckets_[FindBucket(key, hash)].slot;
}

uint32_t KeyTable::Insert(std::string_view key, uint64_t hash, size_t bucket) {
  uint32_t index;
  if (free_.empty()) {
    CHECK_LT(slots_.size(), size_t{kNone});
    index = static_cast<uint32_t>(slots_.size());
    slots_.emplace_back();
  } else {
    index = free_.back();
    free_.pop_back();
  }
  Slot& slot = slots_[index];
  slot.hash = hash;
  slot.size = static_cast<uint32_t>(key.size());
  slot.flags = kLive;
  if (key.size() <= kInlineBytes) {
    std::memcpy(slot.short_key, key.data(), key.size());
  } else {
    slot.long_key = std::make_unique_for_overwrite<char[]>(key.size());
    std::memcpy(slot.long_key.get(), key.data(), key.size());
    long_key_bytes_ += key.size();
  }
  buckets_[bucket] = {index, TagOf(hash)};
  ++count_;
  return index;
}

void KeyTable::Grow() {
  std::vector<Bucket> old(buckets_.size() * 2);
  old.swap(buckets_);
  mask_ = buckets_.size() - 1;
  for (const Bucket& bucket : old) {
    if (bucket.slot == kNone) continue;
    size_t at = slots_[bucket.slot].hash & mask_;
    while (buckets_[at].slot != kNone) at = (at + 1) & mask_;
    buckets_[at] = bucket;
  }
}

void KeyTable::Detach(uint32_t index) {
  Slot& slot = slots_[index];
  CHECK(slot.flags & kLive);
  size_t hole = FindBucket(slot.bytes(), slot.hash);
  if ((slot.flags & kStored) != 0) deleted_.emplace_back(slot.bytes());
  // Shift back whatever a find would no longer reach across the hole.
  for (size_t at = (hole + 1) & mask_; buckets_[at].slot != kNone; at = (at + 1) & mask_) {
    const size_t home = slots_[buckets_[at].slot].hash & mask_;
    if (((at - home) & mask_) < ((at - hole) & mask_)) continue;
    buckets_[hole] = buckets_[at];
    hole = at;
  }
  buckets_[hole] = Bucket();
  if (slot.size > kInlineBytes) {
    long_key_bytes_ -= slot.size;
    slot.long_key.reset();
  }
  // A slot that stays in dirty_ is skipped there, or is marked again by its next key.
  slot.flags &= kDirty;
  slot.size = 0;
  --count_;
}

void KeyTable::AddDirty(uint32_t slot) {
  slots_[slot].flags |= kDirty;
  dirty_.push_back(slot);
}

Status KeyTable::CollectDelta(const std::function<Status(const StateChange&)>& visit) {
  for (const std::string& key : deleted_) TRY(visit({name_, key, {}, true}));
  deleted_.clear();
  std::string value;
  for (uint32_t index : dirty_) {
    Slot& slot = slots_[index];
    if ((slot.flags & kDirty) == 0) continue;
    slot.flags &= static_cast<uint8_t>(~kDirty);
    if ((slot.flags & kLive) == 0) continue;
    slot.flags |= kStored;
    value.clear();
    if (values_.write) values_.write(index, &value);
    TRY(visit({name_, slot.bytes(), value, false}));
  }
  dirty_.clear();
  return OkStatus();
}

Status KeyTable::Snapshot(const std::function<Status(const StateChange&)>& visit) const {
  std::string value;
  for (uint32_t index = 0; index < slots_.size(); ++index) {
    if (!live(index)) continue;
    value.clear();
    if (values_.write) values_.write(index, &value);
    TRY(visit({name_, slots_[index].bytes(), value, false}));
  }
  return OkStatus();
}

Status KeyTable::Apply(const StateChange& change) {
  const uint64_t hash = HashBytes(change.key);
  if (change.deleted) {
    const uint32_t slot = Find(change.key, hash);
    if (slot == kNone) return OkStatus();
    if (values_.clear) values_.clear(slot);
    slots_[slot].flags &= static_cast<uint8_t>(~kStored);
    Erase(slot);
    return OkStatus();
  }
  const uint32_t slot = FindOrInsert(change.key, hash);
  slots_[slot].flags |= kStored;
  return values_.read ? values_.read(slot, change.value) : OkStatus();
}

size_t KeyTable::memory_bytes() const {
  return buckets_.capacity() * sizeof(Bucket) + slots_.capacity() * sizeof(Slot) + long_key_bytes_;
}

}  // namespace millrace
