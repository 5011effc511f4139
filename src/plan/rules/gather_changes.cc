// SPDX-License-Identifier: Apache-2.0
#include "plan/rules/gather_changes.h"

#include <map>
#include <utility>

#include "plan/nodes/aggregate_nodes.h"

namespace millrace {
namespace {

constexpr const char* kSize = "table.exec.mini-batch.size";
constexpr const char* kLatency = "table.exec.mini-batch.allow-latency";

std::unexpected<Error> Missing(const std::string& key, const std::string& example) {
  return UserError("MR0503", "'table.exec.mini-batch.enabled' needs '" + key + "' above 0", "",
                   "SET '" + key + "' = '" + example + "';");
}

class Gathering {
 public:
  Gathering(MiniBatch mini_batch, bool two_phases)
      : mini_batch_(mini_batch), two_phases_(two_phases) {}

  PlanNodePtr Apply(const PlanNodePtr& node) {
    const auto known = done_.find(node.get());
    if (known != done_.end()) return known->second;
    std::vector<PlanNodePtr> children;
    bool changed = false;
    for (const PlanNodePtr& child : node->children()) {
      children.push_back(Apply(child));
      changed |= children.back() != child;
    }
    PlanNodePtr result = changed ? node->WithChildren(std::move(children)) : node;
    const auto* group = As<GroupAggregateNode>(result);
    if (group != nullptr && !group->fields().emission) {
      any_ = true;
      GroupAggregateNode::Fields fields = group->fields();
      fields.mini_batch = mini_batch_;
      fields.two_phases = two_phases_;
      result = std::make_shared<GroupAggregateNode>(result->children()[0], std::move(fields),
                                                    result->schema());
    }
    done_[node.get()] = result;
    return result;
  }

  bool any() const { return any_; }

 private:
  MiniBatch mini_batch_;
  bool two_phases_;
  std::map<const PlanNode*, PlanNodePtr> done_;  // sub-plans that are shared stay so
  bool any_ = false;
};

}  // namespace

Result<std::vector<PlanNodePtr>> GatherChanges(std::vector<PlanNodePtr> roots,
                                               const Settings& settings) {
  if (!settings.GetBoolean("table.exec.mini-batch.enabled")) return roots;
  const MiniBatch mini_batch{.rows = settings.GetLong(kSize),
                             .latency_ms = settings.GetDuration(kLatency).count()};
  Gathering gathering(mini_batch,
                      settings.GetString("table.optimizer.agg-phase-strategy") != "ONE_PHASE");
  for (PlanNodePtr& root : roots) root = gathering.Apply(root);
  if (mini_batch.latency_ms <= 0) return Missing(kLatency, "1 s");
  if (gathering.any() && mini_batch.rows <= 0) return Missing(kSize, "5000");
  return roots;
}

}  // namespace millrace
