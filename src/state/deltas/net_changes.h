// SPDX-License-Identifier: Apache-2.0
// NetChanges: what several deltas, one after the other, come to: the last change of each key, in
// the order in which DurableState wants them.
//
// Changes are spread over tables and key groups first and sorted there by the first 24 bytes of
// their keys: buckets fit into the cache, and bytes that all keys share are never compared. One
// thread. The deltas outlive it: keys and values stay where they lie.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "state/durable_state.h"
#include "state/epoch_delta.h"

namespace millrace {

class NetChanges {
 public:
  Status Add(std::string_view delta, int shard);
  /// Writes them as one batch.
  Status WriteTo(DurableState* state, const StateMarker& marker) const;

 private:
  struct Change {
    std::string_view key;
    std::string_view value;
    int16_t key_group = kShardEntry;
    int16_t shard = 0;
    bool deleted = false;
  };
  struct Table {
    std::string_view operator_id;
    std::string_view name;
    std::vector<Change> changes;
  };
  /// A change with the first bytes of its key, which decide nearly every comparison.
  struct Sorted {
    std::array<uint64_t, 3> head{};
    uint32_t change = 0;
    uint32_t key_size = 0;
  };

  static Sorted Sortable(const Change& change, size_t index);
  static std::vector<Sorted> Sort(const std::vector<Change>& changes);
  static std::strong_ordering Compare(const std::vector<Change>& changes, const Sorted& a,
                                      const Sorted& b);
  static Status WriteTable(std::string_view prefix, const Table& table, DurableState* state);
  size_t NumberOf(const StateEntry& entry);

  std::vector<Table> tables_;
};

}  // namespace millrace
