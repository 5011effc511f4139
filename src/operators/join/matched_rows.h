// SPDX-License-Identifier: Apache-2.0
// MatchedRows: which held rows of the outer side of a join have had a partner, by the sequence
// number of their entry and the group of their key. A table of its own, because a flag beside the
// row would make every first match a new copy of the row in the delta. One thread.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "state/state_store.h"

namespace millrace {

class MatchedRows final : public StateTable {
 public:
  MatchedRows(std::string name, bool track) : name_(std::move(name)), track_(track) {}

  void Add(uint64_t sequence, int key_group);
  void Remove(uint64_t sequence, int key_group);
  bool Contains(uint64_t sequence, int key_group) const {
    return rows_.contains(Number(sequence, key_group));
  }

  std::string_view name() const override { return name_; }
  Status CollectDelta(const std::function<Status(const StateChange&)>& visit) override;
  Status Snapshot(const std::function<Status(const StateChange&)>& visit) const override;
  Status Apply(const StateChange& change) override;
  size_t entries() const override { return rows_.size(); }
  size_t memory_bytes() const override;

 private:
  static uint64_t Number(uint64_t sequence, int group) {
    return sequence << 8 | static_cast<uint8_t>(group);
  }
  Status Visit(uint64_t number, bool deleted,
               const std::function<Status(const StateChange&)>& visit) const;

  std::string name_;
  bool track_;
  std::unordered_map<uint64_t, bool> rows_;  // true: a delta has carried it
  std::vector<uint64_t> added_;
  std::vector<uint64_t> deleted_;  // of those that a delta has carried
};

}  // namespace millrace
