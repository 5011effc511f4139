// SPDX-License-Identifier: Apache-2.0
// TimeTable: rows that wait for a time, in order of (time, arrival). Taking all rows of the
// earliest time is what it is for: rows held until the watermark passes them, or until their window
// closes.
//
// The table owns the rows of its entries in a RowStore: they are freed when their time is dropped.
// Arrival is numbered per shard, so after a restart with fewer shards two rows of a time may have
// one number; they differ by the group of their key.
//
// If the owner allows it, rows leave memory once they are on the disk, those of the latest times
// first, and are read again shortly before their turn (Fetch). One thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/batch.h"
#include "state/cell_table.h"
#include "state/cold/cold_times.h"
#include "state/row_store.h"
#include "state/state_store.h"

namespace millrace {

class TimeTable final : public StateTable {
 public:
  /// With `cells`, which outlive the table, rows may lie on the disk: before the owner takes those
  /// of a time it calls Fetch. A time may be added to again once it was dropped.
  TimeTable(std::string name, bool track, RowStore* rows, CellTable* cells = nullptr);

  /// `key_group`: of the key that the row was sent to this shard by.
  void Add(int64_t time, uint32_t row, int key_group);
  /// kMaxWatermark when empty.
  /// After a start less than what is there, until Fetch was called with any time.
  int64_t next() const {
    return std::min(times_.empty() ? kMaxWatermark : times_.begin()->first, next_on_disk());
  }
  bool empty() const { return next() == kMaxWatermark; }
  /// Brings rows up to this time into memory, of the earliest time all, of further ones until there
  /// are about `rows`.
  Status Fetch(int64_t until, size_t rows = kMaxBatchRows);
  /// True if rows of this time may be on the disk only.
  bool AnyCold(int64_t time) const { return next_on_disk() <= time; }
  /// The same for those of one key group, whose rows it answers, oldest first.
  Result<std::vector<uint32_t>> FetchGroup(int64_t time, int group);
  /// Rows of a time, oldest first.
  std::span<const uint32_t> rows_at(int64_t time) const;
  /// Forgets a time and frees its rows.
  void Drop(int64_t time);
  /// The same for one key group.
  void DropGroup(int64_t time, int group);
  void DropAll();
  /// The next delta has all rows, under other keys: they were read in another form (RowForm).
  void WriteAgain();
  /// Visits the times whose rows are all in memory, in order.
  template <typename F>
  void ForEachTime(F&& visit) const {
    for (const auto& [time, entries] : times_) {
      if (time >= next_on_disk() || !visit(time, std::span<const uint32_t>(entries.rows))) return;
    }
  }

  std::string_view name() const override { return name_; }
  Status CollectDelta(const std::function<Status(const StateChange&)>& visit) override;
  Status Snapshot(const std::function<Status(const StateChange&)>& visit) const override;
  Status Apply(const StateChange& change) override;
  size_t entries() const override { return count_; }
  size_t memory_bytes() const override;
  size_t unsaved_bytes() const override { return reads_cold() ? unsaved_ * EntryBytes() : 0; }
  bool reads_cold() const override { return track_ && cells_ != nullptr; }
  void AttachCold(std::unique_ptr<ColdEntries> entries, bool restored) override;
  void Collected(uint64_t epoch) override;
  void Shrink(uint64_t applied, size_t bytes) override;

 private:
  /// Up to this number rows are in epochs up to this one.
  struct Saved {
    uint64_t epoch;
    uint64_t number;
  };
  struct Entries {
    std::vector<uint32_t> rows;
    std::vector<uint64_t> numbers;  // of the rows, ascending: sequence, then key group
    size_t stored = 0;              // so many have been in a delta
    uint64_t on_disk = 0;           // up to this number they are there
    std::vector<Saved> saved;       // what may be there by now, ascending
  };
  struct Entry {
    std::string key;
    int group = -1;
  };
  static uint64_t Number(uint64_t sequence, int group) {
    return sequence << 8 | static_cast<uint8_t>(group);
  }
  static int GroupOf(uint64_t number) { return static_cast<int8_t>(number & 0xFF); }
  Entry EntryOf(int64_t time, uint64_t number) const;
  uint64_t NextSequence();
  int64_t next_on_disk() const { return cold_ == nullptr ? kMaxWatermark : cold_->next(); }
  Status Take(int group, int64_t time, std::string_view rest, std::string_view value);
  void Forget(int64_t time, const Entries& entries, size_t index);
  size_t Leave(int64_t time, Entries* entries, size_t most);
  size_t EntryBytes() const;

  std::string name_;
  bool track_;
  RowStore* rows_;
  CellTable* cells_;
  size_t sequence_ = 0;         // the cell that numbers arrivals,
  uint64_t next_sequence_ = 0;  // or what does without cells
  std::map<int64_t, Entries> times_;
  size_t count_ = 0;
  size_t unsaved_ = 0;          // of them, those that no delta has carried
  std::vector<int64_t> dirty_;  // times with rows that no delta has carried
  std::vector<Entry> deleted_;
  std::unique_ptr<ColdTimes> cold_;
  std::vector<int64_t> collected_;  // times of which the delta at hand has rows
};

}  // namespace millrace
