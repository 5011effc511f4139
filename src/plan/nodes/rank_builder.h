// SPDX-License-Identifier: Apache-2.0
// ROW_NUMBER and the filters on it: what bounds the number makes Top-N, deduplication or Top-N of
// windows of it.
#pragma once

#include <functional>

#include "plan/nodes/rank_nodes.h"

namespace millrace {

/// What became of a filter over a RowNumberNode: a node with the same columns in the same places,
/// and the conjuncts that are still to be checked, over those.
struct BoundRank {
  PlanNodePtr plan;
  std::vector<ExpressionPtr> columns;  // of the RowNumberNode, over `plan`
  std::vector<ExpressionPtr> conditions;
};

/// Nullopt if the conjuncts do not bound the number from above.
std::optional<BoundRank> BoundRowNumber(const RowNumberNode& node,
                                        const std::vector<ExpressionPtr>& conditions);

/// Makes the node for a range of numbers; `number` empty: the column is not asked for.
PlanNodePtr MakeRank(PlanNodePtr input, RankNode::Fields fields);

/// What is refused of ROW_NUMBER later is refused at `span`.
PlanNodePtr PlaceRowNumbers(const PlanNodePtr& node, Span span);

/// Replaces what is left of ROW_NUMBER: by the node that numbers all rows, or, where there is none,
/// after `refuse`, by null.
PlanNodePtr ResolveRowNumbers(const PlanNodePtr& node,
                              const std::function<void(const RowNumberNode&)>& refuse);

}  // namespace millrace
