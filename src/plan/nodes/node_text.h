// SPDX-License-Identifier: Apache-2.0
// Text of node fields for explain and digests.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "plan/aggregate_call.h"
#include "plan/node.h"

namespace millrace {

/// `a, b` for columns of a schema.
std::string ColumnList(const Schema& schema, const std::vector<int>& columns);
/// `COUNT(*) AS n, SUM(x) AS s`.
std::string CallList(const Schema& input, const std::vector<AggregateCall>& calls);
/// `1 min`, `250 ms`, `2 d`.
std::string DurationText(int64_t milliseconds);

}  // namespace millrace
