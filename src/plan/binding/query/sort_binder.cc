// SPDX-License-Identifier: Apache-2.0
#include "plan/binding/query/sort_binder.h"

#include <arrow/scalar.h>

#include "plan/binding/expression_binder.h"
#include "plan/calc_builder.h"
#include "plan/nodes/rank_builder.h"

namespace millrace {
namespace {

/// The number of a LIMIT or OFFSET; nullopt after a diagnostic.
std::optional<int64_t> BindCount(BindContext* context, const sql::Expr& expr,
                                 std::string_view clause) {
  const Scope empty;
  ExpressionBinder binder(context, &empty);
  const ExpressionPtr value = binder.BindTyped(expr);
  if (value == nullptr) return std::nullopt;
  const bool literal = value->kind() == ExpressionKind::kLiteral && value->literal()->is_valid;
  const auto cast = literal ? value->literal()->CastTo(arrow::int64())
                            : arrow::Result<std::shared_ptr<arrow::Scalar>>();
  if (literal && cast.ok()) {
    const int64_t count = static_cast<const arrow::Int64Scalar&>(**cast).value;
    if (count >= 0) return count;
  }
  context->Error("MR0312", std::string(clause) + " takes a number of rows", expr.span);
  return std::nullopt;
}

/// Leaves out the columns that were there for ORDER BY.
PlanNodePtr VisibleOnly(PlanNodePtr plan, size_t visible) {
  if (plan->schema().size() == visible) return plan;
  auto columns = InputRefs(plan->schema());
  auto names = plan->schema().names();
  columns.resize(visible);
  names.resize(visible);
  return MakeCalc(std::move(plan), nullptr, std::move(columns), std::move(names));
}

PlanNodePtr BindTemporalSort(BindContext* context, const sql::Query& query, PlanNodePtr body,
                             const std::vector<SortKey>& order) {
  const Span span = query.order_by.front().span.Cover(query.order_by.back().span);
  const DataType& first = body->schema()[static_cast<size_t>(order[0].column)].type;
  if (first.time_attribute() == TimeAttribute::kNone || order[0].descending) {
    context
        ->Error(
            "MR0413",
            order[0].descending
                ? std::string("a stream is sorted by time ascending, or has a LIMIT")
                : "a stream is sorted by a time attribute, found " + first.Nullable().ToString(),
            span)
        .next_step =
        "Begin ORDER BY with the rowtime column, or add LIMIT: the first rows of any "
        "order are kept up to date.";
    return nullptr;
  }
  if (first.time_attribute() == TimeAttribute::kProctime) {
    if (order.size() == 1) return body;  // the order in which rows come
    context->NotSupported("ORDER BY a processing time and further columns", span);
    return nullptr;
  }
  if (!body->changelog_mode().insert_only()) {
    context
        ->Error("MR0408", "ORDER BY needs rows that are never updated; its input updates them",
                span)
        .next_step = "Add LIMIT: the first rows of any order are kept up to date.";
    return nullptr;
  }
  return std::make_shared<TemporalSortNode>(std::move(body), order);
}

}  // namespace

std::string BoundSortItem::ToString() const {
  return value->ToString() + (descending ? " DESC" : " ASC") + (nulls_first ? " NF" : " NL");
}

BoundSortItem SortItemOf(const sql::SortItem& item, ExpressionPtr value) {
  const bool descending = item.direction == sql::SortDirection::kDescending;
  const bool nulls_first =
      item.nulls == sql::NullsOrder::kDefault ? !descending : item.nulls == sql::NullsOrder::kFirst;
  return {std::move(value), descending, nulls_first};
}

std::optional<int64_t> OrdinalOf(const sql::Expr& expr) {
  const auto* literal = sql::As<sql::Literal>(expr);
  if (literal == nullptr || literal->literal != sql::LiteralKind::kInteger) return std::nullopt;
  return std::strtoll(literal->text.c_str(), nullptr, 10);
}

PlanNodePtr BindOrder(BindContext* context, const sql::Query& query, PlanNodePtr body,
                      std::vector<SortKey>* order) {
  Scope scope;
  scope.AddRelation("", body->schema(), 0);
  auto columns = InputRefs(body->schema());
  auto names = body->schema().names();
  for (const sql::SortItem& item : query.order_by) {
    const BoundSortItem sort = SortItemOf(item, nullptr);
    const auto ordinal = OrdinalOf(*item.value);
    if (ordinal && (*ordinal < 1 || *ordinal > static_cast<int64_t>(body->schema().size()))) {
      context->Error("MR0312", "ORDER BY names a column that the query has not", item.span);
      return nullptr;
    }
    ExpressionBinder binder(context, &scope);
    ExpressionPtr value =
        ordinal ? columns[static_cast<size_t>(*ordinal - 1)] : binder.BindTyped(*item.value);
    if (value == nullptr) return nullptr;
    int place = value->index();
    if (value->kind() != ExpressionKind::kInputRef) {
      place = static_cast<int>(columns.size());
      names.push_back("ORDER$" + std::to_string(place));
      columns.push_back(std::move(value));
    }
    order->push_back({place, sort.descending, sort.nulls_first});
  }
  return MakeCalc(std::move(body), nullptr, std::move(columns), std::move(names));
}

bool CheckSortable(BindContext* context, const Expression& value, Span span) {
  switch (value.type().kind()) {
    case TypeKind::kArray:
    case TypeKind::kMap:
    case TypeKind::kMultiset:
    case TypeKind::kRow:
    case TypeKind::kVariant:
    case TypeKind::kBitmap:
    case TypeKind::kRaw:
    case TypeKind::kNull:
      context->NotSupported("ORDER BY a value of type " + value.type().Nullable().ToString(), span);
      return false;
    default: return true;
  }
}

PlanNodePtr BindOrderAndLimit(BindContext* context, const sql::Query& query, PlanNodePtr body,
                              const std::vector<SortKey>& order, size_t visible, bool nested) {
  const auto refs = InputRefs(body->schema());
  for (size_t i = 0; i < order.size(); ++i) {
    const Expression& value = *refs[static_cast<size_t>(order[i].column)];
    if (!CheckSortable(context, value, query.order_by[i].span)) return nullptr;
  }
  std::optional<int64_t> limit;
  int64_t offset = 0;
  if (query.limit != nullptr) {
    limit = BindCount(context, *query.limit, "LIMIT");
    if (!limit) return nullptr;
  }
  if (query.offset != nullptr) {
    const auto count = BindCount(context, *query.offset, "OFFSET");
    if (!count) return nullptr;
    offset = *count;
  }
  if (query.offset != nullptr && offset > 0 && !limit) {
    context->NotSupported("OFFSET without LIMIT", query.offset->span,
                          "Add LIMIT: which rows go out must be known.");
    return nullptr;
  }
  if (!limit) {
    if (nested || order.empty()) return VisibleOnly(std::move(body), visible);
    PlanNodePtr sorted = BindTemporalSort(context, query, std::move(body), order);
    return sorted == nullptr ? nullptr : VisibleOnly(std::move(sorted), visible);
  }
  if (*limit == 0) {
    body = MakeFilter(std::move(body), Expression::BooleanLiteral(false));
    return VisibleOnly(std::move(body), visible);
  }
  RankNode::Fields fields;
  fields.order = order;
  fields.range = {offset + 1, offset + *limit};
  fields.state_ttl_ms = context->settings->GetDuration("table.exec.state.ttl").count();
  return VisibleOnly(std::make_shared<RankNode>(std::move(body), std::move(fields)), visible);
}

}  // namespace millrace
