// SPDX-License-Identifier: Apache-2.0
// SELECT with aggregates: GROUP BY keys and aggregate calls are found in the SELECT list and
// HAVING, the input is projected to what they need, and a window or group aggregation is put on
// top.
//
// While binding, places in the result are virtual (aggregate_placement.h). They are mapped to the
// node's real output once its form is known.
#include <arrow/scalar.h>

#include <algorithm>

#include "plan/binding/query/aggregate_arguments.h"
#include "plan/binding/query/aggregate_placement.h"
#include "plan/binding/query/select_binder.h"

namespace millrace {
namespace {

/// Binds one aggregate call over the input scope; equal calls are found again.
class AggregateCollector {
 public:
  AggregateCollector(BindContext* context, const Scope* scope, bool retraction, bool grouped,
                     Aggregation* aggregation)
      : context_(context),
        scope_(scope),
        retraction_(retraction),
        grouped_(grouped),
        aggregation_(aggregation) {}

  /// Index of the call in Aggregation::calls, or -1 after a diagnostic.
  int Add(const sql::FunctionCall& call) {
    if (!call.order_by.empty() || !call.within_group.empty() ||
        call.null_treatment != sql::NullTreatment::kNone) {
      context_->NotSupported("ORDER BY or NULLS in an aggregate", call.span);
      return -1;
    }
    AggregateCall bound;
    bound.function = call.upper_name;
    bound.distinct = call.quantifier == sql::SetQuantifier::kDistinct;
    std::vector<ExpressionPtr> args;
    if (!BindArguments(call, &bound, &args)) return -1;
    AggregateCallSite site;
    for (const ExpressionPtr& arg : args) {
      Argument argument{arg->type(), nullptr, false};
      if (arg->kind() == ExpressionKind::kLiteral) argument.literal = arg->literal();
      site.args.push_back(std::move(argument));
    }
    site.distinct = bound.distinct;
    site.needs_retraction = retraction_;
    site.grouped = grouped_;
    auto resolved = context_->registries.aggregates->Resolve(bound.function, site);
    if (!resolved) {
      context_->Report(resolved.error(), call.span);
      return -1;
    }
    for (size_t i = 0; i < args.size(); ++i) {
      auto cast = Expression::Cast(args[i], resolved->arg_types[i], false, true);
      if (!cast) {
        context_->Report(cast.error(), call.span);
        return -1;
      }
      bound.args.push_back(aggregation_->input.Add(*cast, "arg" + Suffix()));
    }
    if (call.filter != nullptr && !BindFilter(*call.filter, &bound)) return -1;
    bound.resolved = *std::move(resolved);
    return Insert(std::move(bound));
  }

 private:
  std::string Suffix() const { return std::to_string(aggregation_->input.size()); }

  bool BindArguments(const sql::FunctionCall& call, AggregateCall* bound,
                     std::vector<ExpressionPtr>* args) {
    for (size_t i = 0; i < call.arguments.size(); ++i) {
      const sql::Argument& argument = call.arguments[i];
      if (argument.value->kind == sql::ExprKind::kStar) {
        if (call.upper_name == "COUNT" && call.arguments.size() == 1) {
          bound->count_star = true;
          continue;
        }
        context_->Error("MR0312", "`*` is an argument of COUNT only", argument.value->span);
        return false;
      }
      ExpressionBinder binder(context_, scope_);
      ExpressionPtr arg = BindAggregateArgument(&binder, call, i);
      if (arg == nullptr) return false;
      args->push_back(std::move(arg));
    }
    return true;
  }

  bool BindFilter(const sql::Expr& filter, AggregateCall* bound) {
    ExpressionBinder binder(context_, scope_);
    ExpressionPtr condition = binder.BindCondition(filter, "FILTER");
    if (condition == nullptr) return false;
    bound->filter = aggregation_->input.Add(condition, "filter" + Suffix());
    return true;
  }

  int Insert(AggregateCall bound) {
    auto& calls = aggregation_->calls;
    for (size_t i = 0; i < calls.size(); ++i) {
      if (calls[i].function == bound.function && calls[i].args == bound.args &&
          calls[i].filter == bound.filter && calls[i].distinct == bound.distinct &&
          calls[i].count_star == bound.count_star) {
        return static_cast<int>(i);
      }
    }
    bound.output = {"agg" + std::to_string(calls.size()), bound.resolved.result};
    calls.push_back(std::move(bound));
    return static_cast<int>(calls.size()) - 1;
  }

