// SPDX-License-Identifier: Apache-2.0
// What a subquery that stands for a value is compared by: its only value, or its extremes, for each
// value of the columns that the query around gives.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "plan/binding/bind_context.h"
#include "plan/node.h"

namespace millrace {

/// The only value of the first column per key; a second one fails the job. The output is the keys,
/// whose places are then in `keys`, and the value.
PlanNodePtr SingleValues(BindContext* context, PlanNodePtr plan, std::vector<int>* keys,
                         int* value);

/// Of the first column per value of the keys. Output: these, then how many rows and how many values
/// there are, then two aggregates, MIN or MAX. Null after a diagnostic.
PlanNodePtr ExtremeValues(BindContext* context, const PlanNodePtr& plan,
                          const std::vector<int>& keys, const std::array<std::string, 2>& extremes,
                          Span span);

}  // namespace millrace
