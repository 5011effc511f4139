// SPDX-License-Identifier: Apache-2.0
// The zone that windows of a plan are aligned to.
#pragma once

#include <string>

#include "plan/node.h"

namespace millrace {

/// That of the window function below; empty: UTC.
std::string WindowZoneOf(const PlanNodePtr& node);

}  // namespace millrace
