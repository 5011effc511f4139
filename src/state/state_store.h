// SPDX-License-Identifier: Apache-2.0
// StateStore: keyed state of one operator on one shard, in three shapes (value per key, ordered
// entries, timers), with dirty tracking per entry. In memory; what changed since the barrier before
// is handed over as absolute puts and deletes. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "state/cold/cold_entries.h"

namespace millrace {

/// One change: `deleted` or the absolute value. `table` is the name under which a table was
/// registered.
struct StateChange {
  std::string_view table;
  std::string_view key;
  std::string_view value;
  bool deleted = false;
  /// KeyGroupOf the entry's key, which tells the shard that owns it; -1: the entry belongs to the
  /// shard (a watermark, a counter), not to a key.
  int key_group = -1;
};

/// A named table of one operator. Implementations: KeyTable, OrderedTable, TimerQueue.
class StateTable {
 public:
  virtual ~StateTable() = default;
  virtual std::string_view name() const = 0;
  /// Visits what changed since the last call and marks it clean.
  virtual Status CollectDelta(const std::function<Status(const StateChange&)>& visit) = 0;
  /// Visits everything as puts; changes nothing.
  virtual Status Snapshot(const std::function<Status(const StateChange&)>& visit) const = 0;
  /// Applies one put or delete read back.
  virtual Status Apply(const StateChange& change) = 0;
  /// True if entries without a key group of all shards make one value (a watermark is the least of
  /// them): each instance is given them all, the first by Apply, the others by Merge. Otherwise an
  /// entry goes to one instance, as it is.
  virtual bool merges() const { return false; }
  virtual Status Merge(const StateChange& change) { return Apply(change); }
  virtual size_t entries() const = 0;
  virtual size_t memory_bytes() const = 0;

  /// True if entries may stay in DurableState until they are looked up: at a start the table is
  /// given AttachCold in place of its entries, and it can Shrink.
  virtual bool reads_cold() const { return false; }
  /// `restored`: entries of a run before are there.
  virtual void AttachCold(std::unique_ptr<ColdEntries> entries, bool restored);
  /// What the last CollectDelta visited is part of this epoch.
  virtual void Collected(uint64_t epoch);
  /// Leaves entries to DurableState, which has the epochs up to `applied`, until about `bytes` are
  /// held.
  virtual void Shrink(uint64_t applied, size_t bytes);
  /// Of memory_bytes: what changed since the last CollectDelta and cannot leave before the next.
  virtual size_t unsaved_bytes() const { return 0; }
};

/// Owns the tables of one operator; order of registration is the order of recovery.
class StateStore {
 public:
  /// With `track` false, dirty sets are not kept (nothing will ask for a delta).
  explicit StateStore(bool track = true) : track_(track) {}
  void Register(StateTable* table) { tables_.push_back(table); }  // table owned by the operator
  const std::vector<StateTable*>& tables() const { return tables_; }
  /// A table of an earlier version of the query, whose entries nobody reads any more: they are
  /// deleted with the first epoch. Before the operator has been restored.
  void DropTable(std::string name) { dropped_.push_back(std::move(name)); }
  const std::vector<std::string>& dropped() const { return dropped_; }
  bool track() const { return track_; }
  size_t memory_bytes() const;

 private:
  bool track_;
  std::vector<StateTable*> tables_;
  std::vector<std::string> dropped_;
};

}  // namespace millrace
