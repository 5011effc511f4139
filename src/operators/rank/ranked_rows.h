// SPDX-License-Identifier: Apache-2.0
// RankedRows: per partition, rows in an order: that of their sort keys, and among equal ones that
// in which they came. A row is found by its place, and its place by the row, without looking at the
// others, so a partition may have millions of rows.
//
// The rows of a partition lie in pieces of up to kPieceRows. The table is state: an entry per row,
// by partition, time and number; the order is made again from the rows when state was restored. The
// table owns the rows of its entries.
//
// Where the owner loads partitions (kMayBeCold), their rows leave memory together and come back
// when it asks for them, or, of partitions that stand by a time (kByTime), when it is theirs. One
// thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "operators/rank/sort_keys.h"
#include "state/cold/cold_times.h"
#include "state/key_table.h"
#include "state/row_store.h"
#include "state/state_store.h"

namespace millrace {

class RankedRows final : public StateTable {
 public:
  static constexpr uint32_t kNone = RowStore::kNone;

  enum class Partitions {
    kStay,
    kMayBeCold,
    /// The same, and their keys begin with a time (TimedKey), by which entries are in order.
    kByTime,
  };
  /// Bytes of that time.
  static constexpr size_t kTimeBytes = sizeof(int64_t);
  RankedRows(std::string name, bool track, RowStore* rows,
             Partitions partitions = Partitions::kStay);

  /// Called with each row that leaves memory, before it is freed.
  void set_evicted(std::function<void(uint32_t row)> evicted) { evicted_ = std::move(evicted); }
  /// Brings the rows of partitions that lie on the disk only into memory. `restored` as below.
  using Restoring = std::function<Status(std::span<const uint32_t> rows)>;
  Status Load(const EncodedKeys& keys, SortKeys* sort_keys, const Restoring& restored);
  /// Deletes some of the rows that are on the disk only and came before that time.
  Status Sweep(size_t count, int64_t before_ms);

  /// kByTime: the key of a partition, and its hash, which has the key group of `key`.
  static void AddTimedKey(int64_t time, std::string_view key, EncodedKeys* keys);
  static int64_t TimeOf(std::string_view timed_key);
  /// kByTime: no partition that is on the disk only has an earlier time; kMaxWatermark: there is
  /// none. After a start less than what is there, until FindTimes.
  EventTime next_on_disk() const { return times_ == nullptr ? kMaxWatermark : times_->next(); }
  Status FindTimes();
  /// kByTime: brings the partitions of that time of a key group into memory.
  Status LoadNext(SortKeys* sort_keys, const Restoring& restored);

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
  uint64_t sequence_of(uint32_t row) const { return info_[row].sequence; }

  std::string_view name() const override { return name_; }
  Status CollectDelta(const std::function<Status(const StateChange&)>& visit) override;
  Status Snapshot(const std::function<Status(const StateChange&)>& visit) const override;
  Status Apply(const StateChange& change) override;
  /// Puts rows that were applied in order. `restored` is called with each part of them.
  Status Restored(SortKeys* sort_keys, const Restoring& restored);
  size_t entries() const override { return count_; }
  size_t memory_bytes() const override;
  size_t unsaved_bytes() const override { return reads_cold() ? dirty_.size() * EntryBytes() : 0; }
  bool reads_cold() const override { return track_ && keys_.reads_cold_lists(); }
  void AttachCold(std::unique_ptr<ColdEntries> entries, bool restored) override;
  void Collected(uint64_t epoch) override {
    if (reads_cold()) keys_.Collected(epoch);
  }
  void Shrink(uint64_t applied, size_t bytes) override;

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
  Status Take(std::string_view entry_key, std::string_view value);
  void Evict(uint32_t partition);
  size_t EntryBytes() const;
  std::string KeyOf(uint32_t row) const;
  void AppendKeyOf(uint32_t row, std::string* key) const;
  int GroupOf(std::string_view entry_key) const;
  Status ReadKey(std::string_view entry_key, EncodedKeys* partition, Info* info) const;
  size_t InsertEntry(uint32_t row);

  std::string name_;
  bool track_;
  RowStore* rows_;
  bool by_time_;
  KeyTable keys_;  // no state, it follows from the entries
  std::unique_ptr<ColdTimes> times_;
  std::function<void(uint32_t row)> evicted_;
  std::vector<Rows> partitions_;  // by slot
  std::vector<Info> info_;        // by row
  size_t count_ = 0;
  uint64_t next_sequence_ = 0;
  std::vector<uint32_t> removed_;
  std::vector<uint32_t> dirty_;
  std::vector<std::string> deleted_;
  std::unordered_map<std::string, uint32_t> applied_;  // by entry, until they are put in order
};

}  // namespace millrace
