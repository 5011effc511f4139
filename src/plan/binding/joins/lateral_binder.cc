// SPDX-License-Identifier: Apache-2.0
// LATERAL (SELECT ..): a subquery of FROM that names columns of the relations before it. It is a
// join on what its WHERE says about both: of its rows, of the elements of a collection, or of what
// it computes per value of the columns that are compared.
#include <algorithm>

#include "plan/binding/expression_binder.h"
#include "plan/binding/joins/correlated_query.h"
#include "plan/binding/joins/join_planner.h"
#include "plan/binding/joins/subquery_binder.h"
#include "plan/binding/query/select_binder.h"
#include "plan/calc_builder.h"

namespace millrace {
namespace {

bool IsAlways(const sql::ExprPtr& condition) {
  const auto* literal = sql::As<sql::Literal>(condition);
  return condition == nullptr ||
         (literal != nullptr && literal->literal == sql::LiteralKind::kTrue);
}

class LateralBinder {
 public:
  LateralBinder(QueryBinder* queries, const sql::Join& join, const sql::DerivedTable& table,
                BoundRelation left)
      : queries_(queries),
        context_(queries->context()),
        join_(join),
        table_(table),
        left_(std::move(left)),
        left_size_(static_cast<int>(left_.plan->schema().size())),
        keeps_left_(join.type == sql::JoinType::kLeft) {}

  std::optional<BoundRelation> Bind() {
    const sql::Select* select = AsPlainSelect(*context_, *table_.query);
    if (select == nullptr || select->quantifier == sql::SetQuantifier::kDistinct) {
      return BindComputed();
    }
    if (const auto* unnest = sql::As<sql::UnnestTable>(select->from)) {
      return BindElements(*select, *unnest);
    }
    return BindRows(*select);
  }

  bool is_regular() const { return is_regular_; }

 private:
  struct Item {
    std::string name;
    sql::ExprPtr expr;    // or
    ExpressionPtr value;  // of a star: over the columns of the subquery's FROM
  };

  /// The items of the subquery, stars replaced; `scope`: of its FROM, from `first` on.
  std::optional<std::vector<Item>> Items(const sql::Select& select, const Scope& scope,
                                         int first) const {
    std::vector<Item> items;
    for (size_t i = 0; i < select.items.size(); ++i) {
      const sql::SelectItem& item = select.items[i];
      const auto* star = sql::As<sql::Star>(item.value);
      if (star == nullptr) {
        items.push_back({ItemName(item, i), item.value, nullptr});
        continue;
      }
      Scope own;
      for (const ScopeColumn& column : scope.columns()) {
        if (column.index >= first) own.Add(column);
      }
      const auto columns = own.ExpandStar(context_, *star);
      if (!columns) return std::nullopt;
      for (const ScopeColumn& column : *columns) {
        items.push_back(
            {column.name, nullptr, Expression::InputRef(column.index, column.type, column.name)});
      }
    }
    return items;
  }

  std::optional<std::vector<std::string>> Names(std::vector<std::string> names) const {
    if (!table_.alias || table_.alias->columns.empty()) return UniqueNames(std::move(names));
    const auto& columns = table_.alias->columns;
    if (columns.size() != names.size()) {
      context_->Error("MR0315",
                      "alias '" + table_.alias->name.text + "' lists " +
                          std::to_string(columns.size()) + " columns, the relation has " +
                          std::to_string(names.size()),
                      table_.alias->name.span);
      return std::nullopt;
    }
    for (size_t i = 0; i < names.size(); ++i) names[i] = columns[i].text;
    return names;
  }

