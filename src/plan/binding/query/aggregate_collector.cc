// SPDX-License-Identifier: Apache-2.0
#include "plan/binding/query/aggregate_collector.h"

#include <algorithm>

#include "plan/binding/query/aggregate_arguments.h"

namespace millrace {

int AggregateCollector::Add(const sql::FunctionCall& call) {
  if (!CheckClauses(call)) return -1;
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
  if (!BindFilter(call, args, &bound)) return -1;
  bound.resolved = *std::move(resolved);
  return Insert(std::move(bound));
}

bool AggregateCollector::BindArguments(const sql::FunctionCall& call, AggregateCall* bound,
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

/// As Flink takes them: ORDER BY of ARRAY_AGG, and says nothing; NULLS of ARRAY_AGG.
bool AggregateCollector::CheckClauses(const sql::FunctionCall& call) {
  const bool collects = call.upper_name == "ARRAY_AGG";
  const auto refuse = [&](const char* what, std::string next_step) {
    Diagnostic& diagnostic =
        context_->Error("MR0312", call.upper_name + " takes no " + what, call.span);
    diagnostic.next_step = std::move(next_step);
    return false;
  };
  if (!call.within_group.empty() && call.upper_name != "COLLECT") {
    return refuse("WITHIN GROUP", "Values are gathered in the order in which rows come.");
  }
  if (!call.order_by.empty()) {
    if (!collects) return refuse("ORDER BY", "It gathers values in the order of arrival.");
    context_->Warning("MR0419", "ORDER BY in ARRAY_AGG changes nothing", call.span).next_step =
        "Values are gathered as they come, as in Flink; ARRAY_SORT(ARRAY_AGG(x)) sorts them.";
  }
  if (call.null_treatment == sql::NullTreatment::kNone || collects) return true;
  return refuse("IGNORE NULLS or RESPECT NULLS", "Filter them: .. FILTER (WHERE x IS NOT NULL).");
}

/// FILTER, and IGNORE NULLS, which is one.
bool AggregateCollector::BindFilter(const sql::FunctionCall& call,
                                    const std::vector<ExpressionPtr>& args, AggregateCall* bound) {
  ExpressionBinder binder(context_, scope_);
  std::vector<ExpressionPtr> conditions;
  if (call.filter != nullptr) {
    conditions.push_back(binder.BindCondition(*call.filter, "FILTER"));
  }
  if (call.null_treatment == sql::NullTreatment::kIgnoreNulls && args[0]->type().nullable()) {
    conditions.push_back(binder.Call("IS NOT NULL", {args[0]}, call.span));
  }
  if (conditions.empty()) return true;
  if (std::ranges::find(conditions, nullptr) != conditions.end()) return false;
  bound->filter =
      aggregation_->input.Add(ConjunctionOf(std::move(conditions)), "filter" + Suffix());
  return true;
}

int AggregateCollector::Insert(AggregateCall bound) {
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

}  // namespace millrace
