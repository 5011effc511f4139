// SPDX-License-Identifier: Apache-2.0
// TimeTable: rows that wait for a time, in order of (time, arrival). Taking all rows of the
// earliest time is what it is for: rows held until the watermark passes them, or until their window
// closes.
//
// The table owns the rows of its entries in a RowStore: they are freed when their time is dropped.
// Arrival is numbered per shard, so after a restart with fewer shards two rows of a time may have
// one number; they differ by the group of their key. One thread.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/batch.h"
#include "state/row_store.h"
#include "state/state_store.h"

namespace millrace {

class TimeTable final : public StateTable {
 public:
  TimeTable(std::string name, bool track, RowStore* rows)
      : name_(std::move(name)), track_(track), rows_(rows) {}

  /// `key_group`: of the key that the row was sent to this shard by.
  void Add(int64_t time, uint32_t row, int key_group);
  /// kMaxWatermark when empty.
  int64_t next() const { return times_.empty() ? kMaxWatermark : times_.begin()->first; }
  bool empty() const { return times_.empty(); }
  /// Rows of a time, oldest first.
  std::span<const uint32_t> rows_at(int64_t time) const;
  /// Forgets a time and frees its rows.
  void Drop(int64_t time);
  void DropAll();
  /// The next delta has all rows, under other keys: they were read in another form (RowForm).
  void WriteAgain();
  template <typename F>
  void ForEachTime(F&& visit) const {
    for (const auto& [time, entries] : times_) {
      if (!visit(time, std::span<const uint32_t>(entries.rows))) return;
    }
  }

  std::string_view name() const override { return name_; }
  Status CollectDelta(const std::function<Status(const StateChange&)>& visit) override;
  Status Snapshot(const std::function<Status(const StateChange&)>& visit) const override;
  Status Apply(const StateChange& change) override;
  size_t entries() const override { return count_; }
  size_t memory_bytes() const override;

 private:
  struct Entries {
    std::vector<uint32_t> rows;
    std::vector<uint64_t> numbers;  // of the rows, ascending: sequence, then key group
    size_t stored = 0;              // so many have been in a delta
  };
  struct Entry {
    std::string key;
    int group = -1;
  };
  static uint64_t Number(uint64_t sequence, int group) {
    return sequence << 8 | static_cast<uint8_t>(group);
  }
  Entry EntryOf(int64_t time, uint64_t number) const;

  std::string name_;
  bool track_;
  RowStore* rows_;
  std::map<int64_t, Entries> times_;
  size_t count_ = 0;
  uint64_t next_sequence_ = 0;
  std::vector<int64_t> dirty_;  // times with rows that no delta has carried
  std::vector<Entry> deleted_;
};

}  // namespace millrace
