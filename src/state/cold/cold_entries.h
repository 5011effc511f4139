// SPDX-License-Identifier: Apache-2.0
// ColdEntries: the entries of one state table that lie in DurableState and may not be in memory,
// looked up by key, those of a batch together and in their order on the disk: what is next to each
// other there is looked at one after the other.
//
// What it gives is as of the last applied epoch. So an entry may be left to it only once the epoch
// that changed it last is applied, and what has been deleted since must not be asked for.
#pragma once

#include <bitset>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "data/key_codec.h"
#include "state/durable_state.h"

namespace millrace {

class ColdEntries {
 public:
  using Groups = std::bitset<kKeyGroups>;

  /// `state` outlives it. `own`: the key groups that are this shard's.
  ColdEntries(const DurableState* state, std::string_view operator_id, std::string_view table,
              Groups own = Groups().set());

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
  /// Of a table with several entries per key, whose keys begin with it (PutBytes, but the first
  /// `leading` bytes stand in front as they are): visits those of the keys asked for, `row` by row.
  using ListVisitor =
      std::function<Status(size_t row, std::string_view entry_key, std::string_view value)>;
  Status ReadLists(size_t leading, const ListVisitor& visit);
  /// Visits at most `count` entries of this shard, whoever asked for them: those behind the ones
  /// that it visited last, and behind the last one the first.
  Status ReadNext(size_t count,
                  const std::function<Status(std::string_view key, std::string_view value)>& visit);
  /// Of a table whose keys begin with something that is in order: visits the first entry of a key
  /// group that is not below `from`. False: there is none.
  Result<bool> First(
      int group, std::string_view from,
      const std::function<Status(std::string_view key, std::string_view value)>& visit);
  /// Visits the entries of a key group whose keys begin with one of these, prefix by prefix.
  Status ReadGroup(int group, std::span<const std::string> prefixes, const ListVisitor& visit);
  /// The key groups of this shard.
  const Groups& own() const { return own_; }

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
  Groups own_;
  std::vector<Asked> asked_;
  std::string next_;  // state key at which ReadNext goes on
  // Of the last Read; their memory is used again.
  std::string bytes_;
  std::vector<std::string_view> state_keys_;
};

}  // namespace millrace
