// SPDX-License-Identifier: Apache-2.0
// ColdEntries: the entries of one state table that lie in DurableState and may not be in memory,
// looked up by key.
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
  void Begin() { count_ = 0; }
  /// Asks for a key; `hash` is its HashBytes.
  void Add(std::string_view key, uint64_t hash);
  size_t asked() const { return count_; }
  /// Visits those that are there.
  Status Read(const std::function<Status(std::string_view key, std::string_view value)>& visit);

 private:
  const DurableState* state_;
  std::string prefix_;
  std::vector<std::string> keys_;  // of DurableState; reused
  size_t count_ = 0;
};

}  // namespace millrace