  /// The columns of the left side, then those of the subquery, under its alias.
  std::optional<BoundRelation> Finish(PlanNodePtr plan, const Scope& left_scope,
                                      std::vector<std::string> names,
                                      std::vector<ExpressionPtr> values) const {
    const auto visible = Names(std::move(names));
    if (!visible) return std::nullopt;
    std::vector<ExpressionPtr> columns = InputRefs(plan->schema());
    columns.resize(static_cast<size_t>(left_size_));
    std::vector<std::string> column_names = plan->schema().names();
    column_names.resize(static_cast<size_t>(left_size_));
    BoundRelation result;
    for (ScopeColumn column : left_scope.columns()) {
      if (column.index >= left_size_) continue;
      column.type = plan->schema()[static_cast<size_t>(column.index)].type;
      result.scope.Add(std::move(column));
    }
    const std::string qualifier = table_.alias ? table_.alias->name.text : "";
    for (size_t i = 0; i < values.size(); ++i) {
      result.scope.Add(
          {qualifier, (*visible)[i], values[i]->type(), left_size_ + static_cast<int>(i)});
      column_names.push_back((*visible)[i]);
      columns.push_back(std::move(values[i]));
    }
    result.plan = MakeCalc(std::move(plan), nullptr, std::move(columns),
                           UniqueNames(std::move(column_names)));
    return result;
  }

  /// ON, over a finished relation; an inner join filters.
  std::optional<BoundRelation> FilterBy(std::optional<BoundRelation> relation) const {
    if (!relation || IsAlways(join_.condition)) return relation;
    if (keeps_left_) {
      context_->NotSupported("this condition of LEFT JOIN LATERAL", join_.condition->span,
                             "ON TRUE, and the condition in WHERE of the subquery.");
      return std::nullopt;
    }
    ExpressionBinder binder(context_, &relation->scope);
    const ExpressionPtr condition = binder.BindCondition(*join_.condition, "ON");
    if (condition == nullptr) return std::nullopt;
    relation->plan = MakeFilter(relation->plan, condition);
    return relation;
  }

  std::optional<BoundRelation> BindElements(const sql::Select& select,
                                            const sql::UnnestTable& unnest) {
    auto elements = queries_->BindUnnest(unnest, left_, keeps_left_);
    if (!elements) return std::nullopt;
    const Scope scope = InnerFirst(elements->scope, left_size_);
    if (select.where != nullptr) {
      ExpressionBinder binder(context_, &scope);
      const ExpressionPtr condition = binder.BindCondition(*select.where, "WHERE");
      if (condition == nullptr) return std::nullopt;
      elements->plan = KeepElements(elements->plan, condition);
    }
    const auto items = Items(select, scope, left_size_);
    if (!items) return std::nullopt;
    std::vector<std::string> names;
    std::vector<ExpressionPtr> values;
    for (const Item& item : *items) {
      ExpressionBinder binder(context_, &scope);
      names.push_back(item.name);
      values.push_back(item.expr == nullptr ? item.value : binder.Bind(*item.expr));
      if (values.back() == nullptr) return std::nullopt;
      if (keeps_left_ && values.back()->kind() != ExpressionKind::kInputRef) {
        context_->NotSupported("LEFT JOIN LATERAL with UNNEST and expressions", item.expr->span,
                               "SELECT the elements, and compute outside.");
        return std::nullopt;
      }
    }
    return FilterBy(Finish(elements->plan, elements->scope, std::move(names), std::move(values)));
  }

  JoinPlanner Planner(BoundRelation right) {
    JoinPlanner planner(context_, left_, std::move(right),
                        keeps_left_ ? JoinType::kLeft : JoinType::kInner, join_.operator_span);
    planner.set_ttl_ms({queries_->JoinTtl(*join_.left), queries_->JoinTtl(table_)});
    return planner;
  }

  std::optional<BoundRelation> Planned(JoinPlanner* planner) {
    auto joined = planner->Plan();
    is_regular_ = planner->is_regular();
    return joined;
  }

