// SPDX-License-Identifier: Apache-2.0
#include "plan/binding/joins/subquery_columns.h"

#include <arrow/scalar.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <set>

#include "plan/binding/joins/correlated_query.h"
#include "plan/binding/joins/join_planner.h"
#include "plan/binding/joins/subquery_binder.h"
#include "plan/binding/joins/values_per_key.h"
#include "plan/calc_builder.h"
#include "plan/nodes/unique_keys.h"
#include "sql/ast/children.h"

namespace millrace {
namespace {

/// Inner ones first: the value of IN may have some.
void Collect(const sql::Expr& expr, std::vector<const sql::Expr*>* found) {
  sql::ForEachChild(expr, [&](const sql::Expr& child) { Collect(child, found); });
  if (IsSubquery(expr)) found->push_back(&expr);
}

/// Parts of a condition where not being true is all the same: FALSE or NULL.
void CollectPlain(const sql::Expr& expr, std::set<const sql::Expr*>* plain) {
  const auto* binary = sql::As<sql::Binary>(expr);
  if (binary != nullptr &&
      (binary->op == sql::BinaryOp::kAnd || binary->op == sql::BinaryOp::kOr)) {
    CollectPlain(*binary->left, plain);
    CollectPlain(*binary->right, plain);
  } else {
    plain->insert(&expr);
  }
}

class SubqueryJoiner {
 public:
  SubqueryJoiner(QueryBinder* queries, BoundRelation outer)
      : queries_(queries), context_(queries->context()) {
    columns_.relation = std::move(outer);
  }

  /// Conditions whose subqueries may be FALSE where they are NULL.
  void SetPlain(std::set<const sql::Expr*> plain) { plain_ = std::move(plain); }

  /// `condition`, if not null, has this subquery as its last one: a join that can, takes it.
  bool Add(const sql::Expr& expr, const sql::Expr* condition = nullptr) {
    condition_ = condition;
    subquery_ = &expr;
    ExpressionPtr value;
    if (const auto* in = sql::As<sql::In>(expr)) {
      value = Membership(*in);
    } else if (const auto* exists = sql::As<sql::Exists>(expr)) {
      value = Existence(*exists);
    } else if (const auto* quantified = sql::As<sql::Quantified>(expr)) {
      value = Quantified(*quantified);
    } else {
      value = Scalar(*sql::As<sql::Subquery>(expr));
    }
    if (value == nullptr) return false;
    columns_.values[&expr] = std::move(value);
    return true;
  }

  SubqueryColumns Take() { return std::move(columns_); }
  /// Whether the condition holds for all rows that are left.
  bool filtered() const { return filtered_; }

 private:
  Scope& scope() { return columns_.relation.scope; }

  ExpressionPtr IsNull(const ExpressionPtr& value, Span span, bool negated) {
    ExpressionBinder binder(context_, &scope());
    return binder.Call(negated ? "IS NOT NULL" : "IS NULL", {value}, span);
  }

