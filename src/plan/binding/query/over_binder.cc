// SPDX-License-Identifier: Apache-2.0
// SELECT with OVER aggregates. All calls of one SELECT share one window, as in Flink. The input is
// projected to what is used, the Over node (by time) or the OrderedOver node (by anything else)
// appends the calls, a projection on top gives the SELECT list.
#include <arrow/scalar.h>

#include <algorithm>

#include "functions/aggregate/lag.h"
#include "functions/python/python_aggregate.h"
#include "plan/binding/query/over_call_binder.h"
#include "plan/binding/query/sort_binder.h"
#include "plan/calc_builder.h"
#include "plan/nodes/aggregate_nodes.h"
#include "plan/over/ordered_over_node.h"
#include "sql/printer.h"

namespace millrace {
namespace {

/// A bound OVER clause over the input scope.
struct BoundWindow {
  std::vector<ExpressionPtr> partition;
  ExpressionPtr order;
  bool by_time = true;
  bool nulls_first = true;  // of another order than time's
  bool rows = false;
  int64_t preceding = -1;
  std::string text;  // equal texts = the same window
};

struct PendingCall {
  AggregateCall call;  // args and filter unset
  std::vector<ExpressionPtr> args;
  ExpressionPtr filter;
};

class OverBinder : public OverCallBinder {
 public:
  OverBinder(BindContext* context, const Scope* scope, const sql::Select& select, int base)
      : OverCallBinder(context, scope, select), base_(base) {}

  const std::optional<BoundWindow>& window() const { return window_; }
  std::vector<PendingCall>& calls() { return calls_; }

 protected:
  ExpressionPtr BindOverCall(const sql::FunctionCall& call) override {
    const sql::WindowSpec* spec = FindSpec(*call.over);
    if (spec == nullptr) return nullptr;
    const OverFunction function = OverFunctionOf(call.upper_name);
    if (!CheckOverFunction(call, *spec, function)) return nullptr;
    if (!BindWindow(*spec, call.over->span, function == OverFunction::kRowNumber)) return nullptr;
    if (function == OverFunction::kLag) return AddLag(call);
    return function == OverFunction::kAggregate ? AddCall(call) : AddRowCount();
  }

 private:
  bool CheckOverFunction(const sql::FunctionCall& call, const sql::WindowSpec& spec,
                         OverFunction function) {
    lags_ = function == OverFunction::kLag;
    switch (function) {
      case OverFunction::kRowNumber: return CheckRowNumber(call, spec);
      case OverFunction::kRank:
      case OverFunction::kLag: return CheckOrdered(call, spec);
      case OverFunction::kRefused:
        context_->NotSupported(call.upper_name + " OVER", call.name.span);
        return false;
      case OverFunction::kAggregate: break;
    }
    if (const auto* aggregate = context_->registries.aggregates->Find(call.upper_name)) {
      if (aggregate->doc.group != kPythonGroup) return true;
      context_->NotSupported("a Python aggregate in OVER", call.name.span);
      return false;
    }
    Diagnostic& diagnostic = context_->Error(
        "MR0202", "unknown aggregate '" + call.name.ToString() + "'", call.name.span);
    context_->Suggest(&diagnostic, call.upper_name, context_->registries.aggregates->Names(),
                      false);
    return false;
  }

  /// The number of a row is the count of rows up to it. So are RANK and DENSE_RANK by a time in
  /// Flink, where rows of equal time count each other.
  ExpressionPtr AddRowCount() {
    PendingCall pending;
    pending.call = CountRows(context_, "w" + std::to_string(calls_.size()));
    return Append(std::move(pending));
  }

  ExpressionPtr Append(PendingCall pending) {
    calls_.push_back(std::move(pending));
    const Column& output = calls_.back().call.output;
    return Expression::InputRef(base_ + static_cast<int>(calls_.size()) - 1, output.type,
                                output.name);
  }

