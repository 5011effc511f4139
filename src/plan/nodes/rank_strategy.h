// SPDX-License-Identifier: Apache-2.0
// Which rows of a changelog can be followed without keeping all of them.
#pragma once

#include "plan/nodes/rank_nodes.h"

namespace millrace {

/// If rows of `input` are only replaced, by rows of the same key that never come later in the
/// order, and keys do not change partitions: the columns of that key. Empty otherwise.
std::vector<int> ReplacedBy(const PlanNodePtr& input, const std::vector<int>& partition_keys,
                            const std::vector<SortKey>& order);

}  // namespace millrace
