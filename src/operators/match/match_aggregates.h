// SPDX-License-Identifier: Apache-2.0
// MatchAggregates: accumulators over the rows of matches, addressed by slot. Calls that look at the
// same element lie together, so that a row is added to those only whose element took it. One
// thread.
#pragma once

#include <arrow/type_fwd.h>

#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "operators/aggregate/aggregate_states.h"
#include "plan/match/match_node.h"
#include "state/row_store.h"

namespace millrace {

class MatchAggregates {
 public:
  using Columns = AggregateStates::Columns;

  /// Adds a call before any slot is used. Returns its number.
  size_t AddCall(const MatchAggregate& aggregate);
  /// When all calls are there. `columns`: of the operator's input.
  void Finish(size_t columns);
  bool empty() const { return places_.empty(); }

  /// A slot with the rows of another one, or with none. Slot 0 is always empty.
  Result<uint32_t> New(uint32_t like = 0);
  /// Given back at the next Settle, so that what still waits to be added goes nowhere else.
  void Free(uint32_t slot) {
    if (slot != 0) freed_.push_back(slot);
  }
  void Settle();

  /// A row that an element takes: row `row` of the columns given to Flush.
  void Add(uint32_t slot, int element, int32_t row);
  /// Adds all rows that were named. `columns` are those of the input.
  Status Flush(const Columns& columns);
  /// The same, for rows of a store.
  Status Flush(const RowStore& rows, std::span<const uint32_t> stored);
  /// The results of one call for slots.
  Result<std::shared_ptr<arrow::Array>> Results(size_t call, std::span<const uint32_t> slots) const;

 private:
  struct Group {
    int element = kAllElements;
    std::vector<AggregateCall> calls;
    std::unique_ptr<AggregateStates> states;
    std::vector<int32_t> rows;  // to be added
    std::vector<uint32_t> slots;
    std::vector<int64_t> sequence;
  };

  std::vector<Group> groups_;
  std::vector<std::pair<size_t, size_t>> places_;  // of each call: group, place in it
  std::vector<bool> read_;                         // by column: a call reads it
  std::vector<uint32_t> free_;
  std::vector<uint32_t> freed_;
  uint32_t limit_ = 1;
  int64_t sequence_ = 0;
};

}  // namespace millrace
