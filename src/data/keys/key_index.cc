// SPDX-License-Identifier: Apache-2.0
#include "data/keys/key_index.h"

#include <cstring>

#include "base/check.h"

namespace millrace {
namespace {

constexpr size_t kBuckets = 64;
constexpr size_t kPrefetchAhead = 12;

}  // namespace

KeyIndex::KeyIndex() {
  buckets_.resize(kBuckets);
  mask_ = kBuckets - 1;
}

KeyIndex::~KeyIndex() {
  if (long_key_bytes_ == 0) return;
  for (Slot& slot : slots_) {
    if (slot.size > kInlineBytes) delete[] slot.long_key;
  }
}

/// The bucket that holds the key, or the empty one where it belongs.
size_t KeyIndex::FindBucket(std::string_view key, uint64_t hash) const {
  const uint32_t tag = TagOf(hash);
  size_t at = tag & mask_;
  while (true) {
    const Bucket& bucket = buckets_[at];
    if (bucket.slot == kNone) return at;
    if (bucket.tag == tag && slots_[bucket.slot].bytes() == key) return at;
    at = (at + 1) & mask_;
  }
}

void KeyIndex::FindOrInsert(const EncodedKeys& keys, std::vector<uint32_t>* slots) {
  const size_t count = keys.size();
  slots->resize(count);
  for (size_t i = 0; i < count; ++i) {
    if (i + kPrefetchAhead < count) Prefetch(keys.hashes[i + kPrefetchAhead]);
    if (i + kPrefetchAhead / 2 < count) {
      const Bucket& next = buckets_[TagOf(keys.hashes[i + kPrefetchAhead / 2]) & mask_];
      if (next.slot != kNone) __builtin_prefetch(&slots_[next.slot]);
    }
    (*slots)[i] = FindOrInsert(keys.key(i), keys.hashes[i]);
  }
}

void KeyIndex::Find(const EncodedKeys& keys, std::vector<uint32_t>* slots) const {
  const size_t count = keys.size();
  slots->resize(count);
  for (size_t i = 0; i < count; ++i) {
    if (i + kPrefetchAhead < count) Prefetch(keys.hashes[i + kPrefetchAhead]);
    if (i + kPrefetchAhead / 2 < count) {
      const Bucket& next = buckets_[TagOf(keys.hashes[i + kPrefetchAhead / 2]) & mask_];
      if (next.slot != kNone) __builtin_prefetch(&slots_[next.slot]);
    }
    (*slots)[i] = Find(keys.key(i), keys.hashes[i]);
  }
}

uint32_t KeyIndex::FindOrInsert(std::string_view key, uint64_t hash) {
  size_t at = FindBucket(key, hash);
  if (buckets_[at].slot != kNone) return buckets_[at].slot;
  if ((count_ + 1) * 2 > buckets_.size()) {
    Grow();
    at = FindBucket(key, hash);
  }
  return Insert(key, hash, at);
}

uint32_t KeyIndex::Find(std::string_view key, uint64_t hash) const {
  return buckets_[FindBucket(key, hash)].slot;
}

uint32_t KeyIndex::Insert(std::string_view key, uint64_t hash, size_t bucket) {
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
  slot.size = static_cast<uint32_t>(key.size());
  slot.live = true;
  if (key.size() <= kInlineBytes) {
    std::memcpy(slot.short_key, key.data(), key.size());
  } else {
    slot.long_key = new char[key.size()];
    std::memcpy(slot.long_key, key.data(), key.size());
    long_key_bytes_ += key.size();
  }
  buckets_[bucket] = {index, TagOf(hash)};
  ++count_;
  return index;
}

void KeyIndex::Grow() {
  std::vector<Bucket> old(buckets_.size() * 2);
  CHECK_LE(old.size(), size_t{1} << 32);
  old.swap(buckets_);
  mask_ = buckets_.size() - 1;
  for (const Bucket& bucket : old) {
    if (bucket.slot == kNone) continue;
    size_t at = bucket.tag & mask_;
    while (buckets_[at].slot != kNone) at = (at + 1) & mask_;
    buckets_[at] = bucket;
  }
}

void KeyIndex::Detach(uint32_t index) {
  Slot& slot = slots_[index];
  CHECK(slot.live);
  size_t hole = FindBucket(slot.bytes(), HashBytes(slot.bytes()));
  // Shift back whatever a find would no longer reach across the hole.
  for (size_t at = (hole + 1) & mask_; buckets_[at].slot != kNone; at = (at + 1) & mask_) {
    const size_t home = buckets_[at].tag & mask_;
    if (((at - home) & mask_) < ((at - hole) & mask_)) continue;
    buckets_[hole] = buckets_[at];
    hole = at;
  }
  buckets_[hole] = Bucket();
  if (slot.size > kInlineBytes) {
    long_key_bytes_ -= slot.size;
    delete[] slot.long_key;
  }
  slot.size = 0;
  slot.live = false;
  --count_;
}

size_t KeyIndex::memory_bytes() const {
  return buckets_.capacity() * sizeof(Bucket) + slots_.capacity() * sizeof(Slot) + long_key_bytes_;
}

}  // namespace millrace
