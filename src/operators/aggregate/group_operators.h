// SPDX-License-Identifier: Apache-2.0
// The forms of GROUP BY that do not send a change with every row.
#pragma once

#include <memory>

#include "operators/operator.h"

namespace millrace {

/// Changes of a key are gathered (GroupAggregateNode::Fields::mini_batch).
Result<std::unique_ptr<Operator>> MakeFoldedGroups(const PlanNodePtr& node,
                                                   const OperatorContext& context);
/// Groups are windows that send their results early or late (Fields::emission).
Result<std::unique_ptr<Operator>> MakeEmittedWindows(const PlanNodePtr& node,
                                                     const OperatorContext& context);

}  // namespace millrace
