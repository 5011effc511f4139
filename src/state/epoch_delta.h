// SPDX-License-Identifier: Apache-2.0
// EpochDelta: what changed on one shard in one epoch as one byte string, and the keys under which
// entries lie in DurableState. Formats: docs/internals/epochs.md.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "state/durable_state.h"
#include "state/state_store.h"

namespace millrace {

constexpr int kShardEntry = -1;
constexpr int kFreeEntry = -2;

/// An entry of a state table, with its place in the job.
struct StateEntry {
  std::string_view operator_id;
  std::string_view table;
  /// Or kShardEntry: it is the shard's, which is part of its key (tables that merge).
  /// Or kFreeEntry: its key says all; `shard` is the one that wrote it.
  int key_group = kShardEntry;
  int shard = 0;
  std::string_view key;
  std::string_view value;
  bool deleted = false;
};

/// Writes the changes of all tables of a shard, table by table. One thread.
class DeltaWriter {
 public:
  /// Takes what changed in the tables of an operator since the last call, for this epoch.
  Status Collect(std::string_view operator_id, const StateStore& state, uint64_t epoch);
  /// `merges`: of the table (StateTable::merges).
  void Begin(std::string_view operator_id, std::string_view table, bool merges);
  void Add(const StateChange& change);
  /// Everything so far; empty if nothing changed.
  std::string Take();

 private:
  void End();

  std::string bytes_;
  size_t last_size_ = 0;  // of the delta before, which the next one resembles
  // Of the table at hand: where its head begins in bytes_ and its entries do, behind their size.
  size_t head_ = 0;
  size_t entries_ = 0;
  bool merges_ = false;
};

/// Visits the changes of a delta in order. An error if the bytes are not one.
Status ReadDelta(std::string_view delta, int shard,
                 const std::function<Status(const StateEntry&)>& visit);

/// All entries of a table lie behind its prefix, those of one group together and in order of keys;
/// those without a group are last.
std::string StatePrefix(std::string_view operator_id, std::string_view table);
void AppendStateKey(const StateEntry& entry, std::string* out);
/// The part behind the prefix: the place, a byte in order (StatePlace), then the entry's key.
void AppendEntryKey(const StateEntry& entry, std::string* out);
uint8_t StatePlace(int key_group);
/// What stands under that key; `buffer` may be used to hold it.
std::string_view StateValue(const StateEntry& entry, std::string* buffer);
/// The entry (without operator and table) of such a key and value.
Result<StateEntry> ParseState(std::string_view key, std::string_view value, size_t prefix_size);

}  // namespace millrace
