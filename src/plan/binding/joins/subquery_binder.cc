// SPDX-License-Identifier: Apache-2.0
#include "plan/binding/joins/subquery_binder.h"

#include <algorithm>

#include "plan/binding/joins/subquery_columns.h"
#include "plan/binding/query/select_binder.h"
#include "plan/calc_builder.h"

namespace millrace {
namespace {

ExpressionPtr IsNull(ExpressionBinder* binder, const ExpressionPtr& value, Span span) {
  return binder->Call("IS NULL", {value}, span);
}

}  // namespace

const sql::Select* AsPlainSelect(const BindContext& context, const sql::Query& query) {
  if (!query.with.empty() || !query.order_by.empty() || query.limit || query.offset) return nullptr;
  const auto* select = sql::As<sql::Select>(*query.body);
  if (select == nullptr || select->from == nullptr || select->has_group_by) return nullptr;
  if (select->having || select->qualify || !select->hints.empty()) return nullptr;
  const bool computes = std::ranges::any_of(select->items, [&](const sql::SelectItem& item) {
    return ContainsAggregate(context, *item.value) || ContainsOver(*item.value);
  });
  return computes ? nullptr : select;
}

Scope InnerFirst(const Scope& both, int left_size) {
  const auto is_inner = [&](const ScopeColumn& column) { return column.index >= left_size; };
  Scope scope;
  for (ScopeColumn column : both.columns()) {
    if (!is_inner(column)) {
      const bool hidden = std::ranges::any_of(both.columns(), [&](const ScopeColumn& other) {
        return is_inner(other) && !column.qualifier.empty() && other.qualifier == column.qualifier;
      });
      if (hidden) continue;
      column.qualified_only |= std::ranges::any_of(both.columns(), [&](const ScopeColumn& other) {
        return is_inner(other) && other.name == column.name;
      });
    }
    scope.Add(std::move(column));
  }
  return scope;
}

std::optional<SubqueryPredicate> AsSubqueryPredicate(const sql::Expr& expr) {
  if (const auto* in = sql::As<sql::In>(expr); in != nullptr && in->query != nullptr) {
    return SubqueryPredicate{in, nullptr, in->negated};
  }
  if (const auto* exists = sql::As<sql::Exists>(expr); exists != nullptr && !exists->unique) {
    return SubqueryPredicate{nullptr, exists, false};
  }
  const auto* unary = sql::As<sql::Unary>(expr);
  if (unary == nullptr || unary->op != sql::UnaryOp::kNot) return std::nullopt;
  auto predicate = AsSubqueryPredicate(*unary->operand);
  if (predicate) predicate->negated = !predicate->negated;
  return predicate;
}

PlanNodePtr BindAlone(QueryBinder* queries, const Scope& outer, const sql::Query& query) {
  BindContext* context = queries->context();
  DiagnosticList found;
  DiagnosticList* const reported = std::exchange(context->diagnostics, &found);
  PlanNodePtr plan = queries->Bind(query);
  context->diagnostics = reported;
  const auto is_outer = [&](const Diagnostic& diagnostic) {
    if (diagnostic.code != "MR0201" || !diagnostic.has_span) return false;
    const std::string name(context->TextOf(diagnostic.span));
    return std::ranges::any_of(outer.columns(), [&](const ScopeColumn& column) {
      return column.name == name || column.qualifier == name ||
             column.qualifier + "." + column.name == name;
    });
  };
  for (Diagnostic& diagnostic : found.mutable_entries()) {
    if (is_outer(diagnostic)) {
      context->NotSupported(
          "a column of the SELECT outside, in a subquery that is no plain SELECT .. FROM .. WHERE",
          diagnostic.span);
      return nullptr;
    }
  }
  for (Diagnostic& diagnostic : found.mutable_entries()) reported->Add(std::move(diagnostic));
  return plan;
}

std::optional<BoundRelation> SubqueryBinder::Bind(const SubqueryPredicate& predicate, Span span) {
  const sql::Query& query = predicate.in ? *predicate.in->query : *predicate.exists->query;
  auto inner = BindInner(query);
  if (!inner) return std::nullopt;
  JoinPlanner planner(context_, outer_, inner->relation,
                      predicate.negated ? JoinType::kAnti : JoinType::kSemi, span);
  const int64_t ttl_ms = context_->settings->GetDuration("table.exec.state.ttl").count();
  planner.set_ttl_ms({ttl_ms, ttl_ms});
  const Scope scope = InnerFirst(planner.scope(), planner.left_size());
  ExpressionBinder binder(context_, &scope);
  bool ok = true;
  for (const sql::ExprPtr& part : inner->conditions) {
    const ExpressionPtr condition = binder.BindCondition(*part, "WHERE");
    ok = ok && condition != nullptr;
    if (ok) planner.AddCondition(condition);
  }
  if (predicate.exists != nullptr) {
    for (const sql::ExprPtr& item : inner->items) ok = binder.Bind(*item) != nullptr && ok;
  } else {
    ok = AddMembership(*predicate.in, predicate.negated, *inner, &planner) && ok;
  }
  return ok ? planner.Plan() : std::nullopt;
}

std::optional<SubqueryBinder::Inner> SubqueryBinder::BindInner(const sql::Query& query) {
  if (const sql::Select* select = AsPlainSelect(*context_, query)) return BindPlainSelect(*select);
  return BindWhole(query);
}

std::optional<SubqueryBinder::Inner> SubqueryBinder::BindPlainSelect(const sql::Select& select) {
  std::vector<sql::ExprPtr> where;
  SplitConjuncts(select.where, &where);
  Inner inner;
  auto from = queries_->BindFrom(*select.from, &where);
  if (!from) return std::nullopt;
  inner.relation = *std::move(from);
  std::vector<ExpressionPtr> own;
  std::vector<sql::ExprPtr> nested;
  for (const sql::ExprPtr& part : where) {
    if (AsSubqueryPredicate(*part) || ContainsSubquery(*part)) {
      nested.push_back(part);
      continue;
    }
    QuietScope quiet(context_);
    ExpressionBinder binder(context_, &inner.relation.scope);
    const ExpressionPtr condition = binder.BindCondition(*part, "WHERE");
    if (condition != nullptr) own.push_back(condition);
    if (condition == nullptr) inner.conditions.push_back(part);
  }
  inner.relation.plan = MakeFilter(inner.relation.plan, ConjunctionOf(std::move(own)));
  for (const sql::ExprPtr& part : nested) {
    const auto predicate = AsSubqueryPredicate(*part);
    auto filtered =
        predicate ? SubqueryBinder(queries_, std::move(inner.relation)).Bind(*predicate, part->span)
                  : FilterBySubqueries(queries_, std::move(inner.relation), *part);
    if (!filtered) return std::nullopt;
    inner.relation = *std::move(filtered);
  }
  const bool star = std::ranges::any_of(select.items, [](const sql::SelectItem& item) {
    return item.value->kind == sql::ExprKind::kStar;
  });
  for (const sql::SelectItem& item : select.items) {
    if (!star) inner.items.push_back(item.value);
  }
  return inner;
}

/// A subquery of another form stands by itself.
std::optional<SubqueryBinder::Inner> SubqueryBinder::BindWhole(const sql::Query& query) {
  Inner inner;
  inner.relation.plan = BindAlone(queries_, outer_.scope, query);
  if (inner.relation.plan == nullptr) return std::nullopt;
  inner.relation.scope.AddRelation("", inner.relation.plan->schema(), 0);
  return inner;
}

/// value IN (subquery). NOT IN is not true either where one of the two is NULL, so then every such
/// pair counts as a match.
bool SubqueryBinder::AddMembership(const sql::In& in, bool negated, const Inner& inner,
                                   JoinPlanner* planner) {
  const auto* row = sql::As<sql::Row>(in.value);
  const std::vector<sql::ExprPtr> values = row ? row->values : std::vector<sql::ExprPtr>{in.value};
  const size_t width =
      inner.items.empty() ? inner.relation.plan->schema().size() : inner.items.size();
  if (values.size() != width) {
    context_->Error("MR0315",
                    "IN compares " + std::to_string(values.size()) +
                        " value(s), its subquery has " + std::to_string(width) + " column(s)",
                    in.span);
    return false;
  }
  const int left_size = planner->left_size();
  const Scope scope = InnerFirst(planner->scope(), left_size);
  ExpressionBinder outer_binder(context_, &outer_.scope);
  ExpressionBinder binder(context_, &scope);
  for (size_t i = 0; i < width; ++i) {
    const ExpressionPtr value = outer_binder.BindTyped(*values[i]);
    ExpressionPtr item;
    if (inner.items.empty()) {
      const Column& column = inner.relation.plan->schema()[i];
      item = Expression::InputRef(left_size + static_cast<int>(i), column.type, column.name);
    } else {
      item = binder.BindTyped(*inner.items[i]);
    }
    if (value == nullptr || item == nullptr) return false;
    ExpressionPtr equal = binder.Call("=", {value, item}, in.span);
    if (equal == nullptr) return false;
    std::vector<ExpressionPtr> any;
    if (negated && value->type().nullable()) any.push_back(IsNull(&binder, value, in.span));
    if (negated && item->type().nullable()) any.push_back(IsNull(&binder, item, in.span));
    any.push_back(std::move(equal));
    planner->AddCondition(any.size() == 1 ? any[0] : Expression::Or(std::move(any)));
  }
  return true;
}

}  // namespace millrace
