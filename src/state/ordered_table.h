// SPDX-License-Identifier: Apache-2.0
// OrderedTable: per key, entries in order of (time, sequence), each for a row of a RowStore.
// Trimming from the front is cheap, late entries may go in the middle. Changes are tracked per
// entry, so a partition of 10,000 rows costs a delta of what came and went.
//
// Keys are slots of a KeyTable, which the owner keeps alive as long as a key has entries (or
// longer). The table owns the rows of its entries: they are freed with them.
//
// If that KeyTable may be cold and has a `read_part`, which gives the entry to Load, the entries of
// a key lie on the disk until the owner loads the key, and leave memory together (Evict, from its
// `clear`). One thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/list_pool.h"
#include "base/prefetch.h"
#include "state/key_table.h"
#include "state/row_store.h"
#include "state/state_store.h"

namespace millrace {

struct OrderedEntry {
  int64_t time = 0;
  uint64_t sequence = 0;
  uint32_t row = 0;
  bool operator<(const OrderedEntry& other) const {
    return time != other.time ? time < other.time : sequence < other.sequence;
  }
};

class OrderedTable final : public StateTable {
 public:
  /// `keys` and `rows` outlive the table. Keys found while applying state are inserted into `keys`.
  OrderedTable(std::string name, bool track, KeyTable* keys, RowStore* rows);

  std::span<const OrderedEntry> entries_of(uint32_t key) const {
    if (key >= keyed_.size()) return {};
    const Keyed& keyed = keyed_[key];
    return keyed.entries.values().subspan(keyed.begin);
  }
  /// Starts to load what the next call for the key looks at.
  void Prefetch(uint32_t key) const {
    if (key < keyed_.size()) PrefetchLine(&keyed_[key]);
  }
  void PrefetchEntries(uint32_t key) const {
    if (key < keyed_.size()) PrefetchLine(keyed_[key].entries.items);
  }
  void PrefetchEnd(uint32_t key) const {
    if (key < keyed_.size()) PrefetchLine(keyed_[key].entries.items + keyed_[key].entries.size);
  }
  /// Returns the position of the new entry among the key's entries.
  size_t Insert(uint32_t key, const OrderedEntry& entry);
  /// Removes the first `count` entries of the key.
  void TrimFront(uint32_t key, size_t count);
  /// Removes the key's entry of that time and sequence number, which is there.
  void Erase(uint32_t key, int64_t time, uint64_t sequence);
  /// Gives that entry another place among those of its key, and its row with it.
  void Move(uint32_t key, const OrderedEntry& from, const OrderedEntry& to);
  /// An entry that a Load of the keys has found.
  Status Load(uint32_t key, std::string_view entry_key, std::string_view value);
  /// Forgets the entries of a key that leaves memory.
  void Evict(uint32_t key);
  /// Looks at some of the entries that are on the disk only, at all in turn, and deletes those of
  /// which it says that their time is over. Who loads their key before that is applied still finds
  /// them.
  using IsOver = std::function<bool(const OrderedEntry& entry, int key_group)>;
  Status Sweep(size_t count, const IsOver& is_over);
  /// The same where of the entries of a key whose time has come only the last one counts, and not
  /// even that if `ends` says so of its value.
  using Ends = std::function<bool(std::string_view value)>;
  Status SweepReplaced(size_t count, int64_t now, const Ends& ends);
  /// Sequence numbers given so far are below this.
  uint64_t next_sequence() const { return next_sequence_; }

  std::string_view name() const override { return name_; }
  Status CollectDelta(const std::function<Status(const StateChange&)>& visit) override;
  Status Snapshot(const std::function<Status(const StateChange&)>& visit) const override;
  Status Apply(const StateChange& change) override;
  size_t entries() const override { return count_; }
  size_t memory_bytes() const override;
  size_t unsaved_bytes() const override { return reads_cold() ? dirty_.size() * EntryBytes() : 0; }
  bool reads_cold() const override { return track_ && keys_->reads_cold_lists(); }
  void AttachCold(std::unique_ptr<ColdEntries> entries, bool restored) override;
  void Collected(uint64_t epoch) override;
  void Shrink(uint64_t applied, size_t bytes) override;

 private:
  static constexpr uint8_t kNew = 1;
  static constexpr uint8_t kStored = 2;

  using Pool = ListPool<OrderedEntry>;
  struct Keyed {
    Pool::List entries;
    uint32_t begin = 0;  // those before it are gone
  };
  /// The entry of a row, and what deltas know of it.
  struct Tracked {
    int64_t time = 0;
    uint64_t sequence = 0;
    uint32_t key = 0;
    uint8_t flags = 0;
  };

  /// What SweepReplaced saw last.
  struct Swept {
    std::string entry_key;
    std::string key;
    OrderedEntry entry;
    bool ends = false;
  };

  size_t IndexOf(uint32_t key, const OrderedEntry& entry) const;
  std::string KeyOf(uint32_t key, const OrderedEntry& entry) const;
  void AppendKeyOf(uint32_t key, const OrderedEntry& entry, std::string* out) const;
  void Forget(uint32_t key, const OrderedEntry& entry);
  size_t Place(uint32_t key, const OrderedEntry& entry);
  static bool ReadEntry(std::string_view bytes, OrderedEntry* entry);
  size_t EntryBytes() const;
  void DropGap(Keyed* keyed);
  Tracked& TrackedOf(uint32_t row);

  std::string name_;
  bool track_;
  KeyTable* keys_;
  RowStore* rows_;
  Pool pool_;
  std::vector<Keyed> keyed_;
  size_t count_ = 0;
  uint64_t next_sequence_ = 0;
  std::vector<Tracked> tracked_;  // by row; only while tracking
  std::vector<uint32_t> dirty_;   // rows; one twice if it went and its slot has another entry
  std::vector<std::string> deleted_;
  Swept swept_;
};

}  // namespace millrace
