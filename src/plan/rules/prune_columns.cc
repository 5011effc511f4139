// SPDX-License-Identifier: Apache-2.0
#include "plan/rules/prune_columns.h"

#include <algorithm>
#include <type_traits>

#include "plan/calc_builder.h"
#include "plan/nodes/aggregate_nodes.h"
#include "plan/nodes/rank_nodes.h"
#include "plan/nodes/regular_join_node.h"
#include "plan/nodes/source_nodes.h"
#include "plan/nodes/stateless_nodes.h"
#include "plan/nodes/temporal_join_node.h"
#include "plan/nodes/unique_keys.h"
#include "plan/nodes/unnest_node.h"
#include "plan/over/ordered_over_node.h"

namespace millrace {
namespace {

/// A node that has at least the wanted columns, and where each old column is now (-1 = gone).
struct Narrowed {
  PlanNodePtr plan;
  std::vector<int> mapping;
};

Narrowed Unchanged(PlanNodePtr plan) {
  Narrowed result;
  for (size_t i = 0; i < plan->schema().size(); ++i) result.mapping.push_back(static_cast<int>(i));
  result.plan = std::move(plan);
  return result;
}

Narrowed Narrow(const PlanNodePtr& node, std::vector<bool> wanted);

/// Exactly the wanted columns: those that Narrow had to leave are projected away.
Narrowed NarrowTo(const PlanNodePtr& node, const std::vector<bool>& wanted) {
  Narrowed narrowed = Narrow(node, wanted);
  const Schema& schema = narrowed.plan->schema();
  std::vector<ExpressionPtr> columns;
  std::vector<std::string> names;
  Narrowed result;
  result.mapping.assign(wanted.size(), -1);
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (!wanted[i]) continue;
    const int place = narrowed.mapping[i];
    result.mapping[i] = static_cast<int>(columns.size());
    const Column& column = schema[static_cast<size_t>(place)];
    columns.push_back(Expression::InputRef(place, column.type, column.name));
    names.push_back(column.name);
  }
  result.plan = MakeCalc(std::move(narrowed.plan), nullptr, std::move(columns), std::move(names));
  return result;
}

Narrowed NarrowScan(const ScanNode& scan, const std::vector<bool>& wanted) {
  Narrowed result;
  std::vector<size_t> columns;
  result.mapping.assign(scan.columns().size(), -1);
  for (size_t i = 0; i < scan.columns().size(); ++i) {
    if (!wanted[i]) continue;
    result.mapping[i] = static_cast<int>(columns.size());
    columns.push_back(scan.columns()[i]);
  }
  result.plan = std::make_shared<ScanNode>(scan.table(), std::move(columns));
  return result;
}

Narrowed NarrowCalc(const CalcNode& calc, const std::vector<bool>& wanted) {
  std::vector<ExpressionPtr> projections;
  std::vector<std::string> names;
  Narrowed result;
  result.mapping.assign(calc.projections().size(), -1);
  std::vector<bool> below(calc.children()[0]->schema().size(), false);
  if (calc.condition()) calc.condition()->CollectInputs(&below);
  for (size_t i = 0; i < calc.projections().size(); ++i) {
    if (!wanted[i]) continue;
    result.mapping[i] = static_cast<int>(projections.size());
    projections.push_back(calc.projections()[i]);
    names.push_back(calc.schema()[i].name);
    calc.projections()[i]->CollectInputs(&below);
  }
  const Narrowed input = Narrow(calc.children()[0], std::move(below));
  for (ExpressionPtr& projection : projections) projection = projection->Remap(input.mapping);
  ExpressionPtr condition = calc.condition() ? calc.condition()->Remap(input.mapping) : nullptr;
  result.plan = std::make_shared<CalcNode>(input.plan, std::move(condition), std::move(projections),
                                           std::move(names));
  return result;
}

Narrowed NarrowWatermark(const WatermarkNode& node, std::vector<bool> wanted) {
  wanted[static_cast<size_t>(node.rowtime())] = true;
  node.watermark()->CollectInputs(&wanted);
  Narrowed result = Narrow(node.children()[0], std::move(wanted));
  result.plan = std::make_shared<WatermarkNode>(
      result.plan, result.mapping[static_cast<size_t>(node.rowtime())],
      node.watermark()->Remap(result.mapping), node.limits());
  return result;
}

/// The columns that the keys and the condition of a join read.
template <typename Fields>
void WantWhatJoins(const Fields& fields, size_t left_size, std::vector<bool>* wanted) {
  if (fields.condition) fields.condition->CollectInputs(wanted);
  for (const int key : fields.left_keys) (*wanted)[static_cast<size_t>(key)] = true;
  for (const int key : fields.right_keys) (*wanted)[left_size + static_cast<size_t>(key)] = true;
}

struct NarrowedSides {
  Narrowed left;
  Narrowed right;
  std::vector<int> mapping;  // of the columns of both, one behind the other
};

/// Both inputs with the wanted columns, and the keys where they are then.
template <typename Fields>
NarrowedSides NarrowSides(const PlanNode& join, const std::vector<bool>& wanted, Fields* fields) {
  const size_t left_size = join.children()[0]->schema().size();
  const auto middle = wanted.begin() + static_cast<ptrdiff_t>(left_size);
  NarrowedSides sides{.left = NarrowTo(join.children()[0], {wanted.begin(), middle}),
                      .right = NarrowTo(join.children()[1], {middle, wanted.end()}),
                      .mapping = {}};
  sides.mapping = sides.left.mapping;
  const int shift = static_cast<int>(sides.left.plan->schema().size());
  for (const int place : sides.right.mapping) {
    sides.mapping.push_back(place < 0 ? -1 : place + shift);
  }
  for (int& key : fields->left_keys) key = sides.left.mapping[static_cast<size_t>(key)];
  for (int& key : fields->right_keys) key = sides.right.mapping[static_cast<size_t>(key)];
  return sides;
}

/// A regular join keeps rows as long as nothing takes them back: what nobody reads is not kept.
Narrowed NarrowJoin(const JoinNode& join, std::vector<bool> wanted) {
  JoinNode::Fields fields = join.fields();
  const size_t left_size = join.children()[0]->schema().size();
  const size_t right_size = join.children()[1]->schema().size();
  wanted.resize(left_size + right_size, false);
  WantWhatJoins(fields, left_size, &wanted);
  auto [left, right, mapping] = NarrowSides(join, wanted, &fields);
  Narrowed result;
  result.mapping = std::move(mapping);
  if (fields.condition) fields.condition = fields.condition->Remap(result.mapping);
  if (join.left_only()) result.mapping.resize(left_size);
  result.plan = std::make_shared<JoinNode>(left.plan, right.plan, std::move(fields));
  return result;
}

/// Rows that wait, and those of the right side, without columns that nobody reads.
template <typename Node>
Narrowed NarrowVersions(const Node& join, std::vector<bool> wanted) {
  constexpr bool kByTime = std::is_same_v<Node, TemporalJoinNode>;
  typename Node::Fields fields = join.fields();
  const size_t left_size = join.children()[0]->schema().size();
  WantWhatJoins(fields, left_size, &wanted);
  if constexpr (kByTime) {
    wanted[static_cast<size_t>(fields.left_time)] = true;
    wanted[left_size + static_cast<size_t>(fields.right_time)] = true;
  }
  auto [left, right, mapping] = NarrowSides(join, wanted, &fields);
  Narrowed result;
  result.mapping = std::move(mapping);
  if constexpr (kByTime) {
    fields.left_time = left.mapping[static_cast<size_t>(fields.left_time)];
    fields.right_time = right.mapping[static_cast<size_t>(fields.right_time)];
  }
  if (fields.condition) fields.condition = fields.condition->Remap(result.mapping);
  result.plan = std::make_shared<Node>(left.plan, right.plan, std::move(fields));
  return result;
}

void Want(const std::vector<int>& columns, std::vector<bool>* wanted) {
  for (const int column : columns) (*wanted)[static_cast<size_t>(column)] = true;
}

void Want(const std::vector<SortKey>& order, std::vector<bool>* wanted) {
  for (const SortKey& key : order) (*wanted)[static_cast<size_t>(key.column)] = true;
}

int Moved(int column, const Narrowed& input) {
  return column < 0 ? -1 : input.mapping[static_cast<size_t>(column)];
}

void Move(std::vector<int>* columns, const Narrowed& input) {
  for (int& column : *columns) column = Moved(column, input);
}

void Move(std::vector<SortKey>* order, const Narrowed& input) {
  for (SortKey& key : *order) key.column = Moved(key.column, input);
}

/// Rows are kept without columns that nobody reads. A number that nobody reads need not be told, so
/// fewer rows go out.
template <typename Node>
Narrowed NarrowNumbered(const Node& node, const std::vector<int>& more, std::vector<bool> wanted) {
  typename Node::Fields fields = node.fields();
  const size_t width = node.children()[0]->schema().size();
  if (!fields.number.empty() && !wanted[width]) fields.number.clear();
  wanted.resize(width);
  Want(fields.partition_keys, &wanted);
  Want(fields.order, &wanted);
  Want(more, &wanted);
  Narrowed result = NarrowTo(node.children()[0], wanted);
  Move(&fields.partition_keys, result);
  Move(&fields.order, result);
  if constexpr (std::is_same_v<Node, WindowRankNode>) {
    fields.window = {Moved(fields.window.start, result), Moved(fields.window.end, result),
                     Moved(fields.window.time, result), fields.window.sessions,
                     fields.window.proctime};
  }
  result.mapping.resize(node.schema().size(), -1);
  if (!fields.number.empty()) {
    result.mapping[width] = static_cast<int>(result.plan->schema().size());
  }
  result.plan = std::make_shared<Node>(result.plan, std::move(fields));
  return result;
}

/// A node that aggregates, without the calls that nobody reads.
struct ReadCalls {
  Narrowed input;
  std::vector<AggregateCall> calls;
  Schema schema;
  std::vector<int> mapping;
};

/// Of the columns of `node`, the calls begin at `first`. `inputs`: what else it reads.
ReadCalls NarrowCalls(const PlanNode& node, const std::vector<AggregateCall>& calls, size_t first,
                      const std::vector<int>& inputs, const std::vector<bool>& wanted) {
  ReadCalls read;
  std::vector<bool> below(node.children()[0]->schema().size(), false);
  Want(inputs, &below);
  for (size_t i = 0; i < node.schema().size(); ++i) {
    const bool is_call = i >= first && i - first < calls.size();
    read.mapping.push_back(is_call && !wanted[i] ? -1 : static_cast<int>(read.schema.size()));
    if (read.mapping.back() < 0) continue;
    read.schema.Append(node.schema()[i]);
    if (!is_call) continue;
    const AggregateCall& call = read.calls.emplace_back(calls[i - first]);
    Want(call.args, &below);
    if (call.filter >= 0) Want(std::vector<int>{call.filter}, &below);
  }
  read.input = NarrowTo(node.children()[0], below);
  for (AggregateCall& call : read.calls) {
    Move(&call.args, read.input);
    call.filter = Moved(call.filter, read.input);
  }
  return read;
}

/// Without keys and calls there would be no row to tell of: one call stays.
Narrowed NarrowGroups(const GroupAggregateNode& node, std::vector<bool> wanted) {
  GroupAggregateNode::Fields fields = node.fields();
  std::vector<int> inputs = fields.keys;
  if (inputs.empty() && std::ranges::find(wanted, true) == wanted.end()) wanted[0] = true;
  if (fields.emission) inputs.push_back(fields.emission->time_column);
  ReadCalls read = NarrowCalls(node, fields.calls, fields.keys.size(), inputs, wanted);
  Move(&fields.keys, read.input);
  if (fields.emission) {
    fields.emission->time_column = Moved(fields.emission->time_column, read.input);
  }
  fields.calls = std::move(read.calls);
  auto plan = std::make_shared<GroupAggregateNode>(std::move(read.input.plan), std::move(fields),
                                                   std::move(read.schema));
  return {.plan = std::move(plan), .mapping = std::move(read.mapping)};
}

Narrowed NarrowWindows(const WindowAggregateNode& node, const std::vector<bool>& wanted) {
  WindowAggregateNode::Fields fields = node.fields();
  std::vector<int> inputs = fields.keys;
  for (const int column : {fields.time_column, fields.start_column, fields.end_column}) {
    if (column >= 0) inputs.push_back(column);
  }
  ReadCalls read = NarrowCalls(node, fields.calls, fields.keys.size(), inputs, wanted);
  fields.calls = std::move(read.calls);
  Move(&fields.keys, read.input);
  fields.time_column = Moved(fields.time_column, read.input);
  fields.start_column = Moved(fields.start_column, read.input);
  fields.end_column = Moved(fields.end_column, read.input);
  auto plan = std::make_shared<WindowAggregateNode>(std::move(read.input.plan), std::move(fields),
                                                    std::move(read.schema));
  return {.plan = std::move(plan), .mapping = std::move(read.mapping)};
}

/// What tells rows of a changelog apart: of rows that are equal in all that is read, the one that
/// is meant is taken back, as in Flink.
std::vector<int> IdentityOf(const PlanNodePtr& input) {
  const std::vector<UniqueKey> keys = UniqueKeysOf(input);
  if (keys.empty()) return {};
  return *std::ranges::min_element(keys, {}, &UniqueKey::size);
}

std::vector<int> IdentityOf(const RankNode& rank) {
  if (rank.strategy() != RankStrategy::kRetract) return rank.row_key();
  return IdentityOf(rank.children()[0]);
}

/// Rows are kept without columns that nobody reads.
Narrowed NarrowOrderedOver(const OrderedOverNode& node, std::vector<bool> wanted) {
  OrderedOverNode::Fields fields = node.fields();
  const PlanNodePtr& input = node.children()[0];
  wanted.resize(input->schema().size());
  Want(fields.partition_keys, &wanted);
  Want(std::vector<SortKey>{fields.order}, &wanted);
  for (const AggregateCall& call : fields.calls) {
    Want(call.args, &wanted);
    if (call.filter >= 0) Want(std::vector<int>{call.filter}, &wanted);
  }
  if (!input->changelog_mode().insert_only()) Want(IdentityOf(input), &wanted);
  Narrowed result = NarrowTo(input, wanted);
  Move(&fields.partition_keys, result);
  fields.order.column = Moved(fields.order.column, result);
  for (AggregateCall& call : fields.calls) {
    Move(&call.args, result);
    if (call.filter >= 0) call.filter = Moved(call.filter, result);
  }
  const int columns = static_cast<int>(result.plan->schema().size());
  const int calls = static_cast<int>(fields.calls.size());
  for (int i = 0; i < calls; ++i) result.mapping.push_back(columns + i);
  result.plan = std::make_shared<OrderedOverNode>(result.plan, std::move(fields));
  return result;
}

Narrowed NarrowDeduplicate(const DeduplicateNode& node, std::vector<bool> wanted) {
  DeduplicateNode::Fields fields = node.fields();
  Want(fields.keys, &wanted);
  Want(std::vector<int>{fields.time_column}, &wanted);
  Narrowed result = NarrowTo(node.children()[0], wanted);
  Move(&fields.keys, result);
  fields.time_column = Moved(fields.time_column, result);
  result.plan = std::make_shared<DeduplicateNode>(result.plan, std::move(fields));
  return result;
}

/// What is read of the collection alone need not go out beside each of its elements.
Narrowed NarrowUnnest(const UnnestNode& node, std::vector<bool> wanted) {
  UnnestNode::Fields fields = node.fields();
  const std::vector<int> kept = node.kept();
  if (fields.condition != nullptr) fields.condition->CollectInputs(&wanted);
  std::vector<bool> below(node.children()[0]->schema().size(), false);
  fields.collection->CollectInputs(&below);
  for (size_t i = 0; i < kept.size(); ++i) {
    if (wanted[i]) below[static_cast<size_t>(kept[i])] = true;
  }
  const Narrowed input = NarrowTo(node.children()[0], below);
  fields.collection = fields.collection->Remap(input.mapping);
  std::vector<int> still_kept;
  Narrowed result;
  for (size_t i = 0; i < kept.size(); ++i) {
    result.mapping.push_back(wanted[i] ? static_cast<int>(still_kept.size()) : -1);
    if (wanted[i]) still_kept.push_back(Moved(kept[i], input));
  }
  const int elements = static_cast<int>(still_kept.size());
  for (size_t i = kept.size(); i < node.schema().size(); ++i) {
    result.mapping.push_back(elements + static_cast<int>(i - kept.size()));
  }
  if (fields.condition != nullptr) fields.condition = fields.condition->Remap(result.mapping);
  fields.kept.reset();
  if (still_kept.size() < input.plan->schema().size()) fields.kept = std::move(still_kept);
  result.plan = std::make_shared<UnnestNode>(input.plan, std::move(fields));
  return result;
}

Narrowed NarrowTemporalSort(const TemporalSortNode& node, std::vector<bool> wanted) {
  std::vector<SortKey> order = node.order();
  Want(order, &wanted);
  Narrowed result = NarrowTo(node.children()[0], wanted);
  Move(&order, result);
  result.plan = std::make_shared<TemporalSortNode>(result.plan, std::move(order));
  return result;
}

/// The rows of sessions are held.
Narrowed NarrowWindowTvf(const WindowTvfNode& node, std::vector<bool> wanted) {
  const size_t width = node.children()[0]->schema().size();
  wanted.resize(width);
  std::vector<int> keys = node.partition_keys();
  Want(keys, &wanted);
  Want(std::vector<int>{node.time_column()}, &wanted);
  Narrowed result = NarrowTo(node.children()[0], wanted);
  Move(&keys, result);
  const int columns = static_cast<int>(result.plan->schema().size());
  result.plan = std::make_shared<WindowTvfNode>(result.plan, Moved(node.time_column(), result),
                                                node.spec(), std::move(keys));
  for (int i = 0; i < 3; ++i) result.mapping.push_back(columns + i);
  return result;
}

/// Children of a node whose inputs are all needed.
PlanNodePtr Below(const PlanNodePtr& node) {
  if (node->children().empty()) return node;
  std::vector<PlanNodePtr> children;
  bool changed = false;
  for (const PlanNodePtr& child : node->children()) {
    children.push_back(Narrow(child, std::vector<bool>(child->schema().size(), true)).plan);
    changed = changed || children.back() != child;
  }
  return changed ? node->WithChildren(std::move(children)) : node;
}

Narrowed Narrow(const PlanNodePtr& node, std::vector<bool> wanted) {
  if (const auto* calc = As<CalcNode>(node)) return NarrowCalc(*calc, wanted);
  if (const auto* watermark = As<WatermarkNode>(node)) {
    return NarrowWatermark(*watermark, std::move(wanted));
  }
  if (const auto* join = As<JoinNode>(node)) return NarrowJoin(*join, std::move(wanted));
  if (const auto* unnest = As<UnnestNode>(node)) {
    return NarrowUnnest(*unnest, std::move(wanted));
  }
  if (const auto* join = As<TemporalJoinNode>(node)) {
    return NarrowVersions(*join, std::move(wanted));
  }
  if (const auto* join = As<SnapshotJoinNode>(node)) {
    return NarrowVersions(*join, std::move(wanted));
  }
  if (const auto* rank = As<RankNode>(node)) {
    return NarrowNumbered(*rank, IdentityOf(*rank), std::move(wanted));
  }
  if (const auto* rank = As<WindowRankNode>(node)) {
    const WindowColumns& window = rank->fields().window;
    return NarrowNumbered(*rank, {window.start, window.end}, std::move(wanted));
  }
  if (const auto* node_of_keys = As<DeduplicateNode>(node)) {
    return NarrowDeduplicate(*node_of_keys, std::move(wanted));
  }
  if (const auto* over = As<OrderedOverNode>(node)) {
    return NarrowOrderedOver(*over, std::move(wanted));
  }
  if (const auto* groups = As<GroupAggregateNode>(node)) {
    return NarrowGroups(*groups, std::move(wanted));
  }
  if (const auto* windows = As<WindowAggregateNode>(node)) return NarrowWindows(*windows, wanted);
  if (const auto* sort = As<TemporalSortNode>(node)) {
    return NarrowTemporalSort(*sort, std::move(wanted));
  }
  if (const auto* window = As<WindowTvfNode>(node); window && window->holds_rows()) {
    return NarrowWindowTvf(*window, std::move(wanted));
  }
  if (const auto* scan = As<ScanNode>(node)) return NarrowScan(*scan, wanted);
  return Unchanged(Below(node));
}

}  // namespace

PlanNodePtr PruneColumns(const PlanNodePtr& root) { return Below(root); }

}  // namespace millrace
