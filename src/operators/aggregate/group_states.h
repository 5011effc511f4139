// SPDX-License-Identifier: Apache-2.0
// GroupStates: what GROUP BY keeps of its groups: the rows counted, the accumulators, and when the
// group was touched, for its time-to-live. A group is a slot of a KeyTable. Entries may lie on the
// disk until a row of their group comes (Load), unless the owner keeps something beside them. State
// entries: key -> rows, time of the last touch, what is kept beside, accumulators. One thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "operators/aggregate/aggregate_states.h"
#include "operators/aggregate/cold_expiry.h"
#include "operators/aggregate/expiry_list.h"
#include "state/key_table.h"

namespace millrace {

class GroupStates {
 public:
  /// What the owner keeps of a slot in columns of its own. All are there, or none; with them all
  /// groups stay in memory.
  struct Beside {
    std::function<void(uint32_t slot, std::string* out)> write;
    /// Takes what it has written off the front; false: the bytes are none of that.
    std::function<bool(uint32_t slot, std::string_view* bytes)> read;
    std::function<void(uint32_t slot)> clear;
  };
  /// `calls` and `store` outlive the object; `table` is the name of the state table; `ttl_ms`: 0
  /// keeps groups until they end.
  GroupStates(std::string table, const std::vector<AggregateCall>* calls, int64_t ttl_ms,
              StateStore* store, Beside beside = {});

  /// Brings the groups of the keys into memory, without those whose time is over.
  Status Load(const EncodedKeys& keys);
  void FindOrInsert(const EncodedKeys& keys, std::vector<uint32_t>* slots);
  uint32_t FindOrInsert(std::string_view key, uint64_t hash);
  uint32_t Find(std::string_view key, uint64_t hash) const { return table_.Find(key, hash); }

  int64_t count(uint32_t slot) const { return counts_[slot]; }
  /// Rows came or went: the group is dirty, and touched now.
  void AddRows(uint32_t slot, int64_t rows);
  AggregateStates& states() { return states_; }
  KeyTable& table() { return table_; }

  /// The group is over: it is forgotten, with its value and its slot.
  void End(uint32_t slot);
  /// The two halves of it, as those of KeyTable::Erase: the value is cleared with the second.
  void Detach(uint32_t slot) { table_.Detach(slot); }
  void Release(uint32_t slot);

  /// Ends what was touched longer ago than the time-to-live.
  Status Expire(int64_t now_ms);
  void Restored();

 private:
  void Fit();
  void Clear(uint32_t slot);
  void Write(uint32_t slot, std::string* out) const;
  Status Read(uint32_t slot, std::string_view bytes);

  int64_t ttl_ms_;
  Beside beside_;
  AggregateStates states_;
  std::vector<int64_t> counts_;  // by slot: rows of the group
  ExpiryList expiry_;
  ColdExpiry cold_expiry_;
  int64_t now_ms_ = 0;
  KeyTable table_;
};

}  // namespace millrace
