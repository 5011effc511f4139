// SPDX-License-Identifier: Apache-2.0
// RowHistory: per key, the rows that still count, in order of (time, arrival), each a row of a
// RowStore. Trimming from the front is cheap, late rows may go in the middle.
//
// A row is written once or a few times, and hardly ever deleted by itself: the rows of a key are
// numbered as they arrive and written in blocks of kBlockRows. The last block goes into the value
// of the key (WriteKey), which its owner writes anyway; a full one becomes an entry of this table,
// and is deleted when the last of its rows has gone. Rows of a block that went earlier stay in its
// bytes: the key's value says how many rows there are, and those are the last in order, since what
// comes later lies behind all that has gone.
//
// Rows are encoded once, right after their batch (EncodeInserted), when they are still in the
// cache: the bytes of each key's last block are kept and grow by a row, those of full blocks wait
// for the delta. Whatever is not there as bytes (after a restart, or when a row came before those
// that are gone) is encoded from the RowStore.
//
// Keys are slots of a KeyTable, restored before this table. The history owns the rows of its
// entries. If that KeyTable may be cold, so are the blocks: the owner loads those of the keys that
// were loaded, and evicts those of a key that leaves. One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/list_pool.h"
#include "base/prefetch.h"
#include "state/key_table.h"
#include "state/row_store.h"
#include "state/rows/row_form.h"
#include "state/state_store.h"

namespace millrace {

struct HistoryEntry {
  int64_t time = 0;
  uint32_t number = 0;  // of its arrival, the lower 32 bits: goes round
  uint32_t row = 0;
};

class RowHistory final : public StateTable {
 public:
  static constexpr uint32_t kBlockRows = millrace::kBlockRows;

  /// `keys` and `rows` outlive the table. `short_lived`: most rows go before their block is full,
  /// so none is encoded before a delta needs it.
  RowHistory(std::string name, bool track, KeyTable* keys, RowStore* rows,
             bool short_lived = false);

  /// Rows were written in other forms, too; outlives the table.
  void set_forms(const RowForms* forms) { forms_ = forms; }

  std::span<const HistoryEntry> entries_of(uint32_t key) const {
    if (key >= keyed_.size()) return {};
    const Keyed& keyed = keyed_[key];
    return keyed.entries.values().subspan(keyed.begin);
  }
  /// The number of an entry's arrival at its key, which does not go round.
  int64_t ArrivalOf(uint32_t key, const HistoryEntry& entry) const {
    const uint64_t arrivals = keyed_[key].arrivals;
    return static_cast<int64_t>(arrivals - (static_cast<uint32_t>(arrivals) - entry.number));
  }
  /// So many rows ahead of the one at hand pays; half as many for the second step.
  static constexpr size_t kPrefetchAhead = 16;
  /// Starts to load what the next call for the key looks at, first and second.
  void Prefetch(uint32_t key) const {
    if (key < keyed_.size()) PrefetchLine(&keyed_[key]);
  }
  void PrefetchEntries(uint32_t key) const {
    if (key >= keyed_.size()) return;
    const Keyed& keyed = keyed_[key];
    PrefetchLine(keyed.entries.items + keyed.begin);
    PrefetchLine(keyed.entries.items + keyed.entries.size);
    PrefetchLine(keyed.blocks.items + keyed.blocks.size);
  }
  /// The same before WriteKey, after Prefetch.
  void PrefetchBytes(uint32_t key) const;
  /// Returns the position of the new entry among the key's entries.
  size_t Insert(uint32_t key, int64_t time, uint32_t row);
  /// Encodes the rows that were inserted since the last call: before any of them goes, and before a
  /// delta. All their columns are known.
  void EncodeInserted();
  /// Removes the first `count` entries of the key.
  void TrimFront(uint32_t key, size_t count);
  /// Removes all, the count of arrivals too: before the key is erased.
  void Clear(uint32_t key);

  /// The part of a key's value that is the history's.
  void WriteKey(uint32_t key, std::string* out) const;
  Status ReadKey(uint32_t key, std::string_view* bytes);
  /// When all keys and blocks are back: drops rows that had gone.
  Status Restored();
  /// Reads the blocks of keys whose values have just been read, and does the same for them.
  Status Load(std::span<const uint32_t> keys);
  /// Forgets what is in memory of a key.
  void Evict(uint32_t key);