  /// LEFT JOIN with a relation on outer = column; answers where its columns begin. `value`: the
  /// column that stands for the subquery in the condition, if any.
  std::optional<int> Join(PlanNodePtr plan, const std::vector<ExpressionPtr>& outer,
                          const std::vector<int>& columns, Span span, int value = -1) {
    BoundRelation inner;
    for (size_t i = 0; i < plan->schema().size(); ++i) {
      // Nobody can name it.
      inner.scope.Add({"", "$" + std::to_string(i), plan->schema()[i].type.Nullable(),
                       static_cast<int>(i), /*qualified_only=*/true});
    }
    inner.plan = std::move(plan);
    const Schema schema = inner.plan->schema();
    const int64_t ttl_ms = context_->settings->GetDuration("table.exec.state.ttl").count();
    JoinPlanner planner(context_, std::move(columns_.relation), std::move(inner), JoinType::kLeft,
                        span);
    planner.set_ttl_ms({ttl_ms, ttl_ms});
    ExpressionBinder binder(context_, &planner.scope());
    for (size_t i = 0; i < outer.size(); ++i) {
      const Column& column = schema[static_cast<size_t>(columns[i])];
      const bool plain = i + null_safe_ < outer.size();
      const ExpressionPtr equal = binder.Call(
          plain ? "=" : "IS NOT DISTINCT FROM",
          {outer[i], Expression::InputRef(planner.left_size() + columns[i], column.type, "")},
          span);
      if (equal == nullptr) return std::nullopt;
      planner.AddCondition(equal);
    }
    const int first = planner.left_size();
    ExpressionPtr rest;
    if (value >= 0 && condition_ != nullptr) {
      const Column& column = schema[static_cast<size_t>(value)];
      const DataType type = column.type.Nullable().WithTimeAttribute(TimeAttribute::kNone);
      auto values = columns_.values;
      values[subquery_] = Expression::InputRef(first + value, type, column.name);
      WithSubqueries with_values(context_, &planner.scope(), values);
      const ExpressionPtr condition = with_values.BindCondition(*condition_, "WHERE");
      if (condition == nullptr) return std::nullopt;
      planner.Simplify(condition);
      if (!planner.AddWhere(condition)) rest = condition;
      filtered_ = true;
    }
    auto joined = planner.Plan();
    if (!joined) return std::nullopt;
    columns_.relation = *std::move(joined);
    columns_.relation.plan = MakeFilter(columns_.relation.plan, std::move(rest));
    return first;
  }

  ExpressionPtr ColumnAt(int column) {
    const Column& c = columns_.relation.plan->schema()[static_cast<size_t>(column)];
    return Expression::InputRef(column, c.type, c.name);
  }

  std::optional<std::vector<ExpressionPtr>> BindKeys(const CorrelatedQuery& query) {
    std::vector<ExpressionPtr> keys;
    for (const sql::ExprPtr& key : query.outer_keys) {
      ExpressionBinder binder(context_, &scope());
      keys.push_back(binder.BindTyped(*key));
      if (keys.back() == nullptr) return std::nullopt;
    }
    for (const int column : query.outer_columns) keys.push_back(ColumnAt(column));
    null_safe_ = query.outer_columns.size();
    return keys;
  }

  /// Whether the subquery has a row with these columns equal to those outer values: a BOOLEAN that
  /// is TRUE or NULL. `rows` has the columns wanted, in that order.
  ExpressionPtr Mark(PlanNodePtr rows, const std::vector<ExpressionPtr>& outer,
                     const std::vector<int>& columns, Span span) {
    std::vector<ExpressionPtr> wanted;
    std::vector<std::string> names;
    std::vector<int> places;
    for (const int column : columns) {
      const Column& c = rows->schema()[static_cast<size_t>(column)];
      places.push_back(static_cast<int>(wanted.size()));
      wanted.push_back(Expression::InputRef(column, c.type, c.name));
      names.push_back(c.name);
    }
    if (wanted.empty()) {
      wanted.push_back(Expression::BooleanLiteral(true));
      names.push_back("$any");
    }
    rows = MakeCalc(std::move(rows), nullptr, std::move(wanted), UniqueNames(std::move(names)));
    rows = WithTrue(MakeDistinct(context_, std::move(rows)));
    const int found = static_cast<int>(rows->schema().size()) - 1;
    const auto first = Join(std::move(rows), outer, places, span);
    return first ? ColumnAt(*first + found) : nullptr;
  }

  static std::vector<int> KeyColumns(const CorrelatedQuery& query) {
    std::vector<int> columns;
    for (size_t i = query.columns; i < query.plan->schema().size(); ++i) {
      columns.push_back(static_cast<int>(i));
    }
    return columns;
  }

  ExpressionPtr Existence(const sql::Exists& exists) {
    auto query = BindCorrelated(queries_, columns_.relation, *exists.query);
    if (!query) return nullptr;
    if (query->always_a_row) return Expression::BooleanLiteral(true);
    const auto keys = BindKeys(*query);
    if (!keys) return nullptr;
    const ExpressionPtr found = Mark(query->plan, *keys, KeyColumns(*query), exists.span);
    return found == nullptr ? nullptr : IsNull(found, exists.span, /*negated=*/true);
  }

