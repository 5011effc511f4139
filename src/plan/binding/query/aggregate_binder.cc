// SPDX-License-Identifier: Apache-2.0
// SELECT with aggregates: GROUP BY keys and aggregate calls are found in the SELECT list and
// HAVING, the input is projected to what they need, and a window or group aggregation is put on
// top.
//
// While binding, positions of the result are virtual: key i is $i, call j is $(keys + j). They are
// mapped to the node's real output once its form is known.
#include <algorithm>

#include "plan/binding/query/select_binder.h"
#include "plan/calc_builder.h"
#include "plan/nodes/aggregate_nodes.h"
#include "plan/nodes/stateless_nodes.h"
#include "sql/printer.h"

namespace millrace {
namespace {

/// What the SELECT list asks of the aggregation.
struct Aggregation {
  ProjectionBuilder input;  // keys first, then arguments and filters
  size_t key_count = 0;
  std::vector<AggregateCall> calls;  // args and filter are positions in `input`
  std::optional<int64_t> state_ttl_ms;
};

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
    for (const sql::Argument& argument : call.arguments) {
      if (argument.value->kind == sql::ExprKind::kStar) {
        if (call.upper_name == "COUNT" && call.arguments.size() == 1) {
          bound->count_star = true;
          continue;
        }
        context_->Error("MR0312", "`*` is an argument of COUNT only", argument.value->span);
        return false;
      }
      ExpressionBinder binder(context_, scope_);
      ExpressionPtr arg = binder.BindTyped(*argument.value);
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
  GroupedBinder(BindContext* context, const Scope* scope, const std::vector<ExpressionPtr>* keys,
                AggregateCollector* collector, Aggregation* aggregation)
      : ExpressionBinder(context, scope),
        keys_(keys),
        collector_(collector),
        aggregation_(aggregation) {}

  /// A key has an error of its own: what is not among the others may be meant by it.
  void set_keys_known(bool known) { keys_known_ = known; }

 protected:
  std::optional<ExpressionPtr> Intercept(const sql::Expr& expr) override {
    const auto* call = sql::As<sql::FunctionCall>(expr);
    if (call != nullptr && !call->over &&
        context_->registries.aggregates->Find(call->upper_name) != nullptr) {
      const int index = collector_->Add(*call);
      if (index < 0) return ExpressionPtr();
      const AggregateCall& bound = aggregation_->calls[static_cast<size_t>(index)];
      return Expression::InputRef(static_cast<int>(keys_->size()) + index, bound.output.type,
                                  bound.output.name);
    }
    if (ExpressionPtr key = MatchKey(expr)) return key;
    if (const auto* column = sql::As<sql::ColumnRef>(expr)) return Ungrouped(*column);
    return std::nullopt;
  }

 private:
  ExpressionPtr MatchKey(const sql::Expr& expr) {
    if (keys_->empty() || expr.kind == sql::ExprKind::kLiteral) return nullptr;
    if (ContainsAggregate(*context_, expr)) return nullptr;
    ExpressionPtr plain;
    {
      QuietScope quiet(context_);
      ExpressionBinder binder(context_, scope_);
      plain = binder.Bind(expr);
    }
    if (plain == nullptr) return nullptr;
    for (size_t i = 0; i < keys_->size(); ++i) {
      if ((*keys_)[i]->ToString() == plain->ToString()) {
        return Expression::InputRef(static_cast<int>(i), (*keys_)[i]->type(),
                                    "key" + std::to_string(i));
      }
    }
    return nullptr;
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
    const bool position = std::any_of(keys_->begin(), keys_->end(), [](const ExpressionPtr& key) {
      return key->kind() == ExpressionKind::kLiteral;
    });
    if (position) {
      diagnostic.next_step = "A number in GROUP BY is a constant, no position: write the column.";
      diagnostic.try_text.clear();
    }
    return ExpressionPtr();
  }

  const std::vector<ExpressionPtr>* keys_;
  AggregateCollector* collector_;
  Aggregation* aggregation_;
  bool keys_known_ = true;
};

/// The keys' places when the aggregation is by window; -1 where there is none.
struct WindowKeys {
  int start = -1;
  int end = -1;
  int time = -1;
};

WindowKeys FindWindowKeys(const PlanNode& source, const std::vector<ExpressionPtr>& keys) {
  WindowKeys found;
  const auto window = source.window_columns();
  if (!window) return found;
  for (size_t i = 0; i < keys.size(); ++i) {
    if (keys[i]->kind() != ExpressionKind::kInputRef) continue;
    const int column = keys[i]->index();
    if (column == window->start) found.start = static_cast<int>(i);
    if (column == window->end) found.end = static_cast<int>(i);
    if (column == window->time) found.time = static_cast<int>(i);
  }
  return found;
}

/// A window function directly below a projection that only forwards its window columns: windows are
/// then computed by the aggregation itself, from the time column. Null if the shape is another one.
const CalcNode* ForwardsWindow(const PlanNodePtr& plan, size_t key_count, const WindowKeys& keys,
                               const WindowTvfNode** tvf) {
  const auto* calc = As<CalcNode>(plan);
  if (calc == nullptr) return nullptr;
  *tvf = As<WindowTvfNode>(calc->children()[0]);
  if (*tvf == nullptr) return nullptr;
  const size_t own = (*tvf)->children()[0]->schema().size();
  const auto uses_window = [&](const ExpressionPtr& expression) {
    std::vector<bool> used;
    if (expression) expression->CollectInputs(&used);
    return used.size() > own;
  };
  if (uses_window(calc->condition())) return nullptr;
  for (size_t i = 0; i < calc->projections().size(); ++i) {
    const int position = static_cast<int>(i);
    const bool window_key =
        i < key_count && (position == keys.start || position == keys.end || position == keys.time);
    if (!window_key && uses_window(calc->projections()[i])) return nullptr;
  }
  return calc;
}

/// A finished aggregation and where virtual positions are in its output.
struct Placed {
  PlanNodePtr plan;
  std::vector<int> mapping;
};

Placed PlaceGroup(BindContext* context, PlanNodePtr input, const Aggregation& aggregation) {
  std::vector<int> keys;
  Schema schema;
  Placed placed;
  for (size_t i = 0; i < aggregation.key_count; ++i) {
    keys.push_back(static_cast<int>(i));
    schema.Append(
        {input->schema()[i].name, input->schema()[i].type.WithTimeAttribute(TimeAttribute::kNone)});
  }
  for (const AggregateCall& call : aggregation.calls) schema.Append(call.output);
  for (size_t i = 0; i < schema.size(); ++i) placed.mapping.push_back(static_cast<int>(i));
  const int64_t ttl = aggregation.state_ttl_ms.value_or(
      context->settings->GetDuration("table.exec.state.ttl").count());
  placed.plan = std::make_shared<GroupAggregateNode>(std::move(input), std::move(keys),
                                                     aggregation.calls, std::move(schema), ttl);
  return placed;
}

/// Drops the window keys of `input` (computed by the node instead) and appends the time column.
PlanNodePtr PullWindow(const CalcNode& calc, const WindowTvfNode& tvf, size_t key_count,
                       const WindowKeys& window, std::vector<int>* position) {
  const PlanNodePtr& source = tvf.children()[0];
  std::vector<ExpressionPtr> projections;
  std::vector<std::string> names;
  position->assign(calc.projections().size(), -1);
  for (size_t i = 0; i < calc.projections().size(); ++i) {
    const int at = static_cast<int>(i);
    const bool window_key =
        i < key_count && (at == window.start || at == window.end || at == window.time);
    if (window_key) continue;
    (*position)[i] = static_cast<int>(projections.size());
    projections.push_back(calc.projections()[i]);
    names.push_back(calc.schema()[i].name);
  }
  const auto time = static_cast<size_t>(tvf.time_column());
  projections.push_back(Expression::InputRef(tvf.time_column(), source->schema()[time].type,
                                             source->schema()[time].name));
  names.push_back("$time");
  return MakeCalc(source, calc.condition(), std::move(projections), std::move(names));
}

Placed PlaceWindow(const PlanNodePtr& input, const Aggregation& aggregation,
                   const WindowKeys& window) {
  WindowAggregateNode::Fields fields;
  fields.calls = aggregation.calls;
  PlanNodePtr below = input;
  std::vector<int> position;
  const WindowTvfNode* tvf = nullptr;
  if (const CalcNode* calc = ForwardsWindow(input, aggregation.key_count, window, &tvf)) {
    below = PullWindow(*calc, *tvf, aggregation.key_count, window, &position);
    fields.window = tvf->spec();
    fields.time_column = static_cast<int>(below->schema().size()) - 1;
    fields.time_type = tvf->schema()[tvf->schema().size() - 1].type;
  } else {
    for (size_t i = 0; i < input->schema().size(); ++i) position.push_back(static_cast<int>(i));
    fields.start_column = window.start;
    fields.end_column = window.end;
    fields.time_type =
        window.time >= 0
            ? input->schema()[static_cast<size_t>(window.time)].type
            : DataType::Timestamp(3).NotNull().WithTimeAttribute(TimeAttribute::kRowtime);
  }
  Schema schema;
  Placed placed;
  placed.mapping.assign(aggregation.key_count + aggregation.calls.size(), -1);
  for (size_t i = 0; i < aggregation.key_count; ++i) {
    const int at = static_cast<int>(i);
    if (at == window.start || at == window.end || at == window.time) continue;
    placed.mapping[i] = static_cast<int>(schema.size());
    fields.keys.push_back(position[i]);
    schema.Append(
        {input->schema()[i].name, input->schema()[i].type.WithTimeAttribute(TimeAttribute::kNone)});
  }
  for (size_t i = 0; i < fields.calls.size(); ++i) {
    AggregateCall& call = fields.calls[i];
    for (int& arg : call.args) arg = position[static_cast<size_t>(arg)];
    if (call.filter >= 0) call.filter = position[static_cast<size_t>(call.filter)];
    placed.mapping[aggregation.key_count + i] = static_cast<int>(schema.size());
    schema.Append(call.output);
  }
  const auto emit = [&](int key, const char* name, const DataType& type) {
    placed.mapping[static_cast<size_t>(key)] = static_cast<int>(schema.size());
    schema.Append({name, type});
  };
  fields.emit_start = fields.emit_end = true;
  emit(window.start, "window_start", DataType::Timestamp(3).NotNull());
  emit(window.end, "window_end", DataType::Timestamp(3).NotNull());
  fields.emit_time = window.time >= 0;
  if (fields.emit_time) emit(window.time, "window_time", fields.time_type);
  placed.plan = std::make_shared<WindowAggregateNode>(below, std::move(fields), std::move(schema));
  return placed;
}

/// GROUP BY elements as expressions; false after a diagnostic.
bool BindKeys(BindContext* context, const Scope& scope, const sql::Select& select,
              std::vector<ExpressionPtr>* keys) {
  bool ok = true;
  const auto add = [&](const sql::Expr& expr) {
    ExpressionBinder binder(context, &scope);
    ExpressionPtr key = binder.BindTyped(expr);
    ok = ok && key != nullptr;
    if (key == nullptr) return;
    const bool repeated = std::any_of(keys->begin(), keys->end(), [&](const ExpressionPtr& k) {
      return k->ToString() == key->ToString();
    });
    if (!repeated) keys->push_back(std::move(key));
  };
  for (const sql::GroupingElement& element : select.group_by) {
    if (element.kind == sql::GroupingElement::Kind::kEmpty) continue;
    if (element.kind != sql::GroupingElement::Kind::kExpression) {
      context->NotSupported("GROUPING SETS, CUBE and ROLLUP", element.span,
                            "Write one query per grouping and UNION ALL them.");
      ok = false;
      continue;
    }
    const auto* row = sql::As<sql::Row>(element.value);
    if (row != nullptr && !row->explicit_row) {
      for (const sql::ExprPtr& value : row->values) add(*value);
    } else {
      add(*element.value);
    }
  }
  return ok;
}

}  // namespace

PlanNodePtr SelectBinder::BindAggregation() {
  Aggregation aggregation;
  aggregation.state_ttl_ms = state_ttl_ms_;
  std::vector<ExpressionPtr> keys;
  bool ok = BindKeys(context_, source_.scope, select_, &keys) && !failed_;
  for (size_t i = 0; i < keys.size(); ++i) {
    const std::string name =
        keys[i]->kind() == ExpressionKind::kInputRef
            ? source_.plan->schema()[static_cast<size_t>(keys[i]->index())].name
            : "key" + std::to_string(i);
    aggregation.input.Add(keys[i], name);
  }
  aggregation.key_count = keys.size();
  const WindowKeys window = FindWindowKeys(*source_.plan, keys);
  const bool by_window = window.start >= 0 && window.end >= 0;
  const bool retraction = !source_.plan->changelog_mode().insert_only();
  if (by_window && state_ttl_ms_) {
    context_->NotSupported("STATE_TTL on a window", select_.span,
                           "The state of a window goes when it closes.");
    return nullptr;
  }
  AggregateCollector collector(context_, &source_.scope, retraction, !keys.empty(), &aggregation);
  GroupedBinder binder(context_, &source_.scope, &keys, &collector, &aggregation);
  binder.set_keys_known(ok);
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
  const Placed placed = by_window ? PlaceWindow(input, aggregation, window)
                                  : PlaceGroup(context_, input, aggregation);
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
