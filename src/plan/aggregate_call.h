// SPDX-License-Identifier: Apache-2.0
// AggregateCall: one aggregate of a GROUP BY, window or OVER, over columns of the input.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/schema.h"
#include "functions/aggregate.h"

namespace millrace {

struct AggregateCall {
  std::string function;   // "SUM"
  std::vector<int> args;  // input columns, already of the resolved argument types
  int filter = -1;        // BOOLEAN input column of FILTER (WHERE ..), or -1
  bool distinct = false;
  bool count_star = false;
  ResolvedAggregate resolved;
  Column output;
  /// Names the call in state: equal for the same function over the same column of a table, in any
  /// version of a query. The node that has the call sets it.
  uint32_t state_tag = 0;
  /// `SUM(DISTINCT amount) FILTER c3`.
  std::string ToString(const Schema& input) const;
};

}  // namespace millrace