  ExpressionPtr AddLag(const sql::FunctionCall& call) {
    PendingCall pending;
    AggregateCallSite site;
    int64_t offset = 1;
    for (size_t i = 0; i < call.arguments.size(); ++i) {
      ExpressionBinder plain(context_, scope_);
      const ExpressionPtr arg = plain.BindTyped(*call.arguments[i].value);
      if (arg == nullptr) return nullptr;
      if (i == 1) {
        const auto* literal = arg->kind() == ExpressionKind::kLiteral
                                  ? dynamic_cast<const arrow::Int32Scalar*>(arg->literal().get())
                                  : nullptr;
        if (literal == nullptr) {
          context_->Error("MR0301", "the offset of LAG is a number such as 2",
                          call.arguments[i].value->span);
          return nullptr;
        }
        offset = literal->value;
        continue;
      }
      site.args.push_back({arg->type(), nullptr, false});
      pending.args.push_back(arg);
    }
    pending.call.function = LagName(offset);
    return Resolved(call, ResolveLag(site, offset), std::move(pending));
  }

  ExpressionPtr AddCall(const sql::FunctionCall& call) {
    PendingCall pending;
    pending.call.function = call.upper_name;
    pending.call.distinct = call.quantifier == sql::SetQuantifier::kDistinct;
    AggregateCallSite site;
    site.distinct = pending.call.distinct;
    site.needs_retraction = window_->preceding >= 0;  // rows leave a bounded frame
    for (const sql::Argument& argument : call.arguments) {
      if (argument.value->kind == sql::ExprKind::kStar && call.upper_name == "COUNT") {
        pending.call.count_star = true;
        continue;
      }
      ExpressionBinder plain(context_, scope_);
      ExpressionPtr arg = plain.BindTyped(*argument.value);
      if (arg == nullptr) return nullptr;
      site.args.push_back({arg->type(), nullptr, false});
      pending.args.push_back(std::move(arg));
    }
    if (call.filter != nullptr) {
      ExpressionBinder plain(context_, scope_);
      pending.filter = plain.BindCondition(*call.filter, "FILTER");
      if (pending.filter == nullptr) return nullptr;
    }
    return Resolved(call, context_->registries.aggregates->Resolve(call.upper_name, site),
                    std::move(pending));
  }

  ExpressionPtr Resolved(const sql::FunctionCall& call, Result<ResolvedAggregate> resolved,
                         PendingCall pending) {
    if (!resolved) {
      context_->Report(resolved.error(), call.span);
      return nullptr;
    }
    for (size_t i = 0; i < pending.args.size(); ++i) {
      auto cast = Expression::Cast(pending.args[i], resolved->arg_types[i], false, true);
      if (!cast) {
        context_->Report(cast.error(), call.span);
        return nullptr;
      }
      pending.args[i] = *std::move(cast);
    }
    pending.call.output = {"w" + std::to_string(calls_.size()), resolved->result};
    pending.call.resolved = *std::move(resolved);
    return Append(std::move(pending));
  }

  /// `numbers`: for ROW_NUMBER, which goes by rows.
  bool BindWindow(const sql::WindowSpec& spec, Span span, bool numbers) {
    BoundWindow window;
    window.rows = numbers;
    for (const sql::ExprPtr& expr : spec.partition_by) {
      ExpressionBinder plain(context_, scope_);
      window.partition.push_back(plain.BindTyped(*expr));
      if (window.partition.back() == nullptr) return false;
      window.text += window.partition.back()->ToString() + ",";
    }
    if (!BindOrder(spec, span, &window) || !BindFrame(spec, &window)) return false;
    if (!window.by_time && window.preceding >= 0) {
      context_
          ->Error("MR0407",
                  "a frame in another order than that of time begins at UNBOUNDED PRECEDING",
                  spec.frame->start.span)
          .try_text = "UNBOUNDED PRECEDING";
      return false;
    }
    window.text += "|" + window.order->ToString() + (window.nulls_first ? "" : " nulls last") +
                   (window.rows ? "|rows " : "|range ") + std::to_string(window.preceding);
    if (window_ && window_->text != window.text) {
      context_->Error("MR0405", "all OVER windows of one SELECT must be the same", span).next_step =
          "Compute one window in a subquery and the other one outside.";
      return false;
    }
    window_ = std::move(window);
    return true;
  }

