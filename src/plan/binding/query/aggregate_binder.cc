// SPDX-License-Identifier: Apache-2.0
// SELECT with aggregates: GROUP BY keys and aggregate calls are found in the SELECT list and
// HAVING, the input is projected to what they need, and a window or group aggregation is put on
// top.
//
// While binding, places in the result are virtual (aggregate_placement.h). They are mapped to the
// node's real output once its form is known.
#include <arrow/scalar.h>

#include <algorithm>

#include "plan/binding/joins/subquery_columns.h"
#include "plan/binding/query/aggregate_arguments.h"
#include "plan/binding/query/aggregate_collector.h"
#include "plan/binding/query/select_binder.h"
#include "sql/ast/children.h"

namespace millrace {
namespace {

/// Binds SELECT items and HAVING over the virtual result.
class GroupedBinder : public ExpressionBinder {
 public:
  GroupedBinder(BindContext* context, const Scope* scope, AggregateCollector* collector,
                Aggregation* aggregation)
      : ExpressionBinder(context, scope), collector_(collector), aggregation_(aggregation) {}

  /// A key has an error of its own: what is not among the others may be meant by it.
  void set_keys_known(bool known) { keys_known_ = known; }
  void set_group_window(const GroupWindow* window) { group_window_ = window; }

  /// Whether the aggregation gives it: a call, a key, or something that is neither and refused.
  std::optional<ExpressionPtr> Find(const sql::Expr& expr) { return Intercept(expr); }
  static bool IsGroupingCall(const sql::FunctionCall& call) {
    return call.upper_name == "GROUPING" || call.upper_name == "GROUPING_ID" ||
           call.upper_name == "GROUP_ID";
  }

 protected:
  std::optional<ExpressionPtr> Intercept(const sql::Expr& expr) override {
    if (const auto aggregate = AsAggregateCall(*context_, expr)) {
      const int index = collector_->Add(*aggregate);
      if (index < 0) return ExpressionPtr();
      const AggregateCall& bound = aggregation_->calls[static_cast<size_t>(index)];
      return Expression::InputRef(aggregation_->CallPlace(static_cast<size_t>(index)),
                                  bound.output.type, bound.output.name);
    }
    const auto* call = sql::As<sql::FunctionCall>(expr);
    if (call != nullptr && IsGroupingCall(*call)) return BindGroupingCall(*call);
    if (call != nullptr && IsGroupWindowProperty(call->upper_name)) return BindProperty(*call);
    if (const auto key = FindKey(expr)) {
      return Expression::InputRef(static_cast<int>(*key), aggregation_->grouping.KeyType(*key),
                                  "key" + std::to_string(*key));
    }
    if (const auto* column = sql::As<sql::ColumnRef>(expr)) return Ungrouped(*column);
    return std::nullopt;
  }

 private:
  ExpressionPtr BindProperty(const sql::FunctionCall& call) {
    const int column = BindGroupWindowProperty(context_, *scope_, call, group_window_);
    const std::vector<ExpressionPtr>& keys = aggregation_->grouping.keys;
    for (size_t i = 0; column >= 0 && i < keys.size(); ++i) {
      if (keys[i]->kind() != ExpressionKind::kInputRef || keys[i]->index() != column) continue;
      return Expression::InputRef(static_cast<int>(i), keys[i]->type(), call.upper_name);
    }
    return nullptr;
  }

  ExpressionPtr BindGroupingCall(const sql::FunctionCall& call) {
    const bool repetitions = call.upper_name == "GROUP_ID";
    if (call.arguments.empty() != repetitions) {
      context_->Error(
          "MR0319",
          call.upper_name + (repetitions ? " takes no arguments" : " takes keys of GROUP BY"),
          call.span);
      return nullptr;
    }
    std::vector<size_t> asked;
    for (const sql::Argument& argument : call.arguments) {
      const auto key = FindKey(*argument.value);
      if (!key) {
        if (keys_known_) {
          context_->Error("MR0319", "this is no key of GROUP BY, as " + call.upper_name + " takes",
                          argument.value->span);
        }
        return nullptr;
      }
      asked.push_back(*key);
    }
    const GroupingSets& grouping = aggregation_->grouping;
    if (grouping.plain()) {
      return Expression::Literal(std::make_shared<arrow::Int64Scalar>(0),
                                 DataType::BigInt().NotNull());
    }
    auto& labels = aggregation_->labels;
    const ExpandNode::Label label{"grouping" + std::to_string(labels.size()),
                                  repetitions ? grouping.Repetitions() : grouping.AbsenceOf(asked)};
    const auto known = std::ranges::find(labels, label.values, &ExpandNode::Label::values);
    const auto at = static_cast<size_t>(known - labels.begin());
    if (known == labels.end()) labels.push_back(label);
    return Expression::InputRef(aggregation_->LabelPlace(at), DataType::BigInt().NotNull(),
                                labels[at].name);
  }

