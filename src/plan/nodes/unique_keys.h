// SPDX-License-Identifier: Apache-2.0
// Unique keys: sets of columns of which no two rows of a relation have equal values, as far as
// primary keys and the operators tell. A relation of at most one row has the empty key.
#pragma once

#include <vector>

#include "plan/node.h"

namespace millrace {

using UniqueKey = std::vector<int>;  // columns, ascending

std::vector<UniqueKey> UniqueKeysOf(const PlanNodePtr& node);

/// Whether all columns of the key are among `columns`.
bool ContainsKey(const std::vector<int>& columns, const UniqueKey& key);

}  // namespace millrace
