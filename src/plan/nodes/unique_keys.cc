// SPDX-License-Identifier: Apache-2.0
#include "plan/nodes/unique_keys.h"

#include <algorithm>
#include <optional>

#include "plan/nodes/aggregate_nodes.h"
#include "plan/nodes/changelog_nodes.h"
#include "plan/nodes/rank_nodes.h"
#include "plan/nodes/regular_join_node.h"
#include "plan/nodes/source_nodes.h"
#include "plan/nodes/stateless_nodes.h"
#include "plan/nodes/temporal_join_node.h"
#include "plan/over/ordered_over_node.h"

namespace millrace {
namespace {

/// More than a few keys do not help anybody, and those of joins multiply.
constexpr size_t kMaxKeys = 8;

std::vector<UniqueKey> OfScan(const ScanNode& scan) {
  UniqueKey key;
  for (const size_t column : scan.table()->primary_key) {
    const auto found = std::ranges::find(scan.columns(), column);
    if (found == scan.columns().end()) return {};
    key.push_back(static_cast<int>(found - scan.columns().begin()));
  }
  std::ranges::sort(key);
  return key.empty() ? std::vector<UniqueKey>() : std::vector<UniqueKey>{key};
}

std::vector<UniqueKey> OfCalc(const CalcNode& calc) {
  const PlanNodePtr& input = calc.children()[0];
  std::vector<int> place(input->schema().size(), -1);
  for (size_t i = 0; i < calc.projections().size(); ++i) {
    const ExpressionPtr& projection = calc.projections()[i];
    if (projection->kind() != ExpressionKind::kInputRef) continue;
    int& at = place[static_cast<size_t>(projection->index())];
    if (at < 0) at = static_cast<int>(i);
  }
  std::vector<UniqueKey> keys;
  for (UniqueKey key : UniqueKeysOf(input)) {
    for (int& column : key) column = place[static_cast<size_t>(column)];
    std::ranges::sort(key);
    if (key.empty() || key.front() >= 0) keys.push_back(std::move(key));
  }
  return keys;
}

UniqueKey FirstColumns(size_t count) {
  UniqueKey key;
  for (size_t i = 0; i < count; ++i) key.push_back(static_cast<int>(i));
  return key;
}

std::vector<UniqueKey> OfWindowAggregate(const WindowAggregateNode& node) {
  const WindowAggregateNode::Fields& fields = node.fields();
  UniqueKey key = FirstColumns(fields.keys.size());
  const int windows = static_cast<int>(fields.keys.size() + fields.calls.size());
  if (!fields.emit_end) return {};
  key.push_back(windows + (fields.emit_start ? 1 : 0));
  return {key};
}

/// One bound of a window tells which it is.
std::vector<UniqueKey> KeysOfGroups(const GroupAggregateNode& node) {
  const UniqueKey all = FirstColumns(node.keys().size());
  const auto& emission = node.fields().emission;
  if (!emission) return {all};
  std::vector<UniqueKey> keys;
  for (const int bound : {emission->start_key, emission->end_key}) {
    UniqueKey key = all;
    std::erase_if(key, [&](int column) {
      return column != bound && (column == emission->start_key || column == emission->end_key ||
                                 column == emission->time_key);
    });
    keys.push_back(std::move(key));
  }
  return keys;
}

bool IsUniqueOn(const std::vector<UniqueKey>& keys, const std::vector<int>& columns) {
  return std::ranges::any_of(keys, [&](const UniqueKey& key) { return ContainsKey(columns, key); });
}

/// A partition has one row of each number.
std::vector<UniqueKey> KeysOfRank(const RankNode& rank) {
  const RankNode::Fields& fields = rank.fields();
  std::vector<UniqueKey> keys = UniqueKeysOf(rank.children()[0]);
  UniqueKey key = fields.partition_keys;
  if (!fields.number.empty()) key.push_back(static_cast<int>(rank.schema().size()) - 1);
  std::ranges::sort(key);
  if (!fields.number.empty() || fields.range.first == fields.range.last) {
    keys.insert(keys.begin(), std::move(key));
  }
  return keys;
}

std::vector<UniqueKey> OfWindowRank(const WindowRankNode& rank) {
  const WindowRankNode::Fields& fields = rank.fields();
  std::vector<UniqueKey> keys = UniqueKeysOf(rank.children()[0]);
  UniqueKey key = fields.partition_keys;
  key.push_back(fields.window.end);
  if (!fields.number.empty()) key.push_back(static_cast<int>(rank.schema().size()) - 1);
  std::ranges::sort(key);
  if (!fields.number.empty() || fields.range.first == fields.range.last) {
    keys.insert(keys.begin(), std::move(key));
  }
  return keys;
}

std::vector<UniqueKey> OfJoin(const JoinNode& join) {
  const JoinNode::Fields& fields = join.fields();
  const std::vector<UniqueKey> left = UniqueKeysOf(join.children()[0]);
  if (join.left_only()) return left;
  std::vector<UniqueKey> right = UniqueKeysOf(join.children()[1]);
  const bool left_unique = IsUniqueOn(left, fields.left_keys);
  const bool right_unique = IsUniqueOn(right, fields.right_keys);
  const int shift = static_cast<int>(join.children()[0]->schema().size());
  for (UniqueKey& key : right) {
    for (int& column : key) column += shift;
  }
  std::vector<UniqueKey> keys;
  const bool keeps_left = fields.type == JoinType::kInner || fields.type == JoinType::kLeft;
  const bool keeps_right = fields.type == JoinType::kInner || fields.type == JoinType::kRight;
  if (right_unique && keeps_left) keys.insert(keys.end(), left.begin(), left.end());
  if (left_unique && keeps_right) keys.insert(keys.end(), right.begin(), right.end());
  for (const UniqueKey& l : left) {
    for (const UniqueKey& r : right) {
      UniqueKey both = l;
      both.insert(both.end(), r.begin(), r.end());
      if (keys.size() < kMaxKeys) keys.push_back(std::move(both));
    }
  }
  return keys;
}

}  // namespace

bool ContainsKey(const std::vector<int>& columns, const UniqueKey& key) {
  return std::ranges::all_of(
      key, [&](int column) { return std::ranges::find(columns, column) != columns.end(); });
}

std::vector<UniqueKey> UniqueKeysOf(const PlanNodePtr& node) {
  if (const auto* scan = As<ScanNode>(node)) return OfScan(*scan);
  if (const auto* calc = As<CalcNode>(node)) return OfCalc(*calc);
  if (const auto* join = As<JoinNode>(node)) return OfJoin(*join);
  if (const auto* window = As<WindowAggregateNode>(node)) return OfWindowAggregate(*window);
  if (const auto* group = As<GroupAggregateNode>(node)) {
    return KeysOfGroups(*group);
  }
  if (const auto* normalize = As<ChangelogNormalizeNode>(node)) {
    UniqueKey key = normalize->keys();
    std::ranges::sort(key);
    return {key};
  }
  if (const auto* materialize = As<MaterializeNode>(node)) {
    UniqueKey key = materialize->keys();
    std::ranges::sort(key);
    return {key};
  }
  if (const auto* conflicts = As<ResolveConflictsNode>(node)) {
    UniqueKey key = conflicts->fields().keys;
    std::ranges::sort(key);
    return {key};
  }
  if (const auto* rank = As<RankNode>(node)) return KeysOfRank(*rank);
  if (const auto* rank = As<WindowRankNode>(node)) return OfWindowRank(*rank);
  if (const auto* deduplicate = As<DeduplicateNode>(node)) {
    UniqueKey key = deduplicate->fields().keys;
    std::ranges::sort(key);
    return {key};
  }
  const auto* window = As<WindowTvfNode>(node);
  const bool one_row_each =
      As<TemporalSortNode>(node) || As<RowNumberNode>(node) || As<WatermarkNode>(node) ||
      As<OverNode>(node) || As<OrderedOverNode>(node) || As<PredictNode>(node) ||
      As<TemporalJoinNode>(node) || (window && window->spec().kind == WindowKind::kTumble);
  if (one_row_each) return UniqueKeysOf(node->children()[0]);
  return {};
}

}  // namespace millrace
