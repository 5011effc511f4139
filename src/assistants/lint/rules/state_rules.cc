// SPDX-License-Identifier: Apache-2.0
// State that only grows, and state that one shard has to hold alone.
#include <optional>

#include "assistants/lint/lint_rules.h"
#include "plan/nodes/aggregate_nodes.h"
#include "plan/nodes/rank_nodes.h"
#include "plan/nodes/regular_join_node.h"
#include "plan/over/ordered_over_node.h"

namespace millrace {
namespace {

/// "user, item": names of the columns of an input.
std::string NamesOf(const PlanNodePtr& input, const std::vector<int>& columns) {
  std::string names;
  for (const int column : columns) {
    if (!names.empty()) names += ", ";
    names += input->schema()[static_cast<size_t>(column)].name;
  }
  return names;
}

/// What a node keeps for ever; nothing if it does not.
std::optional<std::string> KeptForEver(const LintedStep& step, const PlanNodePtr& node) {
  if (node->children().empty()) return std::nullopt;
  const PlanNodePtr& input = node->children()[0];
  if (const auto* join = As<JoinNode>(node)) {
    for (size_t side = 0; side < 2; ++side) {
      if (join->fields().ttl_ms[side] > 0 || !step.reads_endless(node->children()[side])) continue;
      return std::string("the join keeps every row of its ") + (side == 0 ? "left" : "right") +
             " side for ever";
    }
    return std::nullopt;
  }
  if (!step.reads_endless(input)) return std::nullopt;
  if (const auto* group = As<GroupAggregateNode>(node)) {
    if (group->keys().empty() || group->state_ttl_ms() > 0) return std::nullopt;
    if (group->fields().emission) return std::nullopt;  // until the windows close
    if (FindHalfWindow(node)) return std::nullopt;      // a finding of its own
    return "GROUP BY keeps every " + NamesOf(input, group->keys()) + " that ever came";
  }
  if (const auto* rank = As<RankNode>(node)) {
    const RankNode::Fields& fields = rank->fields();
    if (fields.partition_keys.empty() || fields.state_ttl_ms > 0) return std::nullopt;
    return "the Top-N keeps rows of every " + NamesOf(input, fields.partition_keys) +
           " that ever came";
  }
  if (const auto* over = As<OrderedOverNode>(node)) {
    if (over->fields().state_ttl_ms > 0) return std::nullopt;
    return "OVER in an order that is not that of time keeps every row";
  }
  if (const auto* first = As<DeduplicateNode>(node)) {
    if (first->fields().state_ttl_ms > 0) return std::nullopt;
    return "the deduplication keeps every " + NamesOf(input, first->fields().keys) +
           " that ever came";
  }
  return std::nullopt;
}

}  // namespace

void FindGrowingState(const LintedStep& step, std::vector<LintFinding>* findings) {
  for (const PlanNodePtr& node : step.nodes()) {
    auto kept = KeptForEver(step, node);
    if (!kept) continue;
    LintFinding finding = step.Finding("MR1001", std::move(*kept), Severity::kWarning);
    finding.changes = {step.SetBefore("table.exec.state.ttl", "1 d")};
    finding.diagnostic.next_step =
        "Say how long it is needed: SET 'table.exec.state.ttl' = '1 d'; before the statement, or "
        "/*+ STATE_TTL('table' = '1 d') */ behind SELECT.";
    findings->push_back(std::move(finding));
  }
}

void FindOneShardState(const LintedStep& step, std::vector<LintFinding>* findings) {
  for (const PlanNodePtr& node : step.nodes()) {
    if (!node->has_keyed_state() || !step.reads_endless(node)) continue;
    for (size_t input = 0; input < node->children().size(); ++input) {
      if (node->required_distribution(input).kind != Distribution::Kind::kSingle) continue;
      LintFinding finding =
          step.Finding("MR1008", std::string(node->kind()) + " has no key: one shard does it alone",
                       Severity::kInfo);
      finding.diagnostic.next_step =
          "Give it a key (GROUP BY, PARTITION BY) if more is to come "
          "than one core can do.";
      findings->push_back(std::move(finding));
      break;
    }
  }
}

}  // namespace millrace
