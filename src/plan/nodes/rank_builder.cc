// SPDX-License-Identifier: Apache-2.0
#include "plan/nodes/rank_builder.h"

#include <arrow/scalar.h>

#include <algorithm>
#include <limits>

#include "expr/evaluator.h"
#include "plan/calc_builder.h"
#include "plan/over/ordered_over_node.h"

namespace millrace {
namespace {

constexpr int64_t kUnbounded = std::numeric_limits<int64_t>::max();

/// The column, or the column cast without loss of order.
bool IsNumber(const ExpressionPtr& expression, int column) {
  const Expression* inner = expression.get();
  while (inner->kind() == ExpressionKind::kCast && inner->type().is_numeric()) {
    inner = inner->args()[0].get();
  }
  return inner->kind() == ExpressionKind::kInputRef && inner->index() == column;
}

std::optional<int64_t> IntegerOf(const arrow::Scalar& scalar) {
  if (!scalar.is_valid) return std::nullopt;
  const auto cast = scalar.CastTo(arrow::int64());  // fails where digits would be lost
  if (!cast.ok()) return std::nullopt;
  return static_cast<const arrow::Int64Scalar&>(**cast).value;
}

std::optional<int64_t> ConstantOf(const ExpressionPtr& expression) {
  std::vector<bool> read;
  expression->CollectInputs(&read);
  if (std::ranges::find(read, true) != read.end()) return std::nullopt;
  if (expression->volatility() != Volatility::kImmutable) return std::nullopt;
  const auto value = EvaluateConstant(expression, SessionContext());
  return value ? IntegerOf(**value) : std::nullopt;
}

/// What a conjunct says about the number; `exact`: nothing else.
struct Bounds {
  int64_t first = 1;
  int64_t last = kUnbounded;
  bool exact = true;
};

std::optional<Bounds> OfComparison(std::string_view op, int64_t constant) {
  if (op == "=") return Bounds{constant, constant};
  if (op == "<=") return Bounds{1, constant};
  if (op == "<") return Bounds{1, constant - 1};
  if (op == ">=") return Bounds{constant, kUnbounded};
  if (op == ">") return Bounds{constant + 1, kUnbounded};
  return std::nullopt;
}

std::string_view Turned(std::string_view op) {
  if (op == "<") return ">";
  if (op == "<=") return ">=";
  if (op == ">") return "<";
  if (op == ">=") return "<=";
  return op;
}

/// `rn IN (1, 2)`: what lies between is still to be checked.
std::optional<Bounds> OfSet(const Expression& set, int column) {
  if (!IsNumber(set.args()[0], column) || set.set_has_null()) return std::nullopt;
  std::vector<int64_t> values;
  for (const auto& scalar : set.set_values()) {
    const auto value = IntegerOf(*scalar);
    if (!value) return std::nullopt;
    values.push_back(*value);
  }
  if (values.empty()) return std::nullopt;
  std::ranges::sort(values);
  values.erase(std::ranges::unique(values).begin(), values.end());
  const bool gapless = values.back() - values.front() + 1 == static_cast<int64_t>(values.size());
  return Bounds{values.front(), values.back(), gapless};
}

std::optional<Bounds> BoundsOf(const Expression& condition, int column);

/// Alternatives: the widest range.
std::optional<Bounds> OfAlternatives(const Expression& any, int column) {
  Bounds all{kUnbounded, 0, false};
  for (const ExpressionPtr& arg : any.args()) {
    const auto bounds = BoundsOf(*arg, column);
    if (!bounds) return std::nullopt;
    all.first = std::min(all.first, bounds->first);
    all.last = std::max(all.last, bounds->last);
  }
  return all;
}

std::optional<Bounds> BoundsOf(const Expression& condition, int column) {
  if (condition.kind() == ExpressionKind::kInSet) return OfSet(condition, column);
  if (condition.kind() == ExpressionKind::kOr) return OfAlternatives(condition, column);
  if (condition.kind() != ExpressionKind::kCall || condition.args().size() != 2) {
    return std::nullopt;
  }
  const bool turned = IsNumber(condition.args()[1], column);
  if (!turned && !IsNumber(condition.args()[0], column)) return std::nullopt;
  const auto constant = ConstantOf(condition.args()[turned ? 0 : 1]);
  if (!constant) return std::nullopt;
  const std::string& op = condition.function()->name;
  return OfComparison(turned ? Turned(op) : std::string_view(op), *constant);
}

bool IsTimeAttribute(const Schema& schema, int column) {
  return schema[static_cast<size_t>(column)].type.time_attribute() != TimeAttribute::kNone;
}

/// Without the columns of the window that its end stands for; nullopt if both are not among them.
std::optional<std::vector<int>> BesideWindow(const std::vector<int>& keys,
                                             const std::optional<WindowColumns>& window) {
  if (!window || window->proctime) return std::nullopt;
  const auto has = [&](int column) { return std::ranges::find(keys, column) != keys.end(); };
  if (!has(window->start) || !has(window->end)) return std::nullopt;
  std::vector<int> others;
  for (const int key : keys) {
    const bool told = key == window->end || (key == window->start && !window->sessions);
    if (!told) others.push_back(key);
  }
  return others;
}

}  // namespace

PlanNodePtr MakeRank(PlanNodePtr input, RankNode::Fields fields) {
  const bool appends = input->changelog_mode().insert_only();
  const bool by_time =
      fields.order.size() == 1 && IsTimeAttribute(input->schema(), fields.order[0].column);
  const bool deduplicates = by_time && fields.range.is_one() && fields.number.empty();
  const auto beside = BesideWindow(fields.partition_keys, input->window_columns());
  if (appends && beside && !fields.order.empty()) {
    WindowRankNode::Fields window;
    window.partition_keys = *beside;
    window.window = *input->window_columns();
    window.last_wins = deduplicates && fields.order[0].descending;
    window.order = std::move(fields.order);
    window.range = fields.range;
    window.number = std::move(fields.number);
    return std::make_shared<WindowRankNode>(std::move(input), std::move(window));
  }
  if (appends && deduplicates) {
    const SortKey& order = fields.order[0];
    const DataType& type = input->schema()[static_cast<size_t>(order.column)].type;
    DeduplicateNode::Fields first_or_last;
    first_or_last.keys = std::move(fields.partition_keys);
    first_or_last.time_column = order.column;
    first_or_last.proctime = type.time_attribute() == TimeAttribute::kProctime;
    first_or_last.keep_last = order.descending;
    first_or_last.state_ttl_ms = fields.state_ttl_ms;
    return std::make_shared<DeduplicateNode>(std::move(input), std::move(first_or_last));
  }
  return std::make_shared<RankNode>(std::move(input), std::move(fields));
}

std::optional<BoundRank> BoundRowNumber(const RowNumberNode& node,
                                        const std::vector<ExpressionPtr>& conditions) {
  const int column = static_cast<int>(node.schema().size()) - 1;
  Bounds all;
  BoundRank result;
  for (const ExpressionPtr& condition : conditions) {
    const auto bounds = BoundsOf(*condition, column);
    if (!bounds || !bounds->exact) result.conditions.push_back(condition);
    if (!bounds) continue;
    all.first = std::max(all.first, bounds->first);
    all.last = std::min(all.last, bounds->last);
  }
  const RowNumberNode::Fields& from = node.fields();
  if (all.last == kUnbounded || all.last < all.first) {
    const bool filtered = result.conditions.size() < conditions.size();
    if (!filtered || from.over == nullptr || !As<OrderedOverNode>(from.over)) return std::nullopt;
    // A filter that gives no last number is refused, as Flink does.
    RowNumberNode::Fields fields = from;
    fields.over = nullptr;
    return BoundRank{std::make_shared<RowNumberNode>(node.children()[0], std::move(fields)),
                     InputRefs(node.schema()),
                     {}};
  }
  const bool constant = all.first == all.last;
  result.plan = MakeRank(node.children()[0], {.partition_keys = from.partition_keys,
                                              .order = from.order,
                                              .range = {all.first, all.last},
                                              .number = constant ? std::string() : from.name,
                                              .state_ttl_ms = from.state_ttl_ms});
  result.columns = InputRefs(node.schema());
  if (constant) {
    result.columns.back() = Expression::Literal(std::make_shared<arrow::Int64Scalar>(all.first),
                                                node.schema()[static_cast<size_t>(column)].type);
  }
  for (ExpressionPtr& condition : result.conditions) {
    condition = condition->Substitute(result.columns);
  }
  return result;
}

PlanNodePtr PlaceRowNumbers(const PlanNodePtr& node, Span span) {
  std::vector<PlanNodePtr> children;
  bool changed = false;
  for (const PlanNodePtr& child : node->children()) {
    children.push_back(PlaceRowNumbers(child, span));
    changed = changed || children.back() != child;
  }
  const auto* number = As<RowNumberNode>(node);
  if (number == nullptr) return changed ? node->WithChildren(std::move(children)) : node;
  RowNumberNode::Fields fields = number->fields();
  fields.span = span;
  if (fields.over != nullptr) fields.over = PlaceRowNumbers(fields.over, span);
  return std::make_shared<RowNumberNode>(std::move(children[0]), std::move(fields));
}

PlanNodePtr ResolveRowNumbers(const PlanNodePtr& node,
                              const std::function<void(const RowNumberNode&)>& refuse) {
  const auto* number = As<RowNumberNode>(node);
  if (number != nullptr && number->fields().over == nullptr) {
    refuse(*number);
    return nullptr;
  }
  const PlanNodePtr& from = number != nullptr ? number->fields().over : node;
  std::vector<PlanNodePtr> children;
  bool changed = false;
  for (const PlanNodePtr& child : from->children()) {
    children.push_back(ResolveRowNumbers(child, refuse));
    if (children.back() == nullptr) return nullptr;
    changed = changed || children.back() != child;
  }
  return changed ? from->WithChildren(std::move(children)) : from;
}

}  // namespace millrace
