// SPDX-License-Identifier: Apache-2.0
// RunningChanges: the changelog of groups, row by row as in Flink: a first row gives +I, a row that
// changes the result -U and +U, one that does not nothing, the last row's retraction -D.
//
// The rows of a batch are still one update per aggregate call: the results before and after each
// row come out of one UpdateRunning. A group that ends inside the batch gives up its key at once
// but its slot only afterwards, so that its next life starts with an empty slot. One thread.
#pragma once

#include <vector>

#include "operators/aggregate/group_states.h"
#include "operators/operator.h"

namespace millrace {

class RunningChanges {
 public:
  /// `sends_equal`: also a row that does not change the result gives -U and +U, as in Flink where
  /// state has a time-to-live. All outlive the object.
  RunningChanges(GroupStates* groups, const OperatorContext* context, const Schema* input,
                 bool sends_equal)
      : groups_(groups), context_(context), input_(input), sends_equal_(sends_equal) {}

  /// A row of the batch at hand and its group.
  void Add(int32_t row, uint32_t slot, bool adds);
  bool empty() const { return rows_.empty(); }
  /// Folds the rows that were added in and answers their changes: columns `keys` of the batch, then
  /// results. Nothing is added afterwards.
  Result<Batch> Apply(const Batch& batch, const std::vector<int>& keys);

 private:
  using Columns = AggregateStates::Columns;
  Batch Compose(const Batch& batch, const std::vector<int>& keys, const Columns& results);
  void Clear();

  GroupStates* groups_;
  const OperatorContext* context_;
  const Schema* input_;
  bool sends_equal_;

  // Of the rows that were added.
  std::vector<int32_t> rows_;
  std::vector<uint32_t> slots_;
  std::vector<int8_t> signs_;
  bool retracts_ = false;
  std::vector<uint8_t> first_;
  std::vector<uint8_t> last_;
  std::vector<uint32_t> known_slots_;  // groups whose result before the first row is needed
  std::vector<uint32_t> ended_;
  std::vector<int32_t> last_result_;  // by slot: index of its latest result; -1 between batches
};

}  // namespace millrace
