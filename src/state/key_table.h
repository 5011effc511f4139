// SPDX-License-Identifier: Apache-2.0
// KeyTable: value per key. Encoded keys are mapped to dense, reusable slots; the owner keeps the
// values in columns addressed by slot and tells how to write and read one (Values).
//
// The map itself is a KeyIndex; what is added here is what changed since the last delta, and, if
// the owner allows it, keys whose values lie on the disk until they are asked for (Load). One
// thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "data/key_codec.h"
#include "data/keys/key_index.h"
#include "state/cold/cold_keys.h"
#include "state/state_store.h"

namespace millrace {

class KeyTable final : public StateTable {
 public:
  static constexpr uint32_t kNone = KeyIndex::kNone;

  /// How the values of a slot are written for a delta and read back. Without them values are empty.
  struct Values {
    std::function<void(uint32_t slot, std::string* out)> write;
    std::function<Status(uint32_t slot, std::string_view bytes)> read;
    std::function<void(uint32_t slot)> clear;  // the key was deleted while state was applied
    /// The owner calls Load, then looks at loaded(): what there is of a key may lie on the disk.
    /// Without `read_part` that is the value, or what the owner reads of loaded keys by itself.
    bool may_be_cold;
    /// Starts to load what `write` will look at: step 0 some keys ahead, step 1 a few. May be
    /// empty.
    std::function<void(uint32_t slot, int step)> prefetch = {};
    /// Nothing is written here: keys have entries in another table, which drives this one and
    /// whose entries are read one by one when a key is loaded.
    std::function<Status(uint32_t slot, std::string_view entry_key, std::string_view value)>
        read_part = {};
    /// Entries begin with so many bytes of the key as they are, then with the rest of it.
    size_t leading_bytes = 0;
    /// The key must not leave now although it could. May be empty: none.
    std::function<bool(uint32_t slot)> stays = {};
  };

  KeyTable(std::string name, bool track);
  KeyTable(std::string name, bool track, Values values);

  /// Brings those of the keys that lie on the disk only into memory. What follows, up to the next
  /// Collected or Shrink, finds them.
  Status Load(const EncodedKeys& keys) {
    loaded_.clear();
    return cold_ != nullptr && cold_->in_use() ? LoadCold(keys) : OkStatus();
  }
  /// Of the last Load or Sweep: the slots of what came from the disk.
  const std::vector<uint32_t>& loaded() const { return loaded_; }
  /// What becomes of a key on the disk that nobody has asked for.
  enum class Judgement { kStays, kIsLoaded, kIsDeleted };
  using Judge = std::function<Judgement(std::string_view key, std::string_view value)>;
  /// Looks at some of the keys that are on the disk only; all of them in turn.
  Status Sweep(size_t count, const Judge& judge);
  /// The same where another table has the entries of keys: those of keys that are neither in memory
  /// nor deleted.
  Status SweepLists(
      size_t count,
      const std::function<void(std::string_view entry_key, std::string_view value)>& visit);

  /// slots[i] becomes the slot of key i; unknown keys are inserted, and not yet dirty.
  void FindOrInsert(const EncodedKeys& keys, std::vector<uint32_t>* slots) {
    index_.FindOrInsert(keys, slots);
  }
  uint32_t FindOrInsert(std::string_view key, uint64_t hash) {
    return index_.FindOrInsert(key, hash);
  }
  /// kNone if unknown.
  uint32_t Find(std::string_view key, uint64_t hash) const { return index_.Find(key, hash); }
  /// slots[i] becomes the slot of key i, or kNone.
  void Find(const EncodedKeys& keys, std::vector<uint32_t>* slots) const {
    index_.Find(keys, slots);
  }
  /// The slot becomes free for the next unknown key. Its value is the owner's to clear.
  void Erase(uint32_t slot) {
    Detach(slot);
    Release(slot);
  }
  /// The two halves of Erase: the key is forgotten; the slot is given to no other key until
  /// Release.
  void Detach(uint32_t slot);
  void Release(uint32_t slot) { index_.Release(slot); }

  bool live(uint32_t slot) const { return index_.live(slot); }
  std::string_view key(uint32_t slot) const { return index_.key(slot); }
  int key_group(uint32_t slot) const { return KeyGroupOf(HashBytes(key(slot))); }
  /// Every slot is below this; owners size their columns by it.
  uint32_t slot_limit() const { return index_.slot_limit(); }

  /// The value of the slot changed since the last delta.
  void MarkDirty(uint32_t slot) {
    if (track_ && (index_.mark(slot) & kDirty) == 0) AddDirty(slot);
  }

  /// Something beside the value that leaves and comes back with the key has changed, and is written
  /// by another table.
  void Touch(uint32_t slot) {
    if (cold_ == nullptr || (index_.mark(slot) & kTouched) != 0) return;
    index_.mark(slot) |= kTouched;
    touched_.push_back(slot);
  }

  std::string_view name() const override { return name_; }
  Status CollectDelta(const std::function<Status(const StateChange&)>& visit) override;
  Status Snapshot(const std::function<Status(const StateChange&)>& visit) const override;
  Status Apply(const StateChange& change) override;
  size_t entries() const override { return index_.size(); }
  /// Without values but for those that may be cold: these are estimated.
  size_t memory_bytes() const override;
  size_t unsaved_bytes() const override {
    return cold_ == nullptr ? 0 : dirty_.size() * EntryBytes();
  }
  bool reads_cold() const override { return values_.may_be_cold && track_; }
  /// It is driven by the table that has the entries of its keys.
  bool reads_cold_lists() const { return reads_cold() && values_.read_part != nullptr; }
  void AttachCold(std::unique_ptr<ColdEntries> entries, bool restored) override;
  void Collected(uint64_t epoch) override;
  void Shrink(uint64_t applied, size_t bytes) override;

 private:
  // Marks of a slot.
  static constexpr uint8_t kDirty = 1;
  static constexpr uint8_t kStored = 2;  // a delta has carried its key
  static constexpr uint8_t kUsed = 4;    // asked for since Shrink last came by
  static constexpr uint8_t kTouched = 8;

  void AddDirty(uint32_t slot);
  void PrefetchDirty(size_t at) const;
  Status LoadCold(const EncodedKeys& keys);
  uint32_t InsertLoaded(std::string_view key, uint64_t hash);
  bool CanLeave(uint32_t slot, uint64_t applied);
  void Leave(uint32_t slot);
  size_t EntryBytes() const;

  std::string name_;
  bool track_;
  Values values_;
  KeyIndex index_;
  std::vector<uint32_t> dirty_;
  std::vector<std::string> deleted_;  // keys that a delta has carried and that are gone

  // Only if values may be cold.
  std::unique_ptr<ColdKeys> cold_;
  std::vector<uint32_t> loaded_;
  std::vector<uint32_t> touched_;  // since the last delta, maybe of keys that are gone
  uint32_t hand_ = 0;              // where Shrink goes on
  uint64_t written_ = 0;
  uint64_t written_bytes_ = 0;  // of their keys, and of their values twice
};

}  // namespace millrace
