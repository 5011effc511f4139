// SPDX-License-Identifier: Apache-2.0
#include "plan/binding/joins/correlated_query.h"

#include <arrow/scalar.h>

#include <algorithm>

#include "plan/binding/expression_binder.h"
#include "plan/binding/joins/subquery_binder.h"
#include "plan/binding/joins/subquery_columns.h"
#include "plan/binding/query/aggregate_arguments.h"
#include "plan/binding/query/select_binder.h"
#include "plan/calc_builder.h"
#include "sql/ast/children.h"

namespace millrace {
namespace {

/// What an expression over the rows of a group is where there are no rows.
class NoRowsBinder final : public ExpressionBinder {
 public:
  using ExpressionBinder::ExpressionBinder;

 protected:
  std::optional<ExpressionPtr> Intercept(const sql::Expr& expr) override {
    const auto call = AsAggregateCall(*context_, expr);
    if (call == nullptr) return std::nullopt;
    if (call->upper_name == "COUNT") {
      return Expression::Literal(std::make_shared<arrow::Int64Scalar>(0),
                                 DataType::BigInt().NotNull());
    }
    AggregateCallSite site;
    site.distinct = call->quantifier == sql::SetQuantifier::kDistinct;
    site.grouped = false;
    for (size_t i = 0; i < call->arguments.size(); ++i) {
      ExpressionBinder plain(context_, scope_);
      const ExpressionPtr bound = BindAggregateArgument(&plain, *call, i);
      if (bound == nullptr) return ExpressionPtr();
      site.args.push_back({.type = bound->type()});
    }
    const auto resolved = context_->registries.aggregates->Resolve(call->upper_name, site);
    if (!resolved) {
      context_->Report(resolved.error(), call->span);
      return ExpressionPtr();
    }
    return Expression::NullLiteral(resolved->result.Nullable());
  }
};

class CorrelatedBinder {
 public:
  CorrelatedBinder(QueryBinder* queries, const BoundRelation& outer)
      : queries_(queries),
        context_(queries->context()),
        outer_relation_(outer),
        outer_(outer.scope) {}

  std::optional<CorrelatedQuery> Bind(const sql::Query& query) {
    const auto* select = sql::As<sql::Select>(query.body);
    CorrelatedQuery result;
    if (select == nullptr || !query.with.empty() || select->from == nullptr || !Sort(*select)) {
      result.plan = BindAlone(queries_, outer_, query);
      if (result.plan == nullptr) return std::nullopt;
      result.columns = result.plan->schema().size();
      return result;
    }
    if (!Check(*select, query)) return std::nullopt;
    const bool groups = select->has_group_by || select->having != nullptr;
    const bool aggregates = std::ranges::any_of(select->items, [&](const sql::SelectItem& item) {
      return ContainsAggregate(*context_, *item.value);
    });
    result.always_a_row = aggregates && !groups && query.limit == nullptr;
    if (result.always_a_row && !BindNoRows(*select, &result)) return std::nullopt;
    result.plan = queries_->BindBody(ByKey(*select, query, groups || aggregates));
    if (result.plan == nullptr) return std::nullopt;
    result.columns = result.plan->schema().size() - inner_keys_.size();
    result.outer_keys = std::move(outer_keys_);
    result.outer_columns = std::move(outer_columns_);
    return result;
  }

 private:
  bool Binds(const Scope& scope, const sql::Expr& expr) const {
    QuietScope quiet(context_);
    ExpressionBinder binder(context_, &scope);
    return binder.Bind(expr) != nullptr;
  }

  /// Sorts the conditions of WHERE; false if none names the query around.
  bool Sort(const sql::Select& select) {
    std::vector<sql::ExprPtr> where;
    SplitConjuncts(select.where, &where);
    {
      QuietScope quiet(context_);
      std::vector<sql::ExprPtr> none;
      auto from = queries_->BindFrom(*select.from, &none);
      if (!from) return false;
      inner_ = std::move(from->scope);
    }
    for (const sql::ExprPtr& part : where) {
      const bool nested = AsSubqueryPredicate(*part).has_value();
      if (nested || Binds(inner_, *part)) {
        own_.push_back(part);
      } else if (!TakeKey(part)) {
        other_.push_back(part);
      }
    }
    for (const sql::ExprPtr& part : other_) {
      if (!CollectOuter(*part)) return false;
    }
    if (inner_keys_.empty() && outer_columns_.empty()) return false;
    if (!outer_columns_.empty()) AddValues();
    return true;
  }