  std::string_view name() const override { return name_; }
  Status CollectDelta(const std::function<Status(const StateChange&)>& visit) override;
  Status Snapshot(const std::function<Status(const StateChange&)>& visit) const override;
  /// Puts only: a store is restored from what is left of its changes.
  Status Apply(const StateChange& change) override;
  size_t entries() const override { return count_; }
  size_t memory_bytes() const override;
  bool reads_cold() const override { return track_ && keys_->reads_cold(); }
  void AttachCold(std::unique_ptr<ColdEntries> entries, bool restored) override;
  /// Blocks leave with their keys.
  void Shrink(uint64_t applied, size_t bytes) override;

 private:
  using Pool = ListPool<HistoryEntry>;
  struct Block {
    uint16_t rows = 0;     // of it that have not gone
    bool carried = false;  // by a delta
    bool stale = false;    // its bytes have rows that must not be there
  };
  /// Its size keeps what is known of a key in one line of the cache.
  struct alignas(64) Keyed {
    Pool::List entries;
    ListPool<Block>::List blocks;  // the last one takes the rows to come
    ListPool<char>::List open;     // OpenHead and the rows of that block, or nothing
    uint32_t begin = 0;            // entries before it are gone
    uint32_t first_block = 0;      // number of blocks[0]
    uint64_t arrivals = 0;
  };
  static_assert(sizeof(Keyed) == 64);
  /// What the next row is appended to.
  struct OpenHead {
    int64_t time = 0;   // of the last row
    uint64_t rows = 0;  // which there are, as bits
  };
  struct Inserted {
    uint32_t key;
    HistoryEntry entry;
  };
  struct FullBlock {
    uint32_t key;
    uint32_t block;
    size_t begin;  // in full_bytes_
    size_t size;   // 0: from the store
  };
  static uint32_t BlockOf(uint32_t number) { return number / kBlockRows; }
  /// Distance from one block to a later one; block numbers go round as those of arrivals do.
  static uint32_t Between(uint32_t first, uint32_t later) {
    constexpr auto kBlocks = static_cast<uint32_t>((uint64_t{1} << 32) / kBlockRows);
    return (later - first) % kBlocks;
  }
  void CountIn(uint32_t key, uint32_t number);
  void WriteAgain(uint32_t key);
  void EncodeRow(uint32_t key, const HistoryEntry& entry);
  void CloseBlock(uint32_t key, uint32_t block);
  static OpenHead HeadOf(const Keyed& keyed);
  bool OpenSuffices(const Keyed& keyed, uint32_t block) const;
  void WriteOpen(const Keyed& keyed, std::string* out) const;
  uint32_t form() const { return forms_ == nullptr ? 0 : forms_->current; }
  void Forget(uint32_t key, const HistoryEntry& entry);
  void DropGap(Keyed* keyed);
  Keyed& At(uint32_t key);
  void Put(uint32_t key, const HistoryEntry& entry);
  void CountBlocks(uint32_t key);
  void Drop(uint32_t key);
  Status DropGone(uint32_t key);
  void MarkBlocksRead();
  std::string KeyOf(uint32_t key, uint32_t block) const;
  void WriteBlock(const Keyed& keyed, uint32_t block, std::string* out) const;
  Status ReadBlock(uint32_t key, uint32_t block, std::string_view* bytes);
  Status ReadRows(uint32_t key, uint32_t block, uint32_t bits, std::string_view* bytes);

  std::string name_;
  bool track_;
  bool short_lived_;
  KeyTable* keys_;
  RowStore* rows_;
  const RowForms* forms_ = nullptr;
  Pool pool_;
  ListPool<Block> block_pool_;
  ListPool<char> byte_pool_;
  std::vector<Keyed> keyed_;
  size_t count_ = 0;
  std::unique_ptr<ColdEntries> cold_;
  std::vector<Inserted> inserted_;  // and not encoded yet
  std::vector<FullBlock> full_;     // since the last delta
  std::string full_bytes_;
  std::vector<std::string> deleted_;  // keys of blocks that a delta has carried
  std::string scratch_;
  // While state is read: key and block; by key, the rows that had not gone.
  std::vector<std::pair<uint32_t, uint32_t>> restored_;
  std::vector<uint32_t> restored_rows_;
};

}  // namespace millrace
