// SPDX-License-Identifier: Apache-2.0
// Columns that nobody reads are neither decoded nor computed.
#pragma once

#include "plan/node.h"

namespace millrace {

/// Narrows scans, watermarks, projections and aggregations below every projection that does not use
/// all of its input.
PlanNodePtr PruneColumns(const PlanNodePtr& root);

}  // namespace millrace