  ExpressionPtr Membership(const sql::In& in) {
    auto query = BindCorrelated(queries_, columns_.relation, *in.query);
    if (!query) return nullptr;
    const auto* row = sql::As<sql::Row>(in.value);
    const std::vector<sql::ExprPtr> values =
        row ? row->values : std::vector<sql::ExprPtr>{in.value};
    if (values.size() != query->columns) {
      context_->Error("MR0315",
                      "IN compares " + std::to_string(values.size()) +
                          " value(s), its subquery has " + std::to_string(query->columns) +
                          " column(s)",
                      in.span);
      return nullptr;
    }
    const auto keys = BindKeys(*query);
    if (!keys) return nullptr;
    std::vector<ExpressionPtr> compared;
    std::vector<int> columns;
    bool values_may_lack = false;
    bool items_may_lack = false;
    for (size_t i = 0; i < values.size(); ++i) {
      WithSubqueries binder(context_, &scope(), columns_.values);
      compared.push_back(binder.BindTyped(*values[i]));
      if (compared.back() == nullptr) return nullptr;
      columns.push_back(static_cast<int>(i));
      values_may_lack = values_may_lack || compared.back()->type().nullable();
      items_may_lack = items_may_lack || query->plan->schema()[i].type.nullable();
    }
    if (query->always_a_row && !keys->empty()) {
      context_->NotSupported("IN with an aggregate that names columns outside", in.span,
                             "x = (SELECT ..) compares with one value.");
      return nullptr;
    }
    const std::vector<int> key_columns = KeyColumns(*query);
    compared.insert(compared.end(), keys->begin(), keys->end());
    columns.insert(columns.end(), key_columns.begin(), key_columns.end());
    const ExpressionPtr found = Mark(query->plan, compared, columns, in.span);
    if (found == nullptr) return nullptr;
    const ExpressionPtr member = IsNull(found, in.span, /*negated=*/true);
    if (plain_.contains(&in) && !in.negated) return member;
    if (!values_may_lack && !items_may_lack) return Negated(member, in);
    if (values.size() > 1) {
      context_->NotSupported("IN of several columns that may be NULL, here", in.span,
                             "EXISTS with equalities says what is meant.");
      return nullptr;
    }
    return Unknown(in, *query, *keys, member, values_may_lack ? compared[0] : nullptr,
                   items_may_lack);
  }

  /// Where there is no match, NULL on either side leaves open whether there is one.
  ExpressionPtr Unknown(const sql::In& in, const CorrelatedQuery& query,
                        const std::vector<ExpressionPtr>& keys, const ExpressionPtr& member,
                        const ExpressionPtr& value, bool items_may_lack) {
    const DataType type = DataType::Boolean();
    const ExpressionPtr unknown = Expression::NullLiteral(type);
    std::vector<ExpressionPtr> cases = {member, Expression::BooleanLiteral(true)};
    if (items_may_lack) {
      const Column& item = query.plan->schema()[0];
      const ExpressionPtr lacks =
          IsNull(Expression::InputRef(0, item.type, item.name), in.span, /*negated=*/false);
      const ExpressionPtr found =
          Mark(MakeFilter(query.plan, lacks), keys, KeyColumns(query), in.span);
      if (found == nullptr) return nullptr;
      cases.push_back(IsNull(found, in.span, /*negated=*/true));
      cases.push_back(unknown);
    }
    if (value != nullptr) {
      const ExpressionPtr found = Mark(query.plan, keys, KeyColumns(query), in.span);
      if (found == nullptr) return nullptr;
      cases.push_back(Expression::And(
          {IsNull(value, in.span, /*negated=*/false), IsNull(found, in.span, /*negated=*/true)}));
      cases.push_back(unknown);
    }
    cases.push_back(Expression::BooleanLiteral(false));
    return Negated(Expression::Case(std::move(cases), type), in);
  }

  ExpressionPtr Negated(const ExpressionPtr& value, const sql::In& in) {
    if (!in.negated) return value;
    ExpressionBinder binder(context_, &scope());
    return binder.Call("NOT", {value}, in.span);
  }

