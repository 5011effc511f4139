// SPDX-License-Identifier: Apache-2.0
// KeyIndex: byte strings <-> dense, reusable numbers ("slots"), so that whoever keeps something per
// key keeps it in plain columns.
//
// Open addressing with linear probing over 8-byte buckets (slot, the low half of the hash); short
// keys lie in their slot of 32 bytes, so a find of a known key touches two cache lines, and neither
// growing nor erasing looks at other keys. Deletion shifts buckets back: no tombstones. Slots of
// erased keys are reused in last-out order. One thread.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/prefetch.h"
#include "data/key_codec.h"

namespace millrace {

class KeyIndex {
 public:
  static constexpr uint32_t kNone = 0xFFFFFFFF;

  KeyIndex();
  KeyIndex(const KeyIndex&) = delete;
  KeyIndex& operator=(const KeyIndex&) = delete;
  ~KeyIndex();

  /// slots[i] becomes the slot of key i; unknown keys are inserted.
  void FindOrInsert(const EncodedKeys& keys, std::vector<uint32_t>* slots);
  /// slots[i] becomes the slot of key i; kNone if unknown.
  void Find(const EncodedKeys& keys, std::vector<uint32_t>* slots) const;
  /// `hash` is that of HashBytes.
  uint32_t FindOrInsert(std::string_view key, uint64_t hash);
  /// kNone if unknown.
  uint32_t Find(std::string_view key, uint64_t hash) const;
  /// Starts to load what a find of the key looks at first.
  void Prefetch(uint64_t hash) const { PrefetchLine(&buckets_[TagOf(hash) & mask_]); }
  /// The same for what is known of a slot.
  void PrefetchSlot(uint32_t slot) const { PrefetchLine(&slots_[slot]); }

  /// The key is forgotten; its slot is given to no other key until Release.
  void Detach(uint32_t slot);
  void Release(uint32_t slot) { free_.push_back(slot); }

  bool live(uint32_t slot) const { return slots_[slot].live; }
  std::string_view key(uint32_t slot) const { return slots_[slot].bytes(); }
  /// A byte per slot for the owner. Zero for a slot's first key; Detach and Insert leave it alone.
  uint8_t& mark(uint32_t slot) { return slots_[slot].mark; }
  /// Every slot is below this; owners size their columns by it.
  uint32_t slot_limit() const { return static_cast<uint32_t>(slots_.size()); }
  size_t size() const { return count_; }
  size_t memory_bytes() const;

 private:
  static constexpr size_t kInlineBytes = 24;

  struct Slot {
    union {
      char short_key[kInlineBytes] = {};
      char* long_key;  // owned by the index
    };
    uint32_t size = 0;
    bool live = false;
    uint8_t mark = 0;
    std::string_view bytes() const { return {size <= kInlineBytes ? short_key : long_key, size}; }
  };
  static_assert(sizeof(Slot) == 32);
  struct Bucket {
    uint32_t slot = kNone;
    uint32_t tag = 0;
  };

  /// What a bucket keeps of a hash: enough to find its home again, of up to 2^32 buckets.
  static uint32_t TagOf(uint64_t hash) { return static_cast<uint32_t>(hash); }
  uint32_t Insert(std::string_view key, uint64_t hash, size_t bucket);
  void Grow();
  size_t FindBucket(std::string_view key, uint64_t hash) const;

  std::vector<Bucket> buckets_;
  size_t mask_ = 0;
  size_t count_ = 0;
  std::vector<Slot> slots_;
  std::vector<uint32_t> free_;
  size_t long_key_bytes_ = 0;
};

}  // namespace millrace
