// SPDX-License-Identifier: Apache-2.0
// WindowPanes: accumulators per slice and key, the state of window aggregation.
//
// Keys have one slot for all slices (KeyTable), so a batch is hashed once whatever slices its rows
// go to, and merging slices into a window is a walk over slots without hashing. A pane holds the
// accumulators of one slice by key slot; panes are recycled with their memory. A key leaves the
// table when no pane holds it. State entries: (slice end, key) -> window start, row count,
// accumulators. One thread.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "operators/aggregate/aggregate_states.h"
#include "state/key_table.h"
#include "state/state_store.h"

namespace millrace {

/// One slice. `rows`, `slots`, `signs` and `sequence` collect an update until Flush.
struct WindowPane {
  explicit WindowPane(const std::vector<AggregateCall>* calls) : states(calls) {}

  int64_t start = 0;
  int64_t end = 0;
  AggregateStates states;
  std::vector<int64_t> counts;    // by key slot: rows, added minus retracted
  std::vector<uint8_t> flags;     // by key slot
  std::vector<uint32_t> touched;  // key slots in order of their first row
  std::vector<uint32_t> dirty;

  std::vector<int32_t> rows;
  std::vector<uint32_t> slots;
  std::vector<int8_t> signs;
  std::vector<int64_t> sequence;
};

class WindowPanes final : public StateTable {
 public:
  WindowPanes(std::string name, bool track, const std::vector<AggregateCall>* calls);

  const KeyTable& keys() const { return keys_; }
  /// The key slots of a batch's rows. They stay valid until ReleaseKeys.
  void FindKeys(const EncodedKeys& keys, std::vector<uint32_t>* slots);
  const std::map<int64_t, std::unique_ptr<WindowPane>>& panes() const { return panes_; }
  WindowPane* Find(int64_t end) const;
  WindowPane* Create(int64_t start, int64_t end);
  /// Folds in the rows collected in the pane, of a batch with these columns.
  Status Flush(WindowPane* pane, std::span<const std::shared_ptr<arrow::Array>> columns);
  /// Merges the panes with begin < end <= `end` into a scratch pane, valid until the next Merge.
  Result<WindowPane*> Merge(int64_t begin, int64_t end, bool newest_first);
  void Drop(int64_t end);
  /// Erases keys that no pane holds. Call it when no batch's slots are in use.
  void ReleaseKeys();

  std::string_view name() const override { return name_; }
  Status CollectDelta(const std::function<Status(const StateChange&)>& visit) override;
  Status Snapshot(const std::function<Status(const StateChange&)>& visit) const override;
  Status Apply(const StateChange& change) override;
  size_t entries() const override;
  size_t memory_bytes() const override;

 private:
  static constexpr uint8_t kTouched = 1;
  static constexpr uint8_t kDirty = 2;
  static constexpr uint8_t kStored = 4;

  void Fit(WindowPane* pane);
  void Touch(WindowPane* pane, uint32_t slot);
  Status MergeIn(const WindowPane& pane);
  void Clear(WindowPane* pane);
  std::string KeyOf(int64_t end, uint32_t slot) const;
  std::string ValueOf(const WindowPane& pane, uint32_t slot) const;

  std::string name_;
  bool track_;
  const std::vector<AggregateCall>* calls_;
  KeyTable keys_;
  std::vector<uint32_t> panes_of_key_;  // by key slot: panes that hold it
  std::vector<uint32_t> unheld_;        // key slots that may be without a pane
  std::map<int64_t, std::unique_ptr<WindowPane>> panes_;
  std::vector<std::unique_ptr<WindowPane>> spare_;
  WindowPane merged_;
  std::vector<std::string> deleted_;
};

}  // namespace millrace
