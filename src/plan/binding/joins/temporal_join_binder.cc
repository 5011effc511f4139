// SPDX-License-Identifier: Apache-2.0
// FOR SYSTEM_TIME AS OF: the versions on the right side of a join, and the time that chooses one.
#include <algorithm>

#include "plan/binding/expression_binder.h"
#include "plan/binding/joins/join_planner.h"
#include "plan/binding/query/query_binder.h"
#include "plan/calc_builder.h"
#include "plan/nodes/changelog_nodes.h"
#include "plan/nodes/source_nodes.h"
#include "plan/nodes/stateless_nodes.h"
#include "plan/nodes/temporal_join_node.h"
#include "plan/nodes/unique_keys.h"

namespace millrace {
namespace {

constexpr std::string_view kVersionCode = "MR0414";

/// An upsert is a version by itself, and so is a deletion by key: nothing needs to be known of the
/// row before.
PlanNodePtr WithoutNormalize(const PlanNodePtr& plan) {
  if (As<ChangelogNormalizeNode>(plan)) return plan->children()[0];
  const auto* calc = As<CalcNode>(plan);
  if (calc == nullptr || calc->condition() != nullptr) return plan;
  const PlanNodePtr& input = calc->children()[0];
  PlanNodePtr below = WithoutNormalize(input);
  return below == input ? plan : plan->WithChildren({std::move(below)});
}

bool IsInteger(const DataType& type) {
  return type.kind() == TypeKind::kTinyInt || type.kind() == TypeKind::kSmallInt ||
         type.kind() == TypeKind::kInt || type.kind() == TypeKind::kBigInt;
}

/// The column that is compared; equal integers are equal in any width. -1: something computed.
int ComparedColumn(const ExpressionPtr& key) {
  const Expression* value = key.get();
  while (value->kind() == ExpressionKind::kCast && IsInteger(value->type()) &&
         IsInteger(value->args()[0]->type())) {
    value = value->args()[0].get();
  }
  return value->kind() == ExpressionKind::kInputRef ? value->index() : -1;
}

/// Tables of files whose end is an end: all they have is known when they have been read.
bool IsReadOnce(const PlanNodePtr& plan) {
  if (const auto* scan = As<ScanNode>(plan)) {
    const Table& table = *scan->table();
    return table.connector->name() == "filesystem" &&
           !table.raw_options.contains("source.monitor-interval");
  }
  return !plan->children().empty() && std::ranges::all_of(plan->children(), IsReadOnce);
}

}  // namespace

std::optional<BoundRelation> QueryBinder::BindVersions(const sql::NamedTable& table) {
  PlanNodePtr plan = BindTableName(table.name, table.hints);
  if (plan != nullptr) plan = CompleteQuery(context_, plan);
  if (plan != nullptr) plan = WithoutNormalize(plan);
  return BindRelation(table, std::move(plan), table.name.parts.back().text);
}

bool QueryBinder::BindVersionTime(const sql::Join& join, const sql::NamedTable& table,
                                  const Scope& left, const PlanNodePtr& right,
                                  JoinPlanner* planner) {
  const bool has_condition = join.condition != nullptr || !join.using_columns.empty();
  if (join.natural || !has_condition ||
      (join.type != sql::JoinType::kInner && join.type != sql::JoinType::kLeft)) {
    context_
        ->Error(kVersionCode, "FOR SYSTEM_TIME AS OF needs JOIN .. ON or LEFT JOIN .. ON",
                join.operator_span)
        .next_step = "FROM o JOIN t FOR SYSTEM_TIME AS OF o.ts ON o.k = t.k";
    return false;
  }
  ExpressionBinder binder(context_, &left);
  const ExpressionPtr time = binder.BindTyped(*table.system_time);
  if (time == nullptr) return false;
  const TimeAttribute attribute = time->kind() == ExpressionKind::kInputRef
                                      ? time->type().time_attribute()
                                      : TimeAttribute::kNone;
  if (attribute == TimeAttribute::kNone) {
    context_
        ->Error(kVersionCode, "FOR SYSTEM_TIME AS OF takes a time attribute of the left side",
                table.system_time->span)
        .next_step = "A column for which its table declares a WATERMARK.";
    return false;
  }
  if (attribute == TimeAttribute::kProctime) {
    if (IsReadOnce(right)) {
      planner->SetSnapshot({.loaded_at_ms = kMaxWatermark}, table.span);
      return true;
    }
    context_
        ->Error(kVersionCode,
                "a join by processing time is not supported here: it would meet a table that is "
                "still being read",
                table.system_time->span)
        .next_step =
        "JOIN LATERAL SNAPSHOT(input => TABLE " + table.name.parts.back().text +
        ") AS s ON .. waits until the table is loaded; FOR SYSTEM_TIME AS OF a column with a "
        "WATERMARK joins by event time.";
    return false;
  }
  planner->SetVersionTime(time->index(), table.span);
  return true;
}

/// What the right side must be like; the key and the time of its versions.
bool JoinPlanner::CheckVersions(int right_time) {
  const auto error = [this](std::string message, std::string next_step) {
    context_->Error(kVersionCode, std::move(message), version_span_).next_step =
        std::move(next_step);
    return false;
  };
  const Schema& schema = right_.plan->schema();
  if (keys_.empty()) {
    return error("FOR SYSTEM_TIME AS OF needs an equality between both sides in ON",
                 "ON o.k = t.k, where k is the PRIMARY KEY of the right side.");
  }
  if (right_time < 0) {
    return error(
        "the right side of FOR SYSTEM_TIME AS OF has no rowtime: the time from which a "
        "version holds",
        "Declare it: WATERMARK FOR ts AS ts.");
  }
  const std::vector<UniqueKey> unique = UniqueKeysOf(right_.plan);
  if (unique.empty()) {
    return error("the right side of FOR SYSTEM_TIME AS OF has no PRIMARY KEY",
                 "Declare PRIMARY KEY (k) NOT ENFORCED, or join with a view of the last row by "
                 "key: ROW_NUMBER() OVER (PARTITION BY k ORDER BY ts DESC) = 1.");
  }
  std::vector<int> compared;
  for (const Key& key : keys_) compared.push_back(ComparedColumn(key.right) - left_size_);
  const bool by_key =
      std::ranges::any_of(unique, [&](const UniqueKey& key) { return ContainsKey(compared, key); });
  if (!by_key) {
    std::string columns;
    for (const int column : unique[0]) {
      columns += (columns.empty() ? "" : ", ") + schema[static_cast<size_t>(column)].name;
    }
    return error("the key (" + columns + ") of the right side must be compared by = in ON", {});
  }
  const DataType& left = left_.plan->schema()[static_cast<size_t>(version_time_)].type;
  const DataType& right = schema[static_cast<size_t>(right_time)].type;
  if (left.kind() != right.kind()) {
    return error("the times of FOR SYSTEM_TIME AS OF are of two kinds: " + left.ToString() +
                     " and " + right.ToString(),
                 "Declare both as TIMESTAMP(3), or both as TIMESTAMP_LTZ(3).");
  }
  return true;
}

std::optional<BoundRelation> JoinPlanner::PlanTemporal() {
  const int right_time = right_.plan->rowtime_column();
  DropNullSafeKeys();
  if (!CheckVersions(right_time)) return std::nullopt;
  TemporalJoinNode::Fields fields;
  fields.type = type_;
  fields.left_time = version_time_;
  fields.right_time = right_time;
  const size_t right_columns = right_.plan->schema().size();
  PlaceKeys(&fields.left_keys, &fields.right_keys);
  fields.condition = Rest(right_columns);
  return Finish(std::make_shared<TemporalJoinNode>(left_.plan, right_.plan, std::move(fields)),
                right_columns);
}

}  // namespace millrace
