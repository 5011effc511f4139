// SPDX-License-Identifier: Apache-2.0
// SELECT whose only OVER call is ROW_NUMBER. Any order will do, as long as a filter bounds the
// number (plan/nodes/rank_builder.h); ordered by one column, ascending, it may also number all
// rows.
#include <algorithm>

#include "plan/binding/query/over_call_binder.h"
#include "plan/binding/query/sort_binder.h"
#include "plan/calc_builder.h"
#include "plan/nodes/aggregate_nodes.h"
#include "plan/nodes/rank_builder.h"
#include "plan/over/ordered_over_node.h"
#include "sql/ast/children.h"

namespace millrace {
namespace {

void CollectOverCalls(const sql::Expr& expr, std::vector<const sql::FunctionCall*>* out) {
  if (const auto* call = sql::As<sql::FunctionCall>(expr); call && call->over) {
    out->push_back(call);
  }
  sql::ForEachChild(expr, [&](const sql::Expr& child) { CollectOverCalls(child, out); });
}

class RowNumberBinder final : public OverCallBinder {
 public:
  RowNumberBinder(BindContext* context, const Scope* scope, const sql::Select& select, int number)
      : OverCallBinder(context, scope, select), number_(number) {}

  const std::vector<ExpressionPtr>& partition() const { return partition_; }
  const std::vector<BoundSortItem>& order() const { return order_; }
  Span span() const { return span_; }

 protected:
  ExpressionPtr BindOverCall(const sql::FunctionCall& call) override {
    const sql::WindowSpec* spec = FindSpec(*call.over);
    if (spec == nullptr || !CheckRowNumber(call, *spec)) return nullptr;
    std::vector<ExpressionPtr> partition;
    std::vector<BoundSortItem> order;
    std::string text;
    for (const sql::ExprPtr& expr : spec->partition_by) {
      ExpressionBinder plain(context_, scope_);
      partition.push_back(plain.BindTyped(*expr));
      if (partition.back() == nullptr) return nullptr;
      text += partition.back()->ToString() + ",";
    }
    for (const sql::SortItem& item : spec->order_by) {
      ExpressionBinder plain(context_, scope_);
      ExpressionPtr value = plain.BindTyped(*item.value);
      if (value == nullptr || !CheckSortable(context_, *value, item.span)) return nullptr;
      order.push_back(SortItemOf(item, std::move(value)));
      text += "|" + order.back().ToString();
    }
    if (bound_ && text != text_) {
      context_->Error("MR0405", "all OVER windows of one SELECT must be the same", call.over->span)
          .next_step = "Compute one window in a subquery and the other one outside.";
      return nullptr;
    }
    if (!bound_) span_ = call.span;
    bound_ = true;
    text_ = std::move(text);
    partition_ = std::move(partition);
    order_ = std::move(order);
    return Expression::InputRef(number_, DataType::BigInt().NotNull(), "w0");
  }

