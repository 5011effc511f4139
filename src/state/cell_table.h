// SPDX-License-Identifier: Apache-2.0
// CellTable: a handful of named 64-bit integers of one operator (its watermark, a sequence
// counter), as state. They belong to the shard, not to a key, so each says how the cells of several
// shards make one when there are fewer or more shards after a restart. The first delta carries all
// cells: a shard whose watermark never moved must count, too. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "state/state_store.h"

namespace millrace {

class CellTable final : public StateTable {
 public:
  CellTable(std::string name, bool track) : name_(std::move(name)), track_(track) {}

  /// What cells of several shards become.
  enum class Rule {
    kLeast,     // a watermark: nothing before it can come
    kGreatest,  // a counter, or how far something was done on every shard that had it to do
  };
  /// Adds a cell before any state is applied; returns its index.
  size_t Add(std::string cell, int64_t initial, Rule rule = Rule::kLeast);
  int64_t get(size_t index) const { return cells_[index].value; }
  void Set(size_t index, int64_t value) {
    cells_[index].dirty |= track_ && cells_[index].value != value;
    cells_[index].value = value;
  }

  std::string_view name() const override { return name_; }
  Status CollectDelta(const std::function<Status(const StateChange&)>& visit) override;
  Status Snapshot(const std::function<Status(const StateChange&)>& visit) const override;
  /// A cell that this version does not have is ignored.
  Status Apply(const StateChange& change) override;
  bool merges() const override { return true; }
  Status Merge(const StateChange& change) override;
  size_t entries() const override { return cells_.size(); }
  size_t memory_bytes() const override { return cells_.capacity() * sizeof(Cell); }

 private:
  struct Cell {
    std::string name;
    int64_t value = 0;
    int64_t initial = 0;
    Rule rule = Rule::kLeast;
    bool dirty = false;
  };
  Status Visit(const Cell& cell, const std::function<Status(const StateChange&)>& visit) const;

  std::string name_;
  bool track_;
  std::vector<Cell> cells_;
};

}  // namespace millrace
