// SPDX-License-Identifier: Apache-2.0
// RankedRows: per partition, rows in an order: that of their sort keys, and among equal ones that
// in which they came. A row is found by its place, and its place by the row, without looking at the
// others, so a partition may have millions of rows.
//
// The rows of a partition lie in pieces of up to kPieceRows. The table is state: an entry per row,
// by partition, time and number; the order is made again from the rows when state was restored. The
// table owns the rows of its entries. One thread.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "data/keys/key_index.h"
#include "operators/rank/sort_keys.h"
#include "state/row_store.h"
#include "state/state_store.h"

namespace millrace {

class RankedRows final : public StateTable {
 public:
  static constexpr uint32_t kNone = RowStore::kNone;

  /// `by_time`: keys of partitions end in a time (PutOrdered), which entries have in the place of
  /// their own.
  RankedRows(std::string name, bool track, RowStore* rows, bool by_time = false)
      : name_(std::move(name)), track_(track), rows_(rows), by_time_(by_time) {}

  /// Partitions by key; a slot lives as long as the partition has rows.
  uint32_t Partition(std::string_view key, uint64_t hash);
  uint32_t Find(std::string_view key, uint64_t hash) const { return keys_.Find(key, hash); }
  size_t size(uint32_t partition) const { return partitions_[partition].size; }
  /// The partition is given up if it has no rows.
  void EndPartition(uint32_t partition);

  struct NewRow {
    uint32_t row = 0;
    std::string_view sort_key;
    int64_t time = 0;
    uint64_t sequence = 0;
  };
  /// Both answer with a place counted from 0.
  size_t Insert(uint32_t partition, const NewRow& row);
  size_t PlaceOf(uint32_t row) const;
  /// The row at a place; kNone behind the last one.
  uint32_t At(uint32_t partition, size_t place) const;
  /// Appends the rows at `limit` places from that one on, as far as there are rows.
  void Collect(uint32_t partition, size_t place, size_t limit, std::vector<uint32_t>* rows) const;
  /// Takes a row out; it is given back by FreeRemoved.
  void Remove(uint32_t row);
  /// A row of the same sort key takes the place of another one.
  void Replace(uint32_t row, uint32_t with, int64_t time);
  void FreeRemoved();

  std::string_view sort_key(uint32_t row) const { return info_[row].sort_key; }
  uint32_t partition_of(uint32_t row) const { return info_[row].partition; }
  std::string_view partition_key(uint32_t partition) const { return keys_.key(partition); }
  uint64_t next_sequence() const { return next_sequence_; }
  int64_t time_of(uint32_t row) const { return info_[row].time; }

  std::string_view name() const override { return name_; }
  Status CollectDelta(const std::function<Status(const StateChange&)>& visit) override;
  Status Snapshot(const std::function<Status(const StateChange&)>& visit) const override;
  Status Apply(const StateChange& change) override;
  /// Puts rows that were applied in order. `restored` is called with each part of them.
  Status Restored(SortKeys* sort_keys,
                  const std::function<Status(std::span<const uint32_t> rows)>& restored);
  size_t entries() const override { return count_; }
  size_t memory_bytes() const override;

 private:
  static constexpr size_t kPieceRows = 256;

  struct Entry {
    uint64_t prefix = 0;  // the first bytes of the sort key
    uint64_t sequence = 0;
    uint32_t row = 0;
  };
  using Piece = std::vector<Entry>;
  struct Rows {
    std::vector<Piece> pieces;  // none is empty
    size_t size = 0;
  };
  struct Info {
    std::string sort_key;
    uint64_t sequence = 0;
    int64_t time = 0;
    uint32_t partition = 0;
    bool live = false;
    bool dirty = false;
    bool stored = false;  // a delta has carried it
  };
  struct Where {
    size_t piece = 0;
    size_t index = 0;
  };

  Entry EntryOf(uint32_t row) const;
  bool Before(const Entry& a, const Entry& b) const;
  /// Where the entry is, or would be.
  Where Locate(const Rows& rows, const Entry& entry) const;
  void Split(Rows* rows, size_t piece);
  void MarkDirty(uint32_t row);
  std::string KeyOf(uint32_t row) const;
  size_t InsertEntry(uint32_t row);

  std::string name_;
  bool track_;
  RowStore* rows_;
  bool by_time_;
  KeyIndex keys_;
  std::vector<Rows> partitions_;  // by slot
  std::vector<Info> info_;        // by row
  size_t count_ = 0;
  uint64_t next_sequence_ = 0;
  std::vector<uint32_t> removed_;
  std::vector<uint32_t> dirty_;
  std::vector<std::string> deleted_;
  std::unordered_map<std::string, uint32_t> applied_;  // by entry, until Restored
};

}  // namespace millrace
