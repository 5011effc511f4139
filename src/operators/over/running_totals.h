// SPDX-License-Identifier: Apache-2.0
// RunningTotals: for every row of a partition in its order, what the aggregate calls have gathered
// up to it, and their results. A change makes them anew from its place on, until a row is met whose
// totals are as they were: those behind it are then, too. Nothing of this is state: it is made
// again from the rows. One thread.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "operators/aggregate/aggregate_states.h"
#include "operators/rank/ranked_rows.h"
#include "plan/over/ordered_over_node.h"

namespace millrace {

class RunningTotals {
 public:
  static constexpr uint32_t kNone = RowStore::kNone;

  /// What happened to one row. `row` of a change that takes away is not among the rows any more.
  struct Change {
    uint32_t partition = 0;
    size_t place = 0;
    uint32_t row = kNone;
    bool added = false;
  };
  /// Called in the order of the partition: for the row that came or went (before or after is
  /// kNone), and each one whose totals are new. Results are rows of results().
  using Visit = std::function<void(uint32_t row, uint32_t before, uint32_t after)>;

  /// All outlive the object.
  RunningTotals(const OrderedOverNode::Fields* fields, const RankedRows* ranked,
                const RowStore* rows);

  Status Apply(const Change& change, const Visit& visit);
  /// Of all rows of a partition, of which none has totals yet.
  Status Restore(uint32_t partition);
  /// Forgets a row without telling.
  void Forget(uint32_t row);

  const RowStore& results() const { return results_; }
  /// Gives back results that were named `before`.
  void FreeReplaced();

 private:
  struct Totals {
    std::string bytes;  // of the accumulators
    uint32_t result = kNone;
  };
  bool SameOrder(uint32_t a, uint32_t b) const;
  /// Rows from a place on, up to about `limit`; peers of RANGE together.
  void Take(uint32_t partition, size_t place, size_t limit);
  Status Begin(uint32_t group, std::string_view before);
  Status Fold(std::string_view start);
  Status Store();

  const OrderedOverNode::Fields& fields_;
  const RankedRows& ranked_;
  const RowStore& rows_;
  std::vector<int> columns_;  // that the calls read
  AggregateStates states_;
  RowStore results_;
  std::vector<Totals> totals_;  // by row
  std::vector<uint32_t> replaced_;

  // The rows at hand.
  std::vector<uint32_t> taken_;
  std::vector<uint32_t> group_of_;   // by taken row: peers make a group, else each row its own
  std::vector<std::string> folded_;  // by group
  std::vector<uint32_t> changed_;    // numbers of taken rows with new totals
  std::vector<uint32_t> new_results_;
};

}  // namespace millrace