  std::optional<size_t> FindKey(const sql::Expr& expr) {
    const std::vector<ExpressionPtr>& keys = aggregation_->grouping.keys;
    if (keys.empty() || expr.kind == sql::ExprKind::kLiteral) return std::nullopt;
    if (ContainsAggregate(*context_, expr)) return std::nullopt;
    ExpressionPtr plain;
    {
      QuietScope quiet(context_);
      ExpressionBinder binder(context_, scope_);
      plain = binder.Bind(expr);
    }
    if (plain == nullptr) return std::nullopt;
    const auto found = std::ranges::find(keys, plain->ToString(), &Expression::ToString);
    if (found == keys.end()) return std::nullopt;
    return static_cast<size_t>(found - keys.begin());
  }

  std::optional<ExpressionPtr> Ungrouped(const sql::ColumnRef& column) {
    const ExpressionPtr bound = scope_->BindName(context_, column.name);
    if (bound == nullptr) return ExpressionPtr();
    if (!keys_known_) return bound;
    const std::string name = column.name.ToString();
    Diagnostic& diagnostic = context_->Error(
        "MR0314", "column '" + name + "' is neither in GROUP BY nor inside an aggregate",
        column.span);
    diagnostic.try_text = "MAX(" + std::string(context_->TextOf(column.span)) + ")";
    diagnostic.next_step = "Add it to GROUP BY, or aggregate it.";
    const bool position = std::ranges::any_of(
        aggregation_->grouping.keys,
        [](const ExpressionPtr& key) { return key->kind() == ExpressionKind::kLiteral; });
    if (position) {
      diagnostic.next_step = "A number in GROUP BY is a constant, no position: write the column.";
      diagnostic.try_text.clear();
    }
    return ExpressionPtr();
  }

  AggregateCollector* collector_;
  Aggregation* aggregation_;
  bool keys_known_ = true;
  const GroupWindow* group_window_ = nullptr;
};

/// The columns of a group window are keys beside the others.
bool AddWindowKeys(BindContext* context, const sql::Select& select, const GroupWindow& window,
                   const PlanNode& source, GroupingSets* grouping) {
  if (!grouping->plain()) {
    context->NotSupported("a group window beside grouping sets", select.span,
                          "Use the window table function, and GROUP BY window_start, window_end, "
                          "GROUPING SETS (..).");
    return false;
  }
  for (const int column : {window.columns.start, window.columns.end, window.columns.time}) {
    const Column& key = source.schema()[static_cast<size_t>(column)];
    grouping->AddToAll(Expression::InputRef(column, key.type, key.name));
  }
  return true;
}

/// Window columns that are not in every set are keys like others.
bool IsByWindow(const WindowKeys& window, const GroupingSets& grouping) {
  const auto grouped = [&](int key) { return key >= 0 && grouping.everywhere(key); };
  return grouped(window.start) && grouped(window.end) &&
         (window.time < 0 || grouping.everywhere(window.time));
}

/// What binds expressions over an aggregation, for as long as its SELECT is bound.
struct Grouped {
  Grouped(BindContext* bind_context, Scope below, bool retraction)
      : context(bind_context),
        scope(std::move(below)),
        collector(context, &scope, retraction, &aggregation),
        binder(context, &scope, &collector, &aggregation) {}
  Grouped(const Grouped&) = delete;

  /// An expression of the result: in its places, with the types of the node.
  ExpressionPtr Placed(const ExpressionPtr& expression) const {
    const ExpressionPtr moved = expression->Remap(placed.mapping);
    if (moved->kind() != ExpressionKind::kInputRef) return moved;
    const Column& column = placed.plan->schema()[static_cast<size_t>(moved->index())];
    return Expression::InputRef(moved->index(), column.type, column.name);
  }

