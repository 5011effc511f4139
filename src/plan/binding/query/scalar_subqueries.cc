// SPDX-License-Identifier: Apache-2.0
#include "plan/binding/query/scalar_subqueries.h"

#include <algorithm>
#include <map>

#include "plan/binding/expression_binder.h"
#include "plan/binding/query/join_planner.h"
#include "plan/binding/query/subquery_binder.h"
#include "plan/calc_builder.h"
#include "plan/nodes/unique_keys.h"
#include "sql/ast/children.h"

namespace millrace {
namespace {

void Collect(const sql::Expr& expr, std::vector<const sql::Subquery*>* found) {
  const auto* subquery = sql::As<sql::Subquery>(expr);
  if (subquery != nullptr && subquery->form == sql::Subquery::Form::kScalar) {
    found->push_back(subquery);
  }
  sql::ForEachChild(expr, [&](const sql::Expr& child) { Collect(child, found); });
}

/// Binds expressions in which subqueries stand for columns.
class WithSubqueries final : public ExpressionBinder {
 public:
  using ExpressionBinder::ExpressionBinder;
  void Add(const sql::Subquery* subquery, ExpressionPtr column) {
    columns_[subquery] = std::move(column);
  }

 protected:
  std::optional<ExpressionPtr> Intercept(const sql::Expr& expr) override {
    const auto found = columns_.find(&expr);
    if (found == columns_.end()) return std::nullopt;
    return found->second;
  }

 private:
  std::map<const sql::Expr*, ExpressionPtr> columns_;
};

PlanNodePtr BindOneRow(QueryBinder* queries, const Scope& outer, const sql::Subquery& subquery) {
  BindContext* context = queries->context();
  PlanNodePtr plan = BindAlone(queries, outer, *subquery.query);
  if (plan == nullptr) return nullptr;
  if (plan->schema().size() != 1) {
    context->Error("MR0315",
                   "a subquery as a value has one column, this one has " +
                       std::to_string(plan->schema().size()),
                   subquery.span);
    return nullptr;
  }
  const bool one_row =
      std::ranges::any_of(UniqueKeysOf(plan), [](const UniqueKey& key) { return key.empty(); });
  if (!one_row) {
    context->NotSupported("a subquery as a value that may have several rows", subquery.span,
                          "Aggregate without GROUP BY in it, such as MAX(..).");
    return nullptr;
  }
  return plan;
}

}  // namespace

bool ContainsScalarSubquery(const sql::Expr& expr) {
  std::vector<const sql::Subquery*> found;
  Collect(expr, &found);
  return !found.empty();
}

std::optional<BoundRelation> BindScalarSubqueries(QueryBinder* queries, BoundRelation outer,
                                                  const sql::Expr& part) {
  BindContext* context = queries->context();
  std::vector<const sql::Subquery*> subqueries;
  Collect(part, &subqueries);
  std::vector<std::pair<const sql::Subquery*, ExpressionPtr>> columns;
  const int64_t ttl_ms = context->settings->GetDuration("table.exec.state.ttl").count();
  for (const sql::Subquery* subquery : subqueries) {
    BoundRelation inner;
    inner.plan = BindOneRow(queries, outer.scope, *subquery);
    if (inner.plan == nullptr) return std::nullopt;
    const Column& column = inner.plan->schema()[0];
    const DataType type = column.type.Nullable().WithTimeAttribute(TimeAttribute::kNone);
    // Nobody can name it.
    inner.scope.Add({"", column.name, type, 0, /*qualified_only=*/true});
    JoinPlanner planner(context, std::move(outer), std::move(inner), JoinType::kLeft,
                        subquery->span);
    planner.set_ttl_ms({ttl_ms, ttl_ms});
    columns.emplace_back(subquery, Expression::InputRef(planner.left_size(), type, column.name));
    if (subquery == subqueries.back()) {
      WithSubqueries binder(context, &planner.scope());
      for (const auto& [node, reference] : columns) binder.Add(node, reference);
      const ExpressionPtr condition = binder.BindCondition(part, "WHERE");
      if (condition == nullptr) return std::nullopt;
      planner.Simplify(condition);
      const bool applied = planner.AddWhere(condition);
      auto joined = planner.Plan();
      if (joined && !applied) joined->plan = MakeFilter(joined->plan, condition);
      return joined;
    }
    auto joined = planner.Plan();
    if (!joined) return std::nullopt;
    outer = *std::move(joined);
  }
  return outer;
}

}  // namespace millrace
