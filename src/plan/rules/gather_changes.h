// SPDX-License-Identifier: Apache-2.0
// GatherChanges: with table.exec.mini-batch.enabled, groups gather the changes of their keys and
// send them as one. It follows the other rules, as it needs the settings of the statement.
#pragma once

#include <vector>

#include "base/result.h"
#include "plan/node.h"
#include "plan/settings.h"

namespace millrace {

/// MR0503 if it is on without a latency, or without a size where there is a group.
Result<std::vector<PlanNodePtr>> GatherChanges(std::vector<PlanNodePtr> roots,
                                               const Settings& settings);

}  // namespace millrace