  bool BindOrder(const sql::WindowSpec& spec, Span span, BoundWindow* window) {
    if (spec.order_by.empty()) {
      context_->Error("MR0406", "OVER needs ORDER BY", span).next_step =
          "Add ORDER BY with the rowtime column, a PROCTIME() column, or another one.";
      return false;
    }
    const sql::SortItem& item = spec.order_by.front();
    ExpressionBinder plain(context_, scope_);
    window->order = plain.BindTyped(*item.value);
    if (window->order == nullptr) return false;
    if (spec.order_by.size() > 1) {
      context_->Error("MR0406", "OVER on a stream orders by one column", spec.order_by[1].span);
      return false;
    }
    if (item.direction == sql::SortDirection::kDescending) {
      context_->Error("MR0406", "OVER on a stream orders ascending", item.span).next_step =
          "ROW_NUMBER with a bound for the number (Top-N) may go down.";
      return false;
    }
    window->by_time = window->order->kind() == ExpressionKind::kInputRef &&
                      window->order->type().time_attribute() != TimeAttribute::kNone;
    if (window->by_time) return true;
    if (lags_) {
      context_->Error("MR0406", "LAG goes by the order of time", item.span).next_step =
          "Declare WATERMARK FOR the column in CREATE TABLE and order by it.";
      return false;
    }
    window->nulls_first = SortItemOf(item, nullptr).nulls_first;
    return CheckSortable(context_, *window->order, item.span);
  }

  bool BindFrame(const sql::WindowSpec& spec, BoundWindow* window) {
    if (!spec.frame) return true;  // RANGE UNBOUNDED PRECEDING
    const sql::Frame& frame = *spec.frame;
    using Bound = sql::FrameBound::Kind;
    window->rows = frame.unit == sql::FrameUnit::kRows;
    if (frame.end && frame.end->kind != Bound::kCurrentRow) {
      context_->Error("MR0407", "a frame on a stream ends at CURRENT ROW", frame.end->span)
          .try_text = "CURRENT ROW";
      return false;
    }
    switch (frame.start.kind) {
      case Bound::kUnboundedPreceding: return true;
      case Bound::kCurrentRow: window->preceding = 0; return true;
      case Bound::kPreceding: return BindOffset(frame, window);
      default:
        context_
            ->Error("MR0407", "a frame on a stream starts before the current row", frame.start.span)
            .try_text = "UNBOUNDED PRECEDING";
        return false;
    }
  }

  bool BindOffset(const sql::Frame& frame, BoundWindow* window) {
    const Scope empty;
    ExpressionBinder plain(context_, &empty);
    const ExpressionPtr offset = plain.BindTyped(*frame.start.offset);
    if (offset == nullptr) return false;
    const TypeKind wanted = window->rows ? TypeKind::kInt : TypeKind::kIntervalDayTime;
    if (offset->kind() != ExpressionKind::kLiteral || offset->type().kind() != wanted) {
      context_->Error("MR0407",
                      window->rows ? std::string("ROWS takes a number of rows, found ") +
                                         offset->type().Nullable().ToString()
                                   : "RANGE takes an interval such as INTERVAL '1' HOUR, found " +
                                         offset->type().Nullable().ToString(),
                      frame.start.offset->span);
      return false;
    }
    window->preceding = window->rows
                            ? static_cast<const arrow::Int32Scalar&>(*offset->literal()).value
                            : static_cast<const arrow::Int64Scalar&>(*offset->literal()).value;
    if (window->preceding < 0) {
      context_->Error("MR0407", "a frame cannot start behind the current row", frame.start.span);
      return false;
    }
    return true;
  }

