// SPDX-License-Identifier: Apache-2.0
// INTERSECT ALL and EXCEPT ALL: equal rows are counted by side, and go out as often as the smaller
// count, or the difference, says.
#include "plan/binding/expression_binder.h"
#include "plan/binding/query/over_call_binder.h"
#include "plan/binding/query/query_binder.h"
#include "plan/calc_builder.h"
#include "plan/nodes/aggregate_nodes.h"
#include "plan/nodes/stateless_nodes.h"
#include "plan/nodes/unnest_node.h"

namespace millrace {
namespace {

/// The rows of a side, and whether they are those of the left one, of the right one.
PlanNodePtr WithSide(const PlanNodePtr& plan, bool left) {
  std::vector<ExpressionPtr> columns;
  for (const ExpressionPtr& column : InputRefs(plan->schema())) columns.push_back(column);
  std::vector<std::string> names = plan->schema().names();
  columns.push_back(Expression::BooleanLiteral(left));
  columns.push_back(Expression::BooleanLiteral(!left));
  names.push_back("$left");
  names.push_back("$right");
  return MakeCalc(plan, nullptr, std::move(columns), UniqueNames(std::move(names)));
}

}  // namespace

PlanNodePtr MakeAll(BindContext* context, const PlanNodePtr& left, const PlanNodePtr& right,
                    bool intersect, Span span) {
  const size_t width = left->schema().size();
  Schema both;
  const PlanNodePtr left_side = WithSide(left, true);
  const PlanNodePtr right_side = WithSide(right, false);
  for (size_t i = 0; i < width + 2; ++i) {
    const Column& column = left_side->schema()[i];
    const bool nullable = column.type.nullable() || right_side->schema()[i].type.nullable();
    both.Append(
        {column.name, column.type.Nullable(nullable).WithTimeAttribute(TimeAttribute::kNone)});
  }
  PlanNodePtr plan =
      std::make_shared<UnionNode>(std::vector<PlanNodePtr>{left_side, right_side}, both);
  std::vector<int> keys;
  Schema counted;
  for (size_t i = 0; i < width; ++i) {
    keys.push_back(static_cast<int>(i));
    counted.Append(both[i]);
  }
  std::vector<AggregateCall> calls = {CountRows(context, "$lefts"), CountRows(context, "$rights")};
  for (size_t i = 0; i < calls.size(); ++i) {
    calls[i].filter = static_cast<int>(width + i);
    counted.Append(calls[i].output);
  }
  const int64_t ttl_ms = context->settings->GetDuration("table.exec.state.ttl").count();
  plan = std::make_shared<GroupAggregateNode>(
      plan,
      GroupAggregateNode::Fields{
          .keys = std::move(keys), .calls = std::move(calls), .state_ttl_ms = ttl_ms},
      counted);
  const auto count = [&](size_t i) {
    return Expression::InputRef(static_cast<int>(width + i), counted[width + i].type,
                                counted[width + i].name);
  };
  const Scope none;
  ExpressionBinder binder(context, &none);
  UnnestNode::Fields copies;
  copies.collection =
      intersect
          ? Expression::Case({binder.Call("<", {count(0), count(1)}, span), count(0), count(1)},
                             count(0)->type())
          : binder.Call("-", {count(0), count(1)}, span);
  plan = std::make_shared<UnnestNode>(std::move(plan), std::move(copies));
  std::vector<ExpressionPtr> columns = InputRefs(plan->schema());
  columns.resize(width);
  return MakeCalc(std::move(plan), nullptr, std::move(columns), left->schema().names());
}

}  // namespace millrace
