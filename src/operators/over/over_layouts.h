// SPDX-License-Identifier: Apache-2.0
// OverLayouts: the layouts in which values of an OVER have been written, by number, as state. Each
// run has one; it is that of the run before unless the query has changed. A shard keeps all of
// them, and its first delta carries them all, since it may have them from other shards. Restored
// before the tables that are written in them, and before them in the order of keys, too ("form"),
// so that whoever reads state from the beginning knows them in time. One thread.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "operators/over/over_layout.h"
#include "state/row_store.h"
#include "state/state_store.h"

namespace millrace {

class OverLayouts final : public StateTable {
 public:
  explicit OverLayouts(bool track) : dirty_(track) {}

  /// What this run writes, before anything is read.
  void Begin(OverLayout layout) { current_ = std::move(layout); }
  /// Rows that wait are read in what was written last. Borrows the store.
  void set_waiting(RowStore* rows) { waiting_ = rows; }
  /// After state was applied, before anything else is asked: gives this run's layout its number.
  void Settle();

  uint32_t number() const { return number_; }
  const OverLayout& current() const { return current_; }
  const OverLayout* Find(uint32_t number) const;
  /// Every number and layout there is.
  const std::map<uint32_t, OverLayout>& all() const { return layouts_; }
  /// Tables of rows that the run before had and this one has not.
  const std::vector<std::string>& gone() const { return gone_; }
  /// How rows that waited were written: as now, otherwise, or without a column that is wanted.
  enum class Waiting { kSame, kOther, kIncomplete };
  Waiting waiting() const;

  std::string_view name() const override { return "form"; }
  Status CollectDelta(const std::function<Status(const StateChange&)>& visit) override;
  Status Snapshot(const std::function<Status(const StateChange&)>& visit) const override;
  Status Apply(const StateChange& change) override;
  bool merges() const override { return true; }
  size_t entries() const override { return layouts_.size(); }
  size_t memory_bytes() const override { return layouts_.size() * sizeof(OverLayout); }

 private:
  OverLayout current_;
  uint32_t number_ = 0;
  std::map<uint32_t, OverLayout> layouts_;
  std::vector<std::string> gone_;
  RowStore* waiting_ = nullptr;
  RowForm waiting_form_;
  bool settled_ = false;
  bool dirty_;
};

}  // namespace millrace