  int base_;
  bool lags_ = false;  // the call at hand is LAG
  std::optional<BoundWindow> window_;
  std::vector<PendingCall> calls_;
};

/// Columns of the input, and calls over them.
struct OverParts {
  std::vector<int> partition;
  int order = -1;
  std::vector<AggregateCall> calls;
};

PlanNodePtr MakeOver(BindContext* context, PlanNodePtr input, const BoundWindow& window,
                     OverParts parts) {
  if (!window.by_time) {
    OrderedOverNode::Fields fields;
    fields.partition_keys = std::move(parts.partition);
    fields.order = {parts.order, /*descending=*/false, window.nulls_first};
    fields.rows = window.rows;
    fields.calls = std::move(parts.calls);
    fields.state_ttl_ms = context->settings->GetDuration("table.exec.state.ttl").count();
    return std::make_shared<OrderedOverNode>(std::move(input), std::move(fields));
  }
  OverNode::Fields fields;
  fields.partition_keys = std::move(parts.partition);
  fields.order_column = parts.order;
  fields.proctime = window.order->type().time_attribute() == TimeAttribute::kProctime;
  fields.on_arrival = context->settings->GetString("millrace.over.emit") == "on-arrival";
  OverStage stage{.rows = window.rows, .preceding = window.preceding};
  stage.calls = std::move(parts.calls);
  fields.stages.push_back(std::move(stage));
  return std::make_shared<OverNode>(std::move(input), std::move(fields));
}

}  // namespace

PlanNodePtr SelectBinder::BindOver() {
  if (OnlyRowNumbers()) return BindRowNumber();
  const int base = static_cast<int>(source_.plan->schema().size());
  OverBinder binder(context_, &source_.scope, select_, base);
  std::vector<ExpressionPtr> items;
  bool ok = !failed_;
  for (const SelectColumn& item : items_) {
    items.push_back(item.expr == nullptr ? item.star : binder.Bind(*item.expr));
    ok = ok && items.back() != nullptr;
  }
  ExpressionPtr qualify = select_.qualify ? binder.BindQualify(*select_.qualify) : nullptr;
  if (!ok || (select_.qualify != nullptr && qualify == nullptr)) return nullptr;
  const BoundWindow& window = *binder.window();
  if (window.by_time && !source_.plan->changelog_mode().insert_only()) {
    context_->Error("MR0408", "OVER by time needs rows that are never updated; its input does that",
                    select_.span);
    return nullptr;
  }
  // The projection below: columns the SELECT list uses, then what the window needs.
  ProjectionBuilder below;
  std::vector<bool> used;
  for (const ExpressionPtr& item : items) item->CollectInputs(&used);
  if (qualify != nullptr) qualify->CollectInputs(&used);
  used.resize(static_cast<size_t>(base) + binder.calls().size());
  const auto refs = InputRefs(source_.plan->schema());
  std::vector<int> mapping(used.size(), -1);
  for (size_t i = 0; i < static_cast<size_t>(base); ++i) {
    if (used[i]) mapping[i] = below.Add(refs[i], source_.plan->schema()[i].name);
  }
  const auto name = [&](const ExpressionPtr& expression, const char* prefix) {
    return expression->kind() == ExpressionKind::kInputRef
               ? source_.plan->schema()[static_cast<size_t>(expression->index())].name
               : prefix + std::to_string(below.size());
  };
  std::vector<int> partition;
  for (const ExpressionPtr& key : window.partition) {
    partition.push_back(below.Add(key, name(key, "key")));
  }
  const int order = below.Add(window.order, name(window.order, "order"));
  std::vector<AggregateCall> calls;
  for (PendingCall& pending : binder.calls()) {
    for (const ExpressionPtr& arg : pending.args) {
      pending.call.args.push_back(below.Add(arg, name(arg, "arg")));
    }
    if (pending.filter) {
      pending.call.filter = below.Add(pending.filter, name(pending.filter, "filter"));
    }
    calls.push_back(std::move(pending.call));
  }
  PlanNodePtr input =
      MakeCalc(source_.plan, condition_, below.expressions(), UniqueNames(below.names()));
  for (size_t i = 0; i < calls.size(); ++i) {
    mapping[static_cast<size_t>(base) + i] = static_cast<int>(input->schema().size() + i);
  }
  PlanNodePtr over =
      MakeOver(context_, std::move(input), window, {std::move(partition), order, std::move(calls)});
  for (ExpressionPtr& item : items) item = item->Remap(mapping);
  if (qualify != nullptr) qualify = qualify->Remap(mapping);
  return MakeCalc(over, std::move(qualify), std::move(items), ItemNames());
}

}  // namespace millrace