  BindContext* context_;
  const Scope* scope_;
  bool retraction_;
  bool grouped_;
  Aggregation* aggregation_;
};

/// Binds SELECT items and HAVING over the virtual result.
class GroupedBinder : public ExpressionBinder {
 public:
  GroupedBinder(BindContext* context, const Scope* scope, AggregateCollector* collector,
                Aggregation* aggregation)
      : ExpressionBinder(context, scope), collector_(collector), aggregation_(aggregation) {}

  /// A key has an error of its own: what is not among the others may be meant by it.
  void set_keys_known(bool known) { keys_known_ = known; }
  void set_group_window(const GroupWindow* window) { group_window_ = window; }

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
  static bool IsGroupingCall(const sql::FunctionCall& call) {
    return call.upper_name == "GROUPING" || call.upper_name == "GROUPING_ID" ||
           call.upper_name == "GROUP_ID";
  }

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

}  // namespace

PlanNodePtr SelectBinder::BindAggregation() {
  Aggregation aggregation;
  aggregation.state_ttl_ms = state_ttl_ms_;
  const std::vector<ExpressionPtr>& keys = aggregation.grouping.keys;
  const auto group_by = BindGroupWindow(context_, select_, &source_);
  if (!group_by) return nullptr;
  bool ok = BindGrouping(context_, source_.scope, group_by->elements, select_.group_quantifier,
                         &aggregation.grouping) &&
            !failed_;
  const GroupWindow* group_window = group_by->window ? &*group_by->window : nullptr;
  if (group_window != nullptr && ok &&
      !AddWindowKeys(context_, select_, *group_window, *source_.plan, &aggregation.grouping)) {
    return nullptr;
  }
  for (size_t i = 0; i < keys.size(); ++i) {
    const std::string name =
        keys[i]->kind() == ExpressionKind::kInputRef
            ? source_.plan->schema()[static_cast<size_t>(keys[i]->index())].name
            : "key" + std::to_string(i);
    aggregation.input.Add(keys[i], name);
  }
  const WindowKeys window = FindWindowKeys(*source_.plan, keys);
  const bool by_window = IsByWindow(window, aggregation.grouping) &&
                         (group_window != nullptr ||
                          IsGroupedAsPartitioned(source_.plan, aggregation.grouping, window));
  const bool retraction = !source_.plan->changelog_mode().insert_only();
  if (by_window && state_ttl_ms_) {
    context_->NotSupported("STATE_TTL on a window", select_.span,
                           "The state of a window goes when it closes.");
    return nullptr;
  }
  const bool grouped = !keys.empty() || !aggregation.grouping.plain();
  AggregateCollector collector(context_, &source_.scope, retraction, grouped, &aggregation);
  GroupedBinder binder(context_, &source_.scope, &collector, &aggregation);
  binder.set_keys_known(ok);
  binder.set_group_window(group_window);
  std::vector<ExpressionPtr> items;
  for (const SelectColumn& item : items_) {
    if (item.expr == nullptr) {
      context_->Error("MR0314", "SELECT * cannot stand in a query with GROUP BY", item.span);
      return nullptr;
    }
    items.push_back(binder.Bind(*item.expr));
    ok = ok && items.back() != nullptr;
  }
  ExpressionPtr having;
  if (select_.having != nullptr) {
    having = binder.BindCondition(*select_.having, "HAVING");
    ok = ok && having != nullptr;
  }
  if (!ok) return nullptr;
  if (aggregation.input.size() == 0) {
    aggregation.input.Add(Expression::BooleanLiteral(true), "row");  // COUNT(*) alone
  }
  PlanNodePtr input = MakeCalc(source_.plan, condition_, aggregation.input.expressions(),
                               UniqueNames(aggregation.input.names()));
  const PlacedAggregation placed = by_window ? PlaceWindow(context_, input, aggregation, window)
                                             : PlaceGroup(context_, input, aggregation);
  if (placed.plan == nullptr) return nullptr;
  for (ExpressionPtr& item : items) item = item->Remap(placed.mapping);
  if (having) having = having->Remap(placed.mapping);
  // Types of the time columns come from the node, not from the virtual result.
  for (ExpressionPtr& item : items) {
    if (item->kind() != ExpressionKind::kInputRef) continue;
    const Column& column = placed.plan->schema()[static_cast<size_t>(item->index())];
    item = Expression::InputRef(item->index(), column.type, column.name);
  }
  return MakeCalc(placed.plan, having, std::move(items), ItemNames());
}

}  // namespace millrace
