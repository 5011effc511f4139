// SPDX-License-Identifier: Apache-2.0
#include "runtime/partitioning.h"

#include <algorithm>

#include "plan/match/match_node.h"
#include "plan/nodes/aggregate_nodes.h"
#include "plan/nodes/changelog_nodes.h"
#include "plan/nodes/expand_node.h"
#include "plan/nodes/rank_nodes.h"
#include "plan/nodes/regular_join_node.h"
#include "plan/nodes/sink_nodes.h"
#include "plan/nodes/source_nodes.h"
#include "plan/nodes/stateless_nodes.h"
#include "plan/nodes/temporal_join_node.h"
#include "plan/nodes/unnest_node.h"
#include "plan/over/ordered_over_node.h"

namespace millrace {
namespace {

/// Where the columns of input 0 are found unchanged in the output; -1: nowhere. Empty: not known.
std::vector<int> CarriedColumns(const PlanNodePtr& node) {
  const size_t columns = node->children()[0]->schema().size();
  std::vector<int> carried(columns, -1);
  if (const auto* calc = As<CalcNode>(node)) {
    for (size_t i = 0; i < calc->projections().size(); ++i) {
      const ExpressionPtr& projection = calc->projections()[i];
      if (projection->kind() != ExpressionKind::kInputRef) continue;
      int& place = carried[static_cast<size_t>(projection->index())];
      if (place < 0) place = static_cast<int>(i);
    }
    return carried;
  }
  if (const auto* unnest = As<UnnestNode>(node)) {
    const std::vector<int> kept = unnest->kept();
    for (size_t i = 0; i < kept.size(); ++i) {
      carried[static_cast<size_t>(kept[i])] = static_cast<int>(i);
    }
    return carried;
  }
  const std::vector<int>* keys = nullptr;
  if (const auto* group = As<GroupAggregateNode>(node)) keys = &group->keys();
  if (const auto* window = As<WindowAggregateNode>(node)) keys = &window->fields().keys;
  if (const auto* match = As<MatchNode>(node)) keys = &match->fields().partition_keys;
  if (keys != nullptr) {
    for (size_t i = 0; i < keys->size(); ++i) {
      carried[static_cast<size_t>((*keys)[i])] = static_cast<int>(i);
    }
    return carried;
  }
  const bool appends = As<OverNode>(node) || As<WatermarkNode>(node) || As<WindowTvfNode>(node) ||
                       As<PredictNode>(node) || As<ExpandNode>(node) || As<SinkNode>(node) ||
                       As<CollectNode>(node) || As<RankNode>(node) || As<DeduplicateNode>(node) ||
                       As<WindowRankNode>(node) || As<TemporalJoinNode>(node) ||
                       As<OrderedOverNode>(node) || As<MaterializeNode>(node) ||
                       As<ResolveConflictsNode>(node);
  // The left columns come first; only an inner join leaves every left row as it is on its shard.
  const auto* window_join = As<WindowJoinNode>(node);
  const auto* interval_join = As<IntervalJoinNode>(node);
  const auto* join = As<JoinNode>(node);
  const auto* snapshot = As<SnapshotJoinNode>(node);
  const bool joins = (snapshot && snapshot->fields().type == JoinType::kInner) ||
                     (window_join && window_join->fields().type == JoinType::kInner) ||
                     (interval_join && interval_join->fields().type == JoinType::kInner) ||
                     (join && (join->fields().type == JoinType::kInner || join->left_only()));
  if (!appends && !joins) return {};
  for (size_t i = 0; i < columns; ++i) carried[i] = static_cast<int>(i);
  return carried;
}

}  // namespace

bool Partitioning::Satisfies(const Distribution& required) const {
  switch (required.kind) {
    case Distribution::Kind::kAny: return true;
    case Distribution::Kind::kSingle: return kind == Kind::kSingle;
    case Distribution::Kind::kHash:
      // Everything on one shard also brings equal keys together.
      return kind == Kind::kSingle || (kind == Kind::kHash && keys == required.keys);
  }
  return false;
}

Partitioning OutputPartitioning(const PlanNodePtr& node, const std::vector<Partitioning>& inputs) {
  if (inputs.empty()) return {};
  const bool single = std::ranges::all_of(
      inputs, [](const Partitioning& p) { return p.kind == Partitioning::Kind::kSingle; });
  if (single) return {Partitioning::Kind::kSingle, {}};
  if (inputs[0].kind != Partitioning::Kind::kHash || inputs[0].keys.empty()) return {};
  const std::vector<int> carried = CarriedColumns(node);
  Partitioning result{Partitioning::Kind::kHash, {}};
  for (const int key : inputs[0].keys) {
    if (static_cast<size_t>(key) >= carried.size() || carried[static_cast<size_t>(key)] < 0) {
      return {};
    }
    result.keys.push_back(carried[static_cast<size_t>(key)]);
  }
  return result;
}

}  // namespace millrace