  ExpressionPtr Scalar(const sql::Subquery& subquery) {
    auto query = BindCorrelated(queries_, columns_.relation, *subquery.query);
    if (!query) return nullptr;
    if (query->columns != 1) {
      context_->Error(
          "MR0315",
          "a subquery as a value has one column, this one has " + std::to_string(query->columns),
          subquery.span);
      return nullptr;
    }
    const auto keys = BindKeys(*query);
    if (!keys) return nullptr;
    std::vector<int> key_columns = KeyColumns(*query);
    int value = 0;
    PlanNodePtr plan = CompleteQuery(context_, query->plan);
    if (plan == nullptr) return nullptr;
    if (!IsOneRow(plan, key_columns))
      plan = SingleValues(context_, std::move(plan), &key_columns, &value);
    const bool stands_alone = query->always_a_row && !keys->empty();
    if (stands_alone) plan = WithTrue(plan);
    const int found = static_cast<int>(plan->schema().size()) - 1;
    const auto first =
        Join(std::move(plan), *keys, key_columns, subquery.span, stands_alone ? -1 : value);
    if (!first) return nullptr;
    const ExpressionPtr column = ColumnAt(*first + value);
    if (!stands_alone) return column;
    const DataType type = column->type().Nullable();
    const auto none = Expression::Cast(query->values_of_none[0], type);
    if (!none) {
      context_->Report(none.error(), subquery.span);
      return nullptr;
    }
    return Expression::Case(
        {IsNull(ColumnAt(*first + found), subquery.span, /*negated=*/false), *none, column}, type);
  }

  /// x = ANY is IN, x <> ALL is NOT IN. Others compare with the least or the greatest value of the
  /// subquery, or with both; NULL among the values leaves open what none of them decides.
  ExpressionPtr Quantified(const sql::Quantified& node) {
    using Op = sql::BinaryOp;
    const bool equal = node.op == Op::kEqual;
    if (node.all ? node.op == Op::kNotEqual : equal) {
      sql::In in;
      in.value = node.value;
      in.query = node.query;
      in.negated = node.all;
      in.span = node.span;
      return Membership(in);
    }
    auto query = BindCorrelated(queries_, columns_.relation, *node.query);
    if (!query) return nullptr;
    if (query->columns != 1 || (query->always_a_row && query->plan->schema().size() > 1)) {
      context_->Error("MR0315", "ANY and ALL compare with the rows of one column", node.span);
      return nullptr;
    }
    const auto keys = BindKeys(*query);
    if (!keys) return nullptr;
    WithSubqueries binder(context_, &scope(), columns_.values);
    const ExpressionPtr value = binder.BindTyped(*node.value);
    if (value == nullptr) return nullptr;
    const bool greater = node.op == Op::kGreater || node.op == Op::kGreaterEqual;
    const bool both = equal || node.op == Op::kNotEqual;
    const std::string bound = greater == node.all ? "MAX" : "MIN";
    const PlanNodePtr bounds = ExtremeValues(
        context_, query->plan, KeyColumns(*query),
        both ? std::array<std::string, 2>{"MIN", "MAX"} : std::array<std::string, 2>{bound, bound},
        node.span);
    if (bounds == nullptr) return nullptr;
    std::vector<int> key_columns(keys->size());
    std::iota(key_columns.begin(), key_columns.end(), 0);
    const auto joined = Join(bounds, *keys, key_columns, node.span);
    if (!joined) return nullptr;
    return Compared(node, value, *joined + static_cast<int>(keys->size()));
  }

