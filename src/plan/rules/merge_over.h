// SPDX-License-Identifier: Apache-2.0
// MergeOver: OVER above OVER with the same key, order and emission becomes one node with a stage
// for each, so that keys are looked up once and rows are kept once. Projections in between go
// along: what a later frame reads is computed as part of its stage, the rest above the node.
// Filters and what can fail or change by itself keep two nodes apart: rows must not be seen that
// were dropped.
#pragma once

#include "plan/node.h"

namespace millrace {

PlanNodePtr MergeOver(const PlanNodePtr& root);

}  // namespace millrace
