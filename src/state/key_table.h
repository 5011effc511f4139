// SPDX-License-Identifier: Apache-2.0
// KeyTable: value per key. Encoded keys are mapped to dense, reusable slots; the owner keeps the
// values in columns addressed by slot and tells how to write and read one (Values).
//
// Open addressing with linear probing over 8-byte buckets (slot, part of the hash); short keys lie
// inline beside their hash, so a find of a known key touches two cache lines. Deletion shifts
// buckets back: no tombstones. Slots of erased keys are reused in last-out order. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/key_codec.h"
#include "state/state_store.h"

namespace millrace {

class KeyTable final : public StateTable {
 public:
  static constexpr uint32_t kNone = 0xFFFFFFFF;

  /// How the values of a slot are written for a delta and read back. Without them values are empty.
  struct Values {
    std::function<void(uint32_t slot, std::string* out)> write;
    std::function<Status(uint32_t slot, std::string_view bytes)> read;
    std::function<void(uint32_t slot)> clear;  // the key was deleted while state was applied
  };

  KeyTable(std::string name, bool track, Values values = {});

  /// slots[i] becomes the slot of key i; unknown keys are inserted, and not yet dirty.
  void FindOrInsert(const EncodedKeys& keys, std::vector<uint32_t>* slots);
  uint32_t FindOrInsert(std::string_view key, uint64_t hash);
  /// kNone if unknown.
  uint32_t Find(std::string_view key, uint64_t hash) const;
  /// The slot becomes free for the next unknown key. Its value is the owner's to clear.
  void Erase(uint32_t slot) {
    Detach(slot);
    Release(slot);
  }
  /// The two halves of Erase: the key is forgotten; the slot is given to no other key until
  /// Release.
  void Detach(uint32_t slot);
  void Release(uint32_t slot) { free_.push_back(slot); }

  bool live(uint32_t slot) const { return (slots_[slot].flags & kLive) != 0; }
  std::string_view key(uint32_t slot) const { return slots_[slot].bytes(); }
  /// Every slot is below this; owners size their columns by it.
  uint32_t slot_limit() const { return static_cast<uint32_t>(slots_.size()); }

  /// The value of the slot changed since the last delta.
  void MarkDirty(uint32_t slot) {
    if (track_ && (slots_[slot].flags & kDirty) == 0) AddDirty(slot);
  }

  std::string_view name() const override { return name_; }
  Status CollectDelta(const std::function<Status(const StateChange&)>& visit) override;
  Status Snapshot(const std::function<Status(const StateChange&)>& visit) const override;
  Status Apply(const StateChange& change) override;
  size_t entries() const override { return count_; }
  size_t memory_bytes() const override;

 private:
  static constexpr uint8_t kLive = 1;
  static constexpr uint8_t kDirty = 2;
  static constexpr uint8_t kStored = 4;  // a delta has carried it
  static constexpr size_t kInlineBytes = 16;

  struct Slot {
    uint64_t hash = 0;
    uint32_t size = 0;
    uint8_t flags = 0;
    char short_key[kInlineBytes] = {};
    std::unique_ptr<char[]> long_key;
    std::string_view bytes() const {
      return {size <= kInlineBytes ? short_key : long_key.get(), size};
    }
  };
  struct Bucket {
    uint32_t slot = kNone;
    uint32_t tag = 0;
  };

  uint32_t Insert(std::string_view key, uint64_t hash, size_t bucket);
  void Grow();
  void AddDirty(uint32_t slot);
  size_t FindBucket(std::string_view key, uint64_t hash) const;

  std::string name_;
  bool track_;
  Values values_;
  std::vector<Bucket> buckets_;
  size_t mask_ = 0;
  size_t count_ = 0;
  std::vector<Slot> slots_;
  std::vector<uint32_t> free_;
  std::vector<uint32_t> dirty_;
  std::vector<std::string> deleted_;  // keys that a delta has carried and that are gone
  size_t long_key_bytes_ = 0;
};

}  // namespace millrace