  /// Rows of tables: items of the subquery alone are computed before the join.
  std::optional<BoundRelation> BindRows(const sql::Select& select) {
    auto inner = SubqueryBinder(queries_, left_).BindPlainSelect(select);
    if (!inner) return std::nullopt;
    const auto items = Items(select, inner->relation.scope, 0);
    if (!items) return std::nullopt;
    std::vector<std::string> names;
    const int width = static_cast<int>(inner->relation.plan->schema().size());
    std::vector<ExpressionPtr> columns = InputRefs(inner->relation.plan->schema());
    std::vector<std::string> column_names = inner->relation.plan->schema().names();
    for (const Item& item : *items) {
      names.push_back(item.name);
      QuietScope quiet(context_);
      ExpressionBinder binder(context_, &inner->relation.scope);
      ExpressionPtr value = item.expr == nullptr ? item.value : binder.Bind(*item.expr);
      // What names the query around is computed behind the join.
      if (value == nullptr) value = Expression::BooleanLiteral(true);
      columns.push_back(std::move(value));
      column_names.push_back("$item" + std::to_string(columns.size()));
    }
    columns.push_back(Expression::BooleanLiteral(true));
    column_names.push_back("$found");
    inner->relation.plan = MakeCalc(inner->relation.plan, nullptr, std::move(columns),
                                    UniqueNames(std::move(column_names)));
    JoinPlanner planner = Planner(inner->relation);
    const Scope both = InnerFirst(planner.scope(), left_size_);
    ExpressionBinder binder(context_, &both);
    for (const sql::ExprPtr& part : inner->conditions) {
      const ExpressionPtr condition = binder.BindCondition(*part, "WHERE");
      if (condition == nullptr) return std::nullopt;
      planner.AddCondition(condition);
    }
    const int first = left_size_ + width;
    auto values = ItemValues(*items, both, first, inner->relation.plan->schema(), width);
    if (!values) return std::nullopt;
    if (!AddOn(names, *values, &planner)) return std::nullopt;
    auto joined = Planned(&planner);
    if (!joined) return std::nullopt;
    // Padding has made types nullable.
    for (ExpressionPtr& value : *values) {
      if (value->kind() != ExpressionKind::kInputRef) continue;
      value = Expression::InputRef(
          value->index(), joined->plan->schema()[static_cast<size_t>(value->index())].type, "");
    }
    return Finish(joined->plan, joined->scope, std::move(names), *std::move(values));
  }

  /// Items over left ++ right, where those of the subquery alone are columns from `first` on.
  std::optional<std::vector<ExpressionPtr>> ItemValues(const std::vector<Item>& items,
                                                       const Scope& both, int first,
                                                       const Schema& right, int width) const {
    std::vector<ExpressionPtr> values;
    const int found = first + static_cast<int>(items.size());
    for (size_t i = 0; i < items.size(); ++i) {
      const Column& column = right[static_cast<size_t>(width) + i];
      const int place = first + static_cast<int>(i);
      values.push_back(Expression::InputRef(place, column.type, column.name));
      if (items[i].expr == nullptr || !NamesOutside(*items[i].expr, both)) continue;
      ExpressionBinder binder(context_, &both);
      ExpressionPtr value = binder.Bind(*items[i].expr);
      if (value == nullptr) return std::nullopt;
      if (keeps_left_) {
        const ExpressionPtr mark = Expression::InputRef(found, DataType::Boolean(), "$found");
        const DataType type = value->type().Nullable();
        value = Expression::Case({binder.Call("IS NULL", {mark}, items[i].expr->span),
                                  Expression::NullLiteral(type), value},
                                 type);
      }
      values.back() = std::move(value);
    }
    return values;
  }

  bool NamesOutside(const sql::Expr& expr, const Scope& both) const {
    Scope inner;
    for (const ScopeColumn& column : both.columns()) {
      if (column.index >= left_size_) inner.Add(column);
    }
    QuietScope quiet(context_);
    ExpressionBinder binder(context_, &inner);
    return binder.Bind(expr) == nullptr;
  }

  /// The condition of ON becomes one of the join.
  bool AddOn(const std::vector<std::string>& names, const std::vector<ExpressionPtr>& values,
             JoinPlanner* planner) const {
    if (IsAlways(join_.condition)) return true;
    const auto visible = Names(names);
    if (!visible) return false;
    Scope scope;
    for (const ScopeColumn& column : left_.scope.columns()) scope.Add(column);
    const std::string qualifier = table_.alias ? table_.alias->name.text : "";
    for (size_t i = 0; i < values.size(); ++i) {
      if (values[i]->kind() != ExpressionKind::kInputRef) {
        context_->NotSupported("this condition of JOIN LATERAL", join_.condition->span,
                               "ON TRUE, and the condition in WHERE of the subquery.");
        return false;
      }
      scope.Add({qualifier, (*visible)[i], values[i]->type(), values[i]->index()});
    }
    ExpressionBinder binder(context_, &scope);
    const ExpressionPtr condition = binder.BindCondition(*join_.condition, "ON");
    if (condition == nullptr) return false;
    planner->AddCondition(condition);
    return true;
  }

