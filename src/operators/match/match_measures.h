// SPDX-License-Identifier: Apache-2.0
// MatchMeasures: the row that a match becomes. One thread.
#pragma once

#include "expr/evaluator.h"
#include "operators/match/match_aggregates.h"
#include "operators/match/match_partitions.h"

namespace millrace {

class MatchMeasures {
 public:
  MatchMeasures(const MatchNode& node, const OperatorContext& context);

  /// A row per match, side columns unset. Those whose measures fail are `failed`; they are to be
  /// reported with the batch.
  Result<Batch> Compute(std::span<const FoundMatch> found, const MatchPartitions& partitions,
                        RowErrors* failed);

 private:
  Status AddAggregates(std::span<const FoundMatch> found, const MatchPartitions& partitions,
                       MatchValues::Columns* inputs);

  const MatchNode::Fields& fields_;
  MatchValues values_;
  MatchAggregates aggregates_;
  std::vector<MatchValue> keys_;  // the partition columns of the first row
  MatchValues key_values_;
  Evaluator evaluator_;
};

}  // namespace millrace