  /// Columns around that a condition names; false if it names others that are not of the subquery.
  bool CollectOuter(const sql::Expr& expr) {
    if (const auto* column = sql::As<sql::ColumnRef>(expr)) {
      QuietScope quiet(context_);
      if (inner_.BindName(context_, column->name) != nullptr) return true;
      const ExpressionPtr outer = outer_.BindName(context_, column->name);
      if (outer == nullptr) return false;
      std::vector<bool> used;
      outer->CollectInputs(&used);
      for (size_t i = 0; i < used.size(); ++i) {
        const int place = static_cast<int>(i);
        if (used[i] && std::ranges::find(outer_columns_, place) == outer_columns_.end()) {
          outer_columns_.push_back(place);
        }
      }
      return true;
    }
    bool found = !ContainsSubquery(expr);
    sql::ForEachChild(expr, [&](const sql::Expr& child) { found = found && CollectOuter(child); });
    return found;
  }

  /// The values of the columns around become a relation of FROM, and keys.
  void AddValues() {
    const PlanNodePtr& outer = outer_relation_.plan;
    const auto refs = InputRefs(outer->schema());
    std::vector<ExpressionPtr> columns;
    std::vector<std::string> names;
    BoundRelation values;
    for (size_t i = 0; i < outer_columns_.size(); ++i) {
      const int place = static_cast<int>(i);
      columns.push_back(refs[static_cast<size_t>(outer_columns_[i])]);
      names.push_back("$value" + std::to_string(i));
      const DataType type = columns.back()->type().WithTimeAttribute(TimeAttribute::kNone);
      for (ScopeColumn column : outer_.columns()) {
        if (column.index != outer_columns_[i]) continue;
        if (inner_.HasQualifier(column.qualifier)) column.qualifier.clear();
        column.qualified_only |= std::ranges::any_of(
            inner_.columns(), [&](const ScopeColumn& own) { return own.name == column.name; });
        column.index = place;
        column.type = type;
        values.scope.Add(std::move(column));
      }
      values.scope.Add({kValues, names.back(), type, place, /*qualified_only=*/true});
    }
    values.plan = MakeDistinct(
        context_, MakeCalc(outer, nullptr, std::move(columns), std::vector<std::string>(names)));
    auto table = std::make_shared<sql::NamedTable>();
    table->name.parts.push_back({queries_->AddRelation(std::move(values)), true, {}});
    values_ = std::move(table);
    for (const std::string& name : names) {
      auto column = std::make_shared<sql::ColumnRef>();
      column->span = other_.front()->span;
      column->name.span = column->span;
      column->name.parts = {{kValues, true, column->span}, {name, true, column->span}};
      inner_keys_.push_back(std::move(column));
    }
  }

  bool TakeKey(const sql::ExprPtr& part) {
    const auto* equal = sql::As<sql::Binary>(part);
    if (equal == nullptr || equal->op != sql::BinaryOp::kEqual) return false;
    sql::ExprPtr inner = equal->left;
    sql::ExprPtr outer = equal->right;
    if (!Binds(inner_, *inner)) std::swap(inner, outer);
    if (!Binds(inner_, *inner) || !Binds(outer_, *outer)) return false;
    inner_keys_.push_back(std::move(inner));
    outer_keys_.push_back(std::move(outer));
    return true;
  }

  bool Check(const sql::Select& select, const sql::Query& query) {
    if (query.offset != nullptr) {
      context_->NotSupported("OFFSET in a subquery that names columns outside", query.offset->span);
      return false;
    }
    const bool sets = std::ranges::any_of(select.group_by, [](const sql::GroupingElement& element) {
      return element.kind != sql::GroupingElement::Kind::kExpression;
    });
    if (sets || select.qualify != nullptr) {
      context_->NotSupported("GROUPING SETS and QUALIFY in a subquery that names columns outside",
                             select.span);
      return false;
    }
    return true;
  }

