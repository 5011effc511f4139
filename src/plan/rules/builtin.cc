// SPDX-License-Identifier: Apache-2.0
#include "plan/rules/merge_over.h"
#include "plan/rules/optimizer.h"
#include "plan/rules/prune_columns.h"

namespace millrace {

const std::vector<Rule>& BuiltinRules() {
  static const std::vector<Rule> kRules = {
      {"merge_over", "first: the projections it leaves above are pruned with the others",
       &MergeOver},
      {"prune_columns", "last: sees the final projections, so that nothing unused is decoded",
       &PruneColumns},
  };
  return kRules;
}

std::vector<PlanNodePtr> Optimize(std::vector<PlanNodePtr> roots) {
  for (const Rule& rule : BuiltinRules()) {
    for (PlanNodePtr& root : roots) root = rule.apply(root);
  }
  return roots;
}

}  // namespace millrace
