// SPDX-License-Identifier: Apache-2.0
// The operators over sessions; registered by the kinds of nodes that may have other windows.
#pragma once

#include <memory>

#include "operators/operator.h"

namespace millrace {

/// Of a WindowAggregateNode whose windows are sessions: one +I per key and session when it closes.
Result<std::unique_ptr<Operator>> MakeSessionAggregate(const PlanNodePtr& node,
                                                       const OperatorContext& context);
/// Of a WindowTvfNode: the rows of a session go out when it closes, with its bounds behind them.
Result<std::unique_ptr<Operator>> MakeSessionRows(const PlanNodePtr& node,
                                                  const OperatorContext& context);

}  // namespace millrace