  BindContext* context;
  Scope scope;  // of the rows below
  Aggregation aggregation;
  std::optional<GroupWindow> window;
  AggregateCollector collector;
  GroupedBinder binder;
  PlacedAggregation placed;
};

/// Parts of an expression with a meaning of their own over an aggregation.
void CollectGroupedCalls(const BindContext& context, const sql::Expr& expr,
                         std::vector<const sql::Expr*>* out) {
  if (AsAggregateCall(context, expr)) return out->push_back(&expr);
  if (const auto* call = sql::As<sql::FunctionCall>(expr)) {
    if (GroupedBinder::IsGroupingCall(*call)) return out->push_back(&expr);
    if (call->over && call->over->spec) {
      for (const sql::ExprPtr& key : call->over->spec->partition_by) {
        CollectGroupedCalls(context, *key, out);
      }
      for (const sql::SortItem& item : call->over->spec->order_by) {
        CollectGroupedCalls(context, *item.value, out);
      }
    }
  }
  sql::ForEachChild(expr,
                    [&](const sql::Expr& child) { CollectGroupedCalls(context, child, out); });
}

/// A subquery outside of aggregates.
bool HasSubqueryAbove(const BindContext& context, const sql::Expr& expr) {
  if (AsAggregateCall(context, expr)) return false;
  bool found = IsSubquery(expr);
  sql::ForEachChild(
      expr, [&](const sql::Expr& child) { found = found || HasSubqueryAbove(context, child); });
  return found;
}

/// The result of the aggregation as a relation: keys under their names, and all else where it is
/// written.
BoundRelation RelationOf(const std::shared_ptr<Grouped>& grouped) {
  BoundRelation relation;
  relation.plan = grouped->placed.plan;
  const auto& keys = grouped->aggregation.grouping.keys;
  for (size_t i = 0; i < keys.size(); ++i) {
    if (keys[i]->kind() != ExpressionKind::kInputRef) continue;
    const int place = grouped->placed.mapping[i];
    for (ScopeColumn column : grouped->scope.columns()) {
      if (column.index != keys[i]->index()) continue;
      column.index = place;
      column.type = relation.plan->schema()[static_cast<size_t>(place)].type;
      relation.scope.Add(std::move(column));
    }
  }
  relation.scope.set_computed([grouped](const sql::Expr& expr) -> std::optional<ExpressionPtr> {
    const auto found = grouped->binder.Find(expr);
    if (!found || *found == nullptr) return found;
    return grouped->Placed(*found);
  });
  return relation;
}

}  // namespace

/// Subqueries inside of aggregates and keys become columns of the rows below.
bool SelectBinder::JoinBelowAggregation() {
  std::vector<const sql::Expr*> inside;
  const auto collect = [&](const sql::Expr& expr) {
    std::vector<const sql::Expr*> calls;
    CollectGroupedCalls(*context_, expr, &calls);
    for (const sql::Expr* call : calls) {
      if (ContainsSubquery(*call)) inside.push_back(call);
    }
  };
  for (const SelectColumn& item : items_) {
    if (item.expr != nullptr) collect(*item.expr);
  }
  if (select_.having != nullptr) collect(*select_.having);
  for (const sql::GroupingElement& element : select_.group_by) {
    if (element.value && ContainsSubquery(*element.value)) inside.push_back(element.value.get());
  }
  if (inside.empty() || failed_) return true;
  source_.plan = MakeFilter(source_.plan, std::exchange(condition_, nullptr));
  auto joined = JoinSubqueries(queries_, source_, inside);
  if (!joined) return false;
  source_ = std::move(joined->relation);
  source_.scope.set_computed(
      [values = std::move(joined->values)](const sql::Expr& expr) -> std::optional<ExpressionPtr> {
        const auto found = values.find(&expr);
        if (found == values.end()) return std::nullopt;
        return found->second;
      });
  return true;
}

/// `over`: calls with OVER stand above the aggregation.
PlanNodePtr SelectBinder::BindAggregation(bool over) {
  if (!JoinBelowAggregation()) return nullptr;
  auto group_by = BindGroupWindow(context_, select_, &source_);
  if (!group_by) return nullptr;
  const bool retraction = !source_.plan->changelog_mode().insert_only();
  const auto grouped = std::make_shared<Grouped>(context_, source_.scope, retraction);
  Aggregation& aggregation = grouped->aggregation;
  aggregation.state_ttl_ms = state_ttl_ms_;
  grouped->window = std::move(group_by->window);
  const GroupWindow* group_window = grouped->window ? &*grouped->window : nullptr;
  bool ok = BindGrouping(context_, source_.scope, group_by->elements, select_.group_quantifier,
                         &aggregation.grouping) &&
            !failed_;
  if (group_window != nullptr && ok &&
      !AddWindowKeys(context_, select_, *group_window, *source_.plan, &aggregation.grouping)) {
    return nullptr;
  }
  const std::vector<ExpressionPtr>& keys = aggregation.grouping.keys;
  for (size_t i = 0; i < keys.size(); ++i) {
    const std::string name =
        keys[i]->kind() == ExpressionKind::kInputRef
            ? source_.plan->schema()[static_cast<size_t>(keys[i]->index())].name
            : "key" + std::to_string(i);
    aggregation.input.Add(keys[i], name);
  }
  grouped->collector.set_grouped(!keys.empty() || !aggregation.grouping.plain());
  grouped->binder.set_keys_known(ok);
  grouped->binder.set_group_window(group_window);
  bool above = over || (select_.having && HasSubqueryAbove(*context_, *select_.having));
  for (const SelectColumn& item : items_) {
    if (item.expr == nullptr) {
      context_->Error("MR0314", "SELECT * cannot stand in a query with GROUP BY", item.span);
      return nullptr;
    }
    above = above || HasSubqueryAbove(*context_, *item.expr);
  }
  GroupedBinder* binder = &grouped->binder;
  std::vector<ExpressionPtr> items;
  ExpressionPtr having;
  if (above) {
    ok = BindGroupedCalls(binder) && ok;
  } else {
    for (const SelectColumn& item : items_) {
      items.push_back(binder->Bind(*item.expr));
      ok = ok && items.back() != nullptr;
    }
    if (select_.having != nullptr) {
      having = binder->BindCondition(*select_.having, "HAVING");
      ok = ok && having != nullptr;
    }
  }
  if (!ok || !PlaceAggregation(aggregation, group_window, &grouped->placed)) {
    return nullptr;
  }
  if (!above) {
    for (ExpressionPtr& item : items) item = grouped->Placed(item);
    if (having) having = having->Remap(grouped->placed.mapping);
    return MakeCalc(grouped->placed.plan, having, std::move(items), ItemNames());
  }
  source_ = RelationOf(grouped);
  condition_ = nullptr;
  std::vector<sql::ExprPtr> conditions;
  SplitConjuncts(select_.having, &conditions);
  if (!BindWhere(conditions) || failed_) return nullptr;
  return over ? BindOver() : BindProjection();
}

/// What the aggregation has to compute for what is bound above it.
bool SelectBinder::BindGroupedCalls(ExpressionBinder* binder) {
  std::vector<const sql::Expr*> calls;
  for (const SelectColumn& item : items_) CollectGroupedCalls(*context_, *item.expr, &calls);
  for (const auto& part : {select_.having, select_.qualify}) {
    if (part != nullptr) CollectGroupedCalls(*context_, *part, &calls);
  }
  for (const sql::NamedWindow& window : select_.windows) {
    for (const sql::ExprPtr& key : window.spec.partition_by) {
      CollectGroupedCalls(*context_, *key, &calls);
    }
    for (const sql::SortItem& item : window.spec.order_by) {
      CollectGroupedCalls(*context_, *item.value, &calls);
    }
  }
  bool ok = true;
  for (const sql::Expr* call : calls) ok = binder->Bind(*call) != nullptr && ok;
  return ok;
}

/// The node that computes it, over the rows of FROM that WHERE takes.
bool SelectBinder::PlaceAggregation(Aggregation& aggregation, const GroupWindow* group_window,
                                    PlacedAggregation* placed) {
  const WindowKeys window = FindWindowKeys(*source_.plan, aggregation.grouping.keys);
  const bool by_window = IsByWindow(window, aggregation.grouping) &&
                         (group_window != nullptr ||
                          IsGroupedAsPartitioned(source_.plan, aggregation.grouping, window));
  if (by_window && state_ttl_ms_) {
    context_->NotSupported("STATE_TTL on a window", select_.span,
                           "The state of a window goes when it closes.");
    return false;
  }
  if (aggregation.input.size() == 0) {
    aggregation.input.Add(Expression::BooleanLiteral(true), "row");  // COUNT(*) alone
  }
  std::optional<WindowEmission> emission;
  if (group_window != nullptr && group_window->emission) {
    emission = group_window->emission;
    const Column& time = source_.plan->schema()[static_cast<size_t>(emission->time_column)];
    emission->time_column = aggregation.input.Add(
        Expression::InputRef(emission->time_column, time.type, time.name), "$time");
  }
  PlanNodePtr input = MakeCalc(source_.plan, condition_, aggregation.input.expressions(),
                               UniqueNames(aggregation.input.names()));
  if (emission) {
    *placed = PlaceEmittedWindow(std::move(input), aggregation, window, *std::move(emission));
  } else if (by_window) {
    *placed = PlaceWindow(context_, input, aggregation, window);
  } else {
    *placed = PlaceGroup(context_, std::move(input), aggregation);
  }
  return placed->plan != nullptr;
}

}  // namespace millrace
