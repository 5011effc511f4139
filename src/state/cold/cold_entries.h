// SPDX-License-Identifier: Apache-2.0
// ColdEntries: the entries of one state table that lie in DurableState and may not be in memory,
// looked up by key, those of a batch together and in their order on the disk: what is next to each
// other there is looked at one after the other.
//
// What it gives is as of the last applied epoch. So an entry may be left to it only once the epoch
// that changed it last is applied, and what has been deleted since must not be asked for.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "state/durable_state.h"

namespace millrace {

class ColdEntries {
 public:
  /// `state` outlives it.
  ColdEntries(const DurableState* state, std::string_view operator_id, std::string_view table);

  /// True if there is any.
  Result<bool> Any() const;
  /// Forgets the keys asked for.
  void Begin() { asked_.clear(); }
  /// Asks for a key, which stays where it lies until Read; `hash` is its HashBytes. `row` is what
  /// the caller calls it.
  void Add(std::string_view key, uint64_t hash, size_t row);
  size_t asked() const { return asked_.size(); }
  /// Visits those that are there; of keys that were asked for twice, one.
  Status Read(const std::function<Status(size_t row, std::string_view value)>& visit);

 private:
  struct Asked {
    uint64_t head = 0;  // the key group and the first bytes of the key
    std::string_view key;
    size_t row = 0;
  };
  void Sort();
  void MakeStateKeys();

  const DurableState* state_;
  std::string prefix_;
  std::vector<Asked> asked_;
  // Of the last Read; their memory is used again.
  std::string bytes_;
  std::vector<std::string_view> state_keys_;
};

}  // namespace millrace
