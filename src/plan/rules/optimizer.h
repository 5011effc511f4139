// SPDX-License-Identifier: Apache-2.0
// Optimizer: the visible list of rewrites, applied in order. Each keeps results, changelog and
// names.
#pragma once

#include <string_view>
#include <vector>

#include "plan/node.h"

namespace millrace {

struct Rule {
  std::string_view name;
  std::string_view reason;  // why it stands at this place of the list
  PlanNodePtr (*apply)(const PlanNodePtr& root);
};

/// All rules in the order of application (rules/builtin.cc).
const std::vector<Rule>& BuiltinRules();

/// Applies all rules to every root.
std::vector<PlanNodePtr> Optimize(std::vector<PlanNodePtr> roots);

}  // namespace millrace
