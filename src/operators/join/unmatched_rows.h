// SPDX-License-Identifier: Apache-2.0
// UnmatchedRows: which held rows of the outer side of a join have no partner so far, by time. They
// are what goes out alone one day, so they are also how rows on the disk are found when their time
// has come. A table of its own, because a flag beside the row would make every first match a new
// copy of the row in the delta.
//
// What is known of a row leaves memory with it (Evict) and comes back when it does (Load); that a
// row must not leave before its first match is applied, the table of the keys sees to. One thread.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "state/cold/cold_times.h"
#include "state/ordered_table.h"

namespace millrace {

class UnmatchedRows final : public StateTable {
 public:
  /// `keys` and `rows`, the entries of the side, outlive it and are registered before it.
  UnmatchedRows(std::string name, bool track, KeyTable* keys, const OrderedTable* rows)
      : name_(std::move(name)), track_(track), keys_(keys), rows_(rows) {}

  /// The entry of this key has no partner.
  void Add(uint32_t key, const OrderedEntry& entry);
  /// The row has one now, or is gone: before its slot is given to another.
  void Remove(uint32_t row);
  bool Contains(uint32_t row) const {
    return row < marks_.size() && (marks_[row].flags & kUnmatched) != 0;
  }

  /// No such row that is on the disk only has an earlier time; kMaxWatermark: there is none.
  EventTime next_on_disk() const { return times_ == nullptr ? kMaxWatermark : times_->next(); }
  /// The keys of some of that time. They may be in memory, too.
  Status ReadKeys(EncodedKeys* keys);
  /// What is known of the entries of keys that have been loaded.
  Status Load(std::span<const uint32_t> keys);
  /// Forgets it when a key leaves memory.
  void Evict(uint32_t key);

  std::string_view name() const override { return name_; }
  Status CollectDelta(const std::function<Status(const StateChange&)>& visit) override;
  Status Snapshot(const std::function<Status(const StateChange&)>& visit) const override;
  /// Puts only, of entries that are there.
  Status Apply(const StateChange& change) override;
  size_t entries() const override { return count_; }
  size_t memory_bytes() const override { return count_ * sizeof(Mark); }
  bool reads_cold() const override { return track_; }
  void AttachCold(std::unique_ptr<ColdEntries> entries, bool restored) override;
  /// They leave with their keys.
  void Shrink(uint64_t, size_t) override {}

 private:
  static constexpr uint8_t kUnmatched = 1;
  static constexpr uint8_t kNew = 2;     // no delta has carried it
  static constexpr uint8_t kStored = 4;  // one has

  struct Mark {
    EventTime time = 0;
    uint64_t sequence = 0;
    uint32_t key = 0;
    uint8_t flags = 0;
  };
  struct Deleted {
    EventTime time;
    uint64_t sequence;
    int group;
  };
  void Set(uint32_t key, const OrderedEntry& entry, uint8_t flags);
  static std::string EntryKey(EventTime time, uint64_t sequence);
  Status Write(const Mark& mark, const std::function<Status(const StateChange&)>& visit) const;

  std::string name_;
  bool track_;
  KeyTable* keys_;
  const OrderedTable* rows_;
  std::vector<Mark> marks_;  // by row
  size_t count_ = 0;
  std::vector<uint32_t> added_;  // rows since the last delta; some have a partner by now
  std::vector<Deleted> deleted_;
  std::unique_ptr<ColdTimes> times_;
};

}  // namespace millrace
