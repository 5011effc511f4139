// SPDX-License-Identifier: Apache-2.0
// JOIN LATERAL SNAPSHOT(input => TABLE t, on_time => DESCRIPTOR(ts), ..) AS s ON ..
#include <arrow/scalar.h>

#include "expr/evaluator.h"
#include "plan/binding/expression_binder.h"
#include "plan/binding/joins/join_planner.h"
#include "plan/binding/query/function_arguments.h"
#include "plan/binding/query/query_binder.h"

namespace millrace {
namespace {

/// A constant, or null after a diagnostic.
ExpressionPtr BindConstant(BindContext* context, const sql::Expr& expr) {
  const Scope empty;
  ExpressionBinder binder(context, &empty);
  const ExpressionPtr bound = binder.BindTyped(expr);
  if (bound == nullptr) return nullptr;
  const auto value = EvaluateConstant(bound, context->session);
  if (!value) {
    context->Report(value.error(), expr.span);
    return nullptr;
  }
  return Expression::Literal(*value, bound->type());
}

std::optional<int64_t> BindDuration(BindContext* context, const sql::Expr& expr) {
  const ExpressionPtr bound = BindConstant(context, expr);
  if (bound == nullptr) return std::nullopt;
  const auto* value = dynamic_cast<const arrow::Int64Scalar*>(bound->literal().get());
  if (bound->type().kind() == TypeKind::kIntervalDayTime && value != nullptr && value->is_valid &&
      value->value > 0) {
    return value->value;
  }
  context->Error("MR0317",
                 "expected an interval such as INTERVAL '1' MINUTE, found " +
                     bound->type().Nullable().ToString(),
                 expr.span);
  return std::nullopt;
}

std::optional<int64_t> BindInstant(BindContext* context, const sql::Expr& expr) {
  const ExpressionPtr bound = BindConstant(context, expr);
  if (bound == nullptr) return std::nullopt;
  const auto cast = Expression::Cast(bound, DataType::TimestampLtz(3));
  const bool is_time = bound->type().kind() == TypeKind::kTimestampLtz ||
                       bound->type().kind() == TypeKind::kTimestamp;
  if (is_time && cast) {
    const auto value = EvaluateConstant(*cast, context->session);
    if (value && (*value)->is_valid) {
      return static_cast<const arrow::TimestampScalar&>(**value).value;
    }
  }
  context
      ->Error("MR0317", "expected a TIMESTAMP_LTZ, found " + bound->type().Nullable().ToString(),
              expr.span)
      .next_step = "TO_TIMESTAMP_LTZ(1700000000000, 3), or TIMESTAMP '2026-01-01 00:00:00'.";
  return std::nullopt;
}

bool CheckTime(BindContext* context, const sql::Expr* on_time, const Schema& schema, Span span) {
  int rowtime = -1;
  for (size_t i = 0; i < schema.size() && rowtime < 0; ++i) {
    if (schema[i].type.time_attribute() == TimeAttribute::kRowtime) rowtime = static_cast<int>(i);
  }
  if (rowtime < 0) {
    context
        ->Error("MR0404",
                "SNAPSHOT needs a table with a watermark: it says when the table is loaded",
                on_time != nullptr ? on_time->span : span)
        .next_step = "Declare WATERMARK FOR ts AS .. in CREATE TABLE.";
    return false;
  }
  if (on_time == nullptr) return true;
  const auto* descriptor = sql::As<sql::Descriptor>(*on_time);
  if (descriptor == nullptr || descriptor->columns.size() != 1) {
    context->Error("MR0317", "expected DESCRIPTOR(time_column) here", on_time->span);
    return false;
  }
  const std::string name = descriptor->columns[0].ToString();
  const auto found = schema.Find(name);
  if (!found) {
    Diagnostic& diagnostic =
        context->Error("MR0201", "unknown column '" + name + "'", on_time->span);
    context->Suggest(&diagnostic, name, schema.names());
    return false;
  }
  if (schema[*found].type.time_attribute() == TimeAttribute::kRowtime) return true;
  context
      ->Error("MR0404",
              "SNAPSHOT needs a time attribute, '" + name + "' is only " +
                  schema[*found].type.ToString(),
              on_time->span)
      .next_step = "Declare WATERMARK FOR " + name + " AS .. in CREATE TABLE.";
  return false;
}

}  // namespace

std::optional<BoundRelation> QueryBinder::BindSnapshot(
    const sql::Join& join, const sql::FunctionTable& table,
    std::optional<SnapshotJoinNode::Fields>* fields) {
  const bool fits = (join.type == sql::JoinType::kInner || join.type == sql::JoinType::kLeft) &&
                    !join.natural && (join.condition != nullptr || !join.using_columns.empty());
  if (!fits || !table.lateral) {
    context_
        ->Error("MR0317", "SNAPSHOT is joined by JOIN LATERAL .. ON or LEFT JOIN LATERAL .. ON",
                join.operator_span)
        .next_step = "FROM o JOIN LATERAL SNAPSHOT(input => TABLE t) AS s ON o.k = s.k";
    return std::nullopt;
  }
  const auto args = MatchArguments(
      context_, *table.call,
      {"INPUT", "ON_TIME", "LOAD_COMPLETED_TIME", "LOAD_COMPLETED_IDLE_TIMEOUT", "STATE_TTL"}, 4);
  if (args.empty()) return std::nullopt;
  PlanNodePtr input = BindTableArgument(*args[0]);
  if (input != nullptr) input = CompleteQuery(context_, input);
  if (input == nullptr) return std::nullopt;
  SnapshotJoinNode::Fields snapshot;
  bool ok = CheckTime(context_, args[1], input->schema(), table.span);
  if (args[2] != nullptr) {
    snapshot.loaded_at_ms = BindInstant(context_, *args[2]);
    ok = ok && snapshot.loaded_at_ms.has_value();
  }
  if (args[3] != nullptr) {
    const auto idle_ms = BindDuration(context_, *args[3]);
    ok = ok && idle_ms.has_value();
    snapshot.idle_ms = idle_ms.value_or(0);
  }
  snapshot.ttl_ms = context_->settings->GetDuration("table.exec.state.ttl").count();
  if (args[4] != nullptr) {
    const auto ttl_ms = BindDuration(context_, *args[4]);
    ok = ok && ttl_ms.has_value();
    snapshot.ttl_ms = ttl_ms.value_or(0);
  }
  if (!ok) return std::nullopt;
  *fields = std::move(snapshot);
  return BindRelation(table, std::move(input), "");
}

std::optional<BoundRelation> JoinPlanner::PlanSnapshot() {
  if (!left_.plan->changelog_mode().insert_only()) {
    context_->NotSupported("a snapshot join of rows that are updated", version_span_,
                           "The left side may only grow; the right side may be updated.");
    return std::nullopt;
  }
  DropNullSafeKeys();
  SnapshotJoinNode::Fields fields = *snapshot_;
  fields.type = type_;
  const size_t right_columns = right_.plan->schema().size();
  PlaceKeys(&fields.left_keys, &fields.right_keys);
  fields.condition = Rest(right_columns);
  return Finish(std::make_shared<SnapshotJoinNode>(left_.plan, right_.plan, std::move(fields)),
                right_columns);
}

}  // namespace millrace
