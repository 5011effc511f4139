// SPDX-License-Identifier: Apache-2.0
#include "plan/binding/query/select_binder.h"

#include <algorithm>

#include "data/option_text.h"
#include "plan/binding/joins/join_hint.h"
#include "plan/binding/joins/lookup_hint.h"
#include "plan/binding/joins/subquery_binder.h"
#include "plan/binding/joins/subquery_columns.h"
#include "plan/binding/query/aggregate_arguments.h"
#include "plan/binding/query/sort_binder.h"
#include "plan/calc_builder.h"
#include "plan/nodes/source_nodes.h"
#include "sql/ast/children.h"

namespace millrace {
std::string ItemName(const sql::SelectItem& item, size_t position) {
  if (item.alias) return item.alias->text;
  if (const auto* column = sql::As<sql::ColumnRef>(item.value)) {
    return column->name.parts.back().text;
  }
  if (const auto* access = sql::As<sql::FieldAccess>(item.value)) return access->field.text;
  if (const auto* call = sql::As<sql::FunctionCall>(item.value); call != nullptr && call->niladic) {
    return call->name.parts.back().text;
  }
  return "EXPR$" + std::to_string(position);
}

PlanNodePtr SingleRow() {
  Batch batch;
  batch.num_rows = 1;
  return std::make_shared<ValuesNode>(Schema(), std::move(batch), "one row");
}

void SplitConjuncts(const sql::ExprPtr& expr, std::vector<sql::ExprPtr>* out) {
  if (expr == nullptr) return;
  if (const auto* binary = sql::As<sql::Binary>(expr)) {
    if (binary->op == sql::BinaryOp::kAnd) {
      SplitConjuncts(binary->left, out);
      SplitConjuncts(binary->right, out);
      return;
    }
  }
  out->push_back(expr);
}

bool ContainsAggregate(const BindContext& context, const sql::Expr& expr) {
  if (AsAggregateCall(context, expr) != nullptr) return true;
  bool found = false;
  sql::ForEachChild(
      expr, [&](const sql::Expr& child) { found = found || ContainsAggregate(context, child); });
  return found;
}

bool ContainsOver(const sql::Expr& expr) {
  if (const auto* call = sql::As<sql::FunctionCall>(expr)) {
    if (call->over) return true;
  }
  bool found = false;
  sql::ForEachChild(expr, [&](const sql::Expr& child) { found = found || ContainsOver(child); });
  return found;
}

PlanNodePtr SelectBinder::Bind() {
  const size_t first = context_->diagnostics->entries().size();
  PlanNodePtr plan = BindParts();
  if (plan == nullptr) ExplainAliases(first);
  return plan;
}

PlanNodePtr SelectBinder::BindOrdered(const std::vector<sql::SortItem>& items,
                                      std::vector<SortKey>* order, size_t* visible) {
  sort_items_ = &items;
  PlanNodePtr plan = Bind();
  *order = std::move(order_);
  *visible = visible_;
  return plan;
}

/// The column of the SELECT list that ORDER BY means: by its number, its alias, or its name.
std::optional<int> SelectBinder::ItemOf(const sql::SortItem& item) const {
  if (const auto ordinal = OrdinalOf(*item.value)) return static_cast<int>(*ordinal) - 1;
  const auto* column = sql::As<sql::ColumnRef>(item.value);
  if (column == nullptr || column->name.parts.size() != 1) return std::nullopt;
  for (size_t i = 0; i < visible_; ++i) {
    if (items_[i].name == column->name.parts[0].text) return static_cast<int>(i);
  }
  return std::nullopt;
}

/// What ORDER BY names and the SELECT list has not is computed beside it.
bool SelectBinder::AddSortItems() {
  visible_ = items_.size();
  if (sort_items_ == nullptr) return true;
  for (const sql::SortItem& item : *sort_items_) {
    auto place = ItemOf(item);
    if (place && (*place < 0 || *place >= static_cast<int>(visible_))) {
      context_->Error("MR0312", "ORDER BY names a column that the SELECT list has not", item.span);
      return false;
    }
    if (!place) {
      place = static_cast<int>(items_.size());
      items_.push_back({item.value, nullptr, "ORDER$" + std::to_string(*place), item.span});
    }
    const BoundSortItem sort = SortItemOf(item, nullptr);
    order_.push_back({*place, sort.descending, sort.nulls_first});
  }
  return true;
}

/// Says of columns that were not found, but are aliases of this SELECT, what to write instead.
void SelectBinder::ExplainAliases(size_t first) {
  auto& entries = context_->diagnostics->mutable_entries();
  for (size_t i = first; i < entries.size(); ++i) {
    Diagnostic& diagnostic = entries[i];
    if (diagnostic.code != "MR0201" || !diagnostic.has_span) continue;
    const std::string_view name = context_->TextOf(diagnostic.span);
    for (const sql::SelectItem& item : select_.items) {
      if (!item.alias || context_->TextOf(item.alias->span) != name) continue;
      if (diagnostic.span.begin >= item.alias->span.begin &&
          diagnostic.span.end <= item.alias->span.end) {
        continue;
      }
      const bool simple = item.value->kind == sql::ExprKind::kColumnRef ||
                          item.value->kind == sql::ExprKind::kFunctionCall ||
                          item.value->kind == sql::ExprKind::kCast ||
                          item.value->kind == sql::ExprKind::kLiteral;
      const std::string text(context_->TextOf(item.value->span));
      diagnostic.message = "'" + item.alias->text + "' is an alias of this SELECT, no column";
      diagnostic.detail.clear();
      diagnostic.candidates.clear();
      diagnostic.try_text = simple ? text : "(" + text + ")";
      diagnostic.next_step =
          "Repeat the expression, or name it in a subquery: an alias is known outside only.";
    }
  }
}

/// STATE_TTL('relation' = 'duration'): how long regular joins keep rows of a relation and this
/// query's aggregation keeps a key. As in Flink it names relations of FROM and stands above
/// table.exec.state.ttl.
bool SelectBinder::ParseHints() {
  for (const sql::Hint& hint : select_.hints) {
    if (hint.name == "LOOKUP") {
      if (!CheckLookupHint(context_, hint)) return false;
      continue;
    }
    if (IsJoinHint(hint)) continue;
    if (hint.name != "STATE_TTL") {
      context_->NotSupported("hint " + hint.name, hint.span);
      return false;
    }
    for (const sql::HintArgument& argument : hint.arguments) {
      const auto duration = ParseDuration(argument.value.value);
      if (!argument.key || !duration || duration->count() < 0) {
        context_->Error("MR0509", "STATE_TTL takes 'relation' = 'duration', such as 't' = '1 d'",
                        hint.span);
        return false;
      }
      state_ttls_[argument.key->value] = duration->count();
    }
  }
  return true;
}

bool SelectBinder::CheckHints() {
  for (const sql::Hint& hint : select_.hints) {
    if (hint.name == "LOOKUP") {
      if (!CheckLookupTable(context_, hint, source_.scope)) return false;
      continue;
    }
    if (IsJoinHint(hint)) {
      if (!CheckJoinHint(context_, hint, source_.scope)) return false;
      continue;
    }
    for (const sql::HintArgument& argument : hint.arguments) {
      if (!CheckHintedRelation(context_, hint, argument.key->value, source_.scope)) return false;
    }
  }
  // Rows of a join are no relation that a hint can name: its sides have taken it.
  if (joins_) return true;
  for (const auto& [name, ttl_ms] : state_ttls_) {
    state_ttl_ms_ = std::max(state_ttl_ms_.value_or(0), ttl_ms);
  }
  return true;
}

PlanNodePtr SelectBinder::BindParts() {
  if (!ParseHints() || !BindSource() || !CheckHints()) return nullptr;
  if (!ExpandItems() || !AddSortItems()) return nullptr;
  bool aggregates = select_.has_group_by || select_.having != nullptr;
  bool over = false;
  for (const SelectColumn& item : items_) {
    if (item.expr == nullptr) continue;
    aggregates = aggregates || ContainsAggregate(*context_, *item.expr);
    over = over || ContainsOver(*item.expr);
  }
  over = over || (select_.qualify != nullptr && ContainsOver(*select_.qualify));
  if (select_.qualify != nullptr && !over) {
    context_
        ->Error("MR0312", "QUALIFY needs a call with OVER, in it or in the SELECT list",
                select_.qualify->span)
        .next_step = "Conditions on columns go into WHERE.";
    return nullptr;
  }
  const bool distinct = select_.quantifier == sql::SetQuantifier::kDistinct;
  if (state_ttl_ms_ && !distinct && !aggregates) {
    context_->NotSupported("STATE_TTL on a query without GROUP BY or DISTINCT", select_.span,
                           "Joins by time bounds and windows know themselves when they are done.");
    return nullptr;
  }
  PlanNodePtr plan = aggregates ? BindAggregation(over) : over ? BindOver() : BindProjection();
  if (plan == nullptr || !distinct) return plan;
  return MakeDistinct(context_, std::move(plan), state_ttl_ms_);
}

bool SelectBinder::BindSource() {
  std::vector<sql::ExprPtr> where;
  SplitConjuncts(select_.where, &where);
  if (select_.from == nullptr) {
    source_.plan = SingleRow();
  } else {
    auto outer_ttls = queries_->SetStateTtls(state_ttls_);
    const bool outer_joins = queries_->TakeJoinedRegularly();
    auto bound = queries_->BindFrom(*select_.from, &where);
    queries_->SetStateTtls(std::move(outer_ttls));
    joins_ = queries_->TakeJoinedRegularly();
    if (outer_joins) queries_->NoteRegularJoin();
    if (!bound) return false;
    source_ = *std::move(bound);
  }
  return BindWhere(where);
}

/// What joins have left of WHERE: conditions first, so that joins of subqueries see fewer rows.
bool SelectBinder::BindWhere(const std::vector<sql::ExprPtr>& where) {
  std::vector<ExpressionPtr> conditions;
  std::vector<sql::ExprPtr> subqueries;
  for (const sql::ExprPtr& part : where) {
    if (AsSubqueryPredicate(*part) || ContainsSubquery(*part)) {
      subqueries.push_back(part);
      continue;
    }
    ExpressionBinder binder(context_, &source_.scope);
    ExpressionPtr condition = binder.BindCondition(*part, "WHERE");
    if (condition == nullptr) {
      // Go on with the SELECT list, so that its errors show in the same pass.
      failed_ = true;
      continue;
    }
    for (ExpressionPtr& conjunct : Conjuncts(condition)) conditions.push_back(std::move(conjunct));
  }
  condition_ = failed_ ? nullptr : ConjunctionOf(std::move(conditions));
  for (const sql::ExprPtr& part : subqueries) {
    source_.plan = MakeFilter(source_.plan, std::exchange(condition_, nullptr));
    const auto predicate = AsSubqueryPredicate(*part);
    auto filtered = predicate ? SubqueryBinder(queries_, source_).Bind(*predicate, part->span)
                              : FilterBySubqueries(queries_, source_, *part);
    if (filtered) {
      source_ = *std::move(filtered);
    } else {
      failed_ = true;
    }
  }
  return true;
}

bool SelectBinder::ExpandItems() {
  bool ok = true;
  for (size_t i = 0; i < select_.items.size(); ++i) {
    const sql::SelectItem& item = select_.items[i];
    const auto* star = sql::As<sql::Star>(item.value);
    if (star == nullptr) {
      items_.push_back({item.value, nullptr, ItemName(item, i), item.span});
      continue;
    }
    if (select_.from == nullptr) {
      context_->Error("MR0312", "SELECT * needs FROM", item.span);
      ok = false;
      continue;
    }
    if (ExpandRow(*star, item.span, &ok)) continue;
    const auto columns = source_.scope.ExpandStar(context_, *star);
    ok = ok && columns.has_value();
    if (!columns) continue;
    for (const ScopeColumn& column : *columns) {
      items_.push_back({nullptr, Expression::InputRef(column.index, column.type, column.name),
                        column.name, item.span});
    }
  }
  return ok;
}

/// `r.*` where r is no table but a column, and a row: its fields. False if it is something else.
bool SelectBinder::ExpandRow(const sql::Star& star, Span span, bool* ok) {
  const auto& parts = star.qualifier.parts;
  if (parts.empty() || source_.scope.HasQualifier(parts.back().text)) return false;
  ExpressionPtr row;
  {
    QuietScope quiet(context_);
    row = source_.scope.BindName(context_, star.qualifier);
  }
  if (row == nullptr) return false;
  if (row->type().kind() != TypeKind::kRow) {
    context_->Error("MR0204",
                    "'" + parts.back().text + "' is " + row->type().ToString() +
                        ": only a table or a ROW can be followed by .*",
                    star.qualifier.span);
    *ok = false;
    return true;
  }
  const auto& fields = row->type().fields();
  for (size_t i = 0; i < fields.size(); ++i) {
    items_.push_back(
        {nullptr, Expression::FieldAccess(row, static_cast<int>(i)), fields[i].name, span});
  }
  return true;
}

std::vector<std::string> SelectBinder::ItemNames() const {
  std::vector<std::string> names;
  for (const SelectColumn& item : items_) names.push_back(item.name);
  return UniqueNames(std::move(names));
}

PlanNodePtr SelectBinder::BindProjection() {
  std::vector<ExpressionPtr> projections;
  bool ok = !failed_;
  std::vector<const sql::Expr*> with_subqueries;
  for (const SelectColumn& item : items_) {
    if (item.expr != nullptr && ContainsSubquery(*item.expr)) {
      with_subqueries.push_back(item.expr.get());
    }
  }
  std::map<const sql::Expr*, ExpressionPtr> values;
  if (ok && !with_subqueries.empty()) {
    source_.plan = MakeFilter(source_.plan, std::exchange(condition_, nullptr));
    auto joined = JoinSubqueries(queries_, source_, with_subqueries);
    if (!joined) return nullptr;
    source_ = std::move(joined->relation);
    values = std::move(joined->values);
  }
  for (const SelectColumn& item : items_) {
    if (item.expr == nullptr) {
      projections.push_back(item.star);
      continue;
    }
    WithSubqueries binder(context_, &source_.scope, values);
    projections.push_back(binder.Bind(*item.expr));
    ok = ok && projections.back() != nullptr;
  }
  if (!ok) return nullptr;
  return MakeCalc(source_.plan, condition_, std::move(projections), ItemNames());
}

}  // namespace millrace