  bool BindNoRows(const sql::Select& select, CorrelatedQuery* result) {
    for (const sql::SelectItem& item : select.items) {
      NoRowsBinder binder(context_, &inner_);
      result->values_of_none.push_back(binder.Bind(*item.value));
      if (result->values_of_none.back() == nullptr) return false;
    }
    return true;
  }

  /// The SELECT for all values of its keys at once.
  sql::Select ByKey(const sql::Select& select, const sql::Query& query, bool groups) const {
    sql::Select by_key = select;
    by_key.where = nullptr;
    for (const auto* parts : {&own_, &other_}) {
      for (const sql::ExprPtr& part : *parts) {
        by_key.where = by_key.where == nullptr ? part : Both(by_key.where, part);
      }
    }
    if (values_ != nullptr) {
      auto join = std::make_shared<sql::Join>();
      join->type = sql::JoinType::kComma;
      join->span = join->operator_span = select.span;
      join->left = select.from;
      join->right = values_;
      by_key.from = std::move(join);
    }
    sql::WindowSpec first_rows;
    first_rows.span = select.span;
    first_rows.order_by = query.order_by;
    for (size_t i = 0; i < inner_keys_.size(); ++i) {
      const Span span = inner_keys_[i]->span;
      by_key.items.push_back(
          {inner_keys_[i], sql::Identifier{"$key" + std::to_string(i), true, span}, span});
      first_rows.partition_by.push_back(inner_keys_[i]);
      if (!groups) continue;
      sql::GroupingElement key;
      key.value = inner_keys_[i];
      key.span = span;
      by_key.group_by.push_back(std::move(key));
    }
    by_key.has_group_by = by_key.has_group_by || groups;
    if (query.limit != nullptr) by_key.qualify = FirstRows(std::move(first_rows), query.limit);
    return by_key;
  }

  static sql::ExprPtr Both(const sql::ExprPtr& left, const sql::ExprPtr& right) {
    auto both = std::make_shared<sql::Binary>();
    both->op = sql::BinaryOp::kAnd;
    both->left = left;
    both->right = right;
    both->span = right->span;
    both->op_span = right->span;
    both->height = std::max(left->height, right->height) + 1;
    return both;
  }

  static sql::ExprPtr FirstRows(sql::WindowSpec window, const sql::ExprPtr& limit) {
    auto number = std::make_shared<sql::FunctionCall>();
    number->name.parts.push_back({"ROW_NUMBER", false, limit->span});
    number->name.span = limit->span;
    number->upper_name = "ROW_NUMBER";
    number->span = limit->span;
    number->over =
        sql::OverClause{.name = std::nullopt, .spec = std::move(window), .span = limit->span};
    auto bound = std::make_shared<sql::Binary>();
    bound->op = sql::BinaryOp::kLessEqual;
    bound->left = std::move(number);
    bound->right = limit;
    bound->span = limit->span;
    bound->op_span = limit->span;
    bound->height = limit->height + 2;
    return bound;
  }

  QueryBinder* queries_;
  BindContext* context_;
  static constexpr const char* kValues = "$values";
  const BoundRelation& outer_relation_;
  const Scope& outer_;
  Scope inner_;
  sql::TableRefPtr values_;  // of outer_columns_, if there are some
  std::vector<int> outer_columns_;
  std::vector<sql::ExprPtr> own_;
  std::vector<sql::ExprPtr> other_;
  std::vector<sql::ExprPtr> inner_keys_;
  std::vector<sql::ExprPtr> outer_keys_;
};

}  // namespace

std::optional<CorrelatedQuery> BindCorrelated(QueryBinder* queries, const BoundRelation& outer,
                                              const sql::Query& query) {
  return CorrelatedBinder(queries, outer).Bind(query);
}

PlanNodePtr WithTrue(const PlanNodePtr& plan) {
  std::vector<ExpressionPtr> columns = InputRefs(plan->schema());
  std::vector<std::string> names = plan->schema().names();
  columns.push_back(Expression::BooleanLiteral(true));
  names.push_back("$found");
  return MakeCalc(plan, nullptr, std::move(columns), UniqueNames(std::move(names)));
}

}  // namespace millrace