 private:
  int number_;  // the column of the number
  bool bound_ = false;
  std::string text_;
  Span span_;
  std::vector<ExpressionPtr> partition_;
  std::vector<BoundSortItem> order_;
};

/// ROW_NUMBER of all rows, where a stream can have it; else null.
PlanNodePtr NumberAll(BindContext* context, const PlanNodePtr& input,
                      const RowNumberNode::Fields& fields) {
  const SortKey& order = fields.order[0];
  if (fields.order.size() > 1 || order.descending) return nullptr;
  const TimeAttribute time =
      input->schema()[static_cast<size_t>(order.column)].type.time_attribute();
  if (time == TimeAttribute::kNone) {
    OrderedOverNode::Fields over;
    over.partition_keys = fields.partition_keys;
    over.order = order;
    over.rows = true;
    over.calls.push_back(CountRows(context, fields.name));
    over.state_ttl_ms = fields.state_ttl_ms;
    return std::make_shared<OrderedOverNode>(input, std::move(over));
  }
  if (!input->changelog_mode().insert_only()) return nullptr;
  OverNode::Fields over;
  over.partition_keys = fields.partition_keys;
  over.order_column = order.column;
  over.proctime = time == TimeAttribute::kProctime;
  over.on_arrival = context->settings->GetString("millrace.over.emit") == "on-arrival";
  OverStage stage{.rows = true, .preceding = -1};
  stage.calls.push_back(CountRows(context, fields.name));
  over.stages.push_back(std::move(stage));
  return std::make_shared<OverNode>(input, std::move(over));
}

}  // namespace

bool SelectBinder::OnlyRowNumbers() const {
  std::vector<const sql::FunctionCall*> calls;
  for (const SelectColumn& item : items_) {
    if (item.expr != nullptr) CollectOverCalls(*item.expr, &calls);
  }
  if (select_.qualify != nullptr) CollectOverCalls(*select_.qualify, &calls);
  return std::ranges::all_of(
      calls, [](const sql::FunctionCall* call) { return call->upper_name == "ROW_NUMBER"; });
}

PlanNodePtr SelectBinder::BindRowNumber() {
  const auto base = source_.plan->schema().size();
  RowNumberBinder binder(context_, &source_.scope, select_, static_cast<int>(base));
  std::vector<ExpressionPtr> items;
  bool ok = !failed_;
  for (const SelectColumn& item : items_) {
    items.push_back(item.expr == nullptr ? item.star : binder.Bind(*item.expr));
    ok = ok && items.back() != nullptr;
  }
  ExpressionPtr qualify = select_.qualify ? binder.BindQualify(*select_.qualify) : nullptr;
  if (!ok || (select_.qualify != nullptr && qualify == nullptr)) return nullptr;
  // The projection below: columns the SELECT list uses, then what the window needs.
  ProjectionBuilder below;
  std::vector<bool> used(base + 1, false);
  for (const ExpressionPtr& item : items) item->CollectInputs(&used);
  if (qualify != nullptr) qualify->CollectInputs(&used);
  const Schema& schema = source_.plan->schema();
  const auto refs = InputRefs(schema);
  std::vector<int> mapping(base + 1, -1);
  for (size_t i = 0; i < base; ++i) {
    if (used[i]) mapping[i] = below.Add(refs[i], schema[i].name);
  }
  const auto add = [&](const ExpressionPtr& expression, const char* prefix) {
    const bool plain = expression->kind() == ExpressionKind::kInputRef;
    return below.Add(expression, plain ? schema[static_cast<size_t>(expression->index())].name
                                       : prefix + std::to_string(below.size()));
  };
  RowNumberNode::Fields fields;
  for (const ExpressionPtr& key : binder.partition()) {
    fields.partition_keys.push_back(add(key, "key"));
  }
  for (const BoundSortItem& item : binder.order()) {
    fields.order.push_back({add(item.value, "order"), item.descending, item.nulls_first});
  }
  fields.name = "w0";
  fields.state_ttl_ms = context_->settings->GetDuration("table.exec.state.ttl").count();
  fields.span = binder.span();
  PlanNodePtr input =
      MakeCalc(source_.plan, condition_, below.expressions(), UniqueNames(below.names()));
  mapping[base] = static_cast<int>(input->schema().size());
  fields.over = NumberAll(context_, input, fields);
  PlanNodePtr number = std::make_shared<RowNumberNode>(std::move(input), std::move(fields));
  for (ExpressionPtr& item : items) item = item->Remap(mapping);
  if (qualify != nullptr) qualify = qualify->Remap(mapping);
  return MakeCalc(std::move(number), std::move(qualify), std::move(items), ItemNames());
}

PlanNodePtr CompleteQuery(BindContext* context, const PlanNodePtr& plan) {
  return ResolveRowNumbers(plan, [context](const RowNumberNode& number) {
    const std::vector<SortKey>& order = number.fields().order;
    const Column& first = number.schema()[static_cast<size_t>(order[0].column)];
    const bool by_time = first.type.time_attribute() != TimeAttribute::kNone;
    context
        ->Error("MR0412",
                order.size() > 1 || order[0].descending
                    ? "ROW_NUMBER in a descending order or that of several columns needs a bound "
                      "for the number"
                : by_time
                    ? "ROW_NUMBER by time of rows that are updated needs a bound for the number"
                    : "a filter on ROW_NUMBER needs a bound for the number from above",
                number.fields().span)
        .next_step =
        "Filter it where it is used: WHERE rn <= 3, or QUALIFY ROW_NUMBER() OVER (..) <= 3.";
  });
}

}  // namespace millrace