  /// `first`: the column of the count of rows, which what Extremes made goes on from.
  ExpressionPtr Compared(const sql::Quantified& node, const ExpressionPtr& value, int first) {
    using Op = sql::BinaryOp;
    ExpressionBinder binder(context_, &scope());
    const ExpressionPtr rows = ColumnAt(first);
    const ExpressionPtr zero =
        Expression::Literal(std::make_shared<arrow::Int64Scalar>(0), DataType::BigInt().NotNull());
    const auto call = [&](std::string_view name, std::vector<ExpressionPtr> args) {
      return binder.Call(name, std::move(args), node.span);
    };
    // What decides: a comparison that holds for ANY, one that does not for ALL.
    Op op = node.op;
    if (node.all) {
      op = op == Op::kGreater        ? Op::kLessEqual
           : op == Op::kGreaterEqual ? Op::kLess
           : op == Op::kLess         ? Op::kGreaterEqual
           : op == Op::kLessEqual    ? Op::kGreater
                                     : Op::kNotEqual;
    }
    std::vector<ExpressionPtr> decides;
    for (const int extreme : {first + 2, first + 3}) {
      decides.push_back(call(sql::BinaryOpName(op), {value, ColumnAt(extreme)}));
      if (decides.back() == nullptr) return nullptr;
    }
    const DataType type = DataType::Boolean();
    const ExpressionPtr open = Expression::Or(
        {call(">", {rows, ColumnAt(first + 1)}), IsNull(value, node.span, /*negated=*/false)});
    return Expression::Case(
        {Expression::Or({IsNull(rows, node.span, /*negated=*/false), call("=", {rows, zero})}),
         Expression::BooleanLiteral(node.all), Expression::Or(std::move(decides)),
         Expression::BooleanLiteral(!node.all), open, Expression::NullLiteral(type),
         Expression::BooleanLiteral(node.all)},
        type);
  }

  static bool IsOneRow(const PlanNodePtr& plan, const std::vector<int>& keys) {
    return std::ranges::any_of(UniqueKeysOf(plan),
                               [&](const UniqueKey& key) { return ContainsKey(keys, key); });
  }

  QueryBinder* queries_;
  BindContext* context_;
  SubqueryColumns columns_;
  std::set<const sql::Expr*> plain_;
  size_t null_safe_ = 0;                  // of the last keys, NULL equals NULL
  const sql::Expr* subquery_ = nullptr;   // at hand
  const sql::Expr* condition_ = nullptr;  // that it is the last one of, may be null
  bool filtered_ = false;
};

}  // namespace

bool IsSubquery(const sql::Expr& expr) {
  if (const auto* in = sql::As<sql::In>(expr)) return in->query != nullptr;
  if (const auto* exists = sql::As<sql::Exists>(expr)) return !exists->unique;
  if (const auto* some = sql::As<sql::Quantified>(expr)) return some->query != nullptr;
  const auto* subquery = sql::As<sql::Subquery>(expr);
  return subquery != nullptr && subquery->form == sql::Subquery::Form::kScalar;
}

bool ContainsSubquery(const sql::Expr& expr) {
  std::vector<const sql::Expr*> found;
  Collect(expr, &found);
  return !found.empty();
}

std::optional<SubqueryColumns> JoinSubqueries(QueryBinder* queries, BoundRelation outer,
                                              const std::vector<const sql::Expr*>& exprs) {
  SubqueryJoiner joiner(queries, std::move(outer));
  for (const sql::Expr* expr : exprs) {
    std::vector<const sql::Expr*> subqueries;
    Collect(*expr, &subqueries);
    for (const sql::Expr* subquery : subqueries) {
      if (!joiner.Add(*subquery)) return std::nullopt;
    }
  }
  return joiner.Take();
}

std::optional<BoundRelation> FilterBySubqueries(QueryBinder* queries, BoundRelation outer,
                                                const sql::Expr& condition) {
  SubqueryJoiner joiner(queries, std::move(outer));
  std::set<const sql::Expr*> plain;
  CollectPlain(condition, &plain);
  joiner.SetPlain(std::move(plain));
  std::vector<const sql::Expr*> subqueries;
  Collect(condition, &subqueries);
  for (const sql::Expr* subquery : subqueries) {
    const bool last = subquery == subqueries.back();
    if (!joiner.Add(*subquery, last ? &condition : nullptr)) return std::nullopt;
  }
  SubqueryColumns columns = joiner.Take();
  if (joiner.filtered()) return std::move(columns.relation);
  WithSubqueries binder(queries->context(), &columns.relation.scope, columns.values);
  const ExpressionPtr bound = binder.BindCondition(condition, "WHERE");
  if (bound == nullptr) return std::nullopt;
  columns.relation.plan = MakeFilter(columns.relation.plan, bound);
  return std::move(columns.relation);
}

}  // namespace millrace