  /// What the subquery computes per value of the columns that are compared.
  std::optional<BoundRelation> BindComputed() {
    auto query = BindCorrelated(queries_, left_, *table_.query);
    if (!query) return std::nullopt;
    const Schema schema = query->plan->schema();
    const bool fills = query->always_a_row && keeps_left_ && schema.size() > query->columns;
    BoundRelation right;
    right.plan = fills ? WithTrue(query->plan) : query->plan;
    JoinPlanner planner = Planner(std::move(right));
    ExpressionBinder binder(context_, &left_.scope);
    for (size_t i = 0; i < query->outer_keys.size(); ++i) {
      const int place = static_cast<int>(query->columns + i);
      const ExpressionPtr outer = binder.BindTyped(*query->outer_keys[i]);
      if (outer == nullptr) return std::nullopt;
      const Column& column = schema[static_cast<size_t>(place)];
      const ExpressionPtr equal = binder.Call(
          "=", {outer, Expression::InputRef(left_size_ + place, column.type, column.name)},
          query->outer_keys[i]->span);
      if (equal == nullptr) return std::nullopt;
      planner.AddCondition(equal);
    }
    for (size_t i = 0; i < query->outer_columns.size(); ++i) {
      const int outer = query->outer_columns[i];
      const auto place = query->columns + query->outer_keys.size() + i;
      planner.AddCondition(binder.Call(
          "IS NOT DISTINCT FROM",
          {Expression::InputRef(outer, left_.plan->schema()[static_cast<size_t>(outer)].type, ""),
           Expression::InputRef(left_size_ + static_cast<int>(place), schema[place].type, "")},
          table_.span));
    }
    std::vector<std::string> names;
    std::vector<ExpressionPtr> values;
    for (size_t i = 0; i < query->columns; ++i) {
      names.push_back(schema[i].name);
      values.push_back(
          Expression::InputRef(left_size_ + static_cast<int>(i), schema[i].type, schema[i].name));
    }
    if (!AddOn(names, values, &planner)) return std::nullopt;
    auto joined = Planned(&planner);
    if (!joined) return std::nullopt;
    const Schema& out = joined->plan->schema();
    for (size_t i = 0; i < values.size(); ++i) {
      const int place = left_size_ + static_cast<int>(i);
      const DataType type = out[static_cast<size_t>(place)].type;
      values[i] = Expression::InputRef(place, type, names[i]);
      if (!fills) continue;
      const int mark = static_cast<int>(out.size()) - 1;
      const auto none = Expression::Cast(query->values_of_none[i], type);
      if (!none) {
        context_->Report(none.error(), table_.span);
        return std::nullopt;
      }
      const ExpressionPtr found =
          Expression::InputRef(mark, out[static_cast<size_t>(mark)].type, "$found");
      values[i] =
          Expression::Case({binder.Call("IS NULL", {found}, table_.span), *none, values[i]}, type);
    }
    return Finish(joined->plan, joined->scope, std::move(names), std::move(values));
  }

  QueryBinder* queries_;
  BindContext* context_;
  const sql::Join& join_;
  const sql::DerivedTable& table_;
  BoundRelation left_;
  int left_size_;
  bool keeps_left_;
  bool is_regular_ = false;
};

}  // namespace

std::optional<BoundRelation> QueryBinder::BindLateralJoin(const sql::Join& join,
                                                          const sql::DerivedTable& table,
                                                          std::vector<sql::ExprPtr>* where) {
  auto left = BindFrom(*join.left, where);
  if (!left || !CheckCondition(join)) return std::nullopt;
  const bool wide = join.type == sql::JoinType::kRight || join.type == sql::JoinType::kFull;
  if (wide || join.natural || !join.using_columns.empty()) {
    context_->NotSupported("this join with LATERAL", join.operator_span,
                           "CROSS JOIN LATERAL (..), or LEFT JOIN LATERAL (..) ON TRUE.");
    return std::nullopt;
  }
  LateralBinder binder(this, join, table, *std::move(left));
  auto joined = binder.Bind();
  joined_regularly_ = joined_regularly_ || binder.is_regular();
  return joined;
}

}  // namespace millrace
