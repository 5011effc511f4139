// SPDX-License-Identifier: Apache-2.0
// JOIN and the comma of FROM: ON, USING and NATURAL, and what WHERE says about both sides.
#include <algorithm>

#include "plan/binding/expression_binder.h"
#include "plan/binding/joins/join_planner.h"
#include "plan/binding/joins/subquery_columns.h"
#include "plan/binding/query/query_binder.h"
#include "plan/binding/query/select_binder.h"
#include "plan/calc_builder.h"

namespace millrace {
namespace {

JoinType ToJoinType(sql::JoinType type) {
  switch (type) {
    case sql::JoinType::kLeft: return JoinType::kLeft;
    case sql::JoinType::kRight: return JoinType::kRight;
    case sql::JoinType::kFull: return JoinType::kFull;
    default: return JoinType::kInner;
  }
}

/// A column by which both sides are joined, as columns of left ++ right.
struct SharedColumn {
  std::string name;
  Span span;
  int left = -1;
  int right = -1;
};

/// Two relations of one FROM need two names.
bool CheckNames(BindContext* context, const Scope& left, const Scope& right,
                const sql::TableRef& ref) {
  for (const ScopeColumn& column : right.columns()) {
    if (column.qualifier.empty() || !left.HasQualifier(column.qualifier)) continue;
    context
        ->Error("MR0209", "two relations of FROM are named '" + column.qualifier + "'",
                ref.alias ? ref.alias->name.span : ref.span)
        .next_step = "Give one of them another name: .. AS other.";
    return false;
  }
  return true;
}

/// The one column of that name that can be seen without a qualifier; reports at `span`.
const ScopeColumn* FindShared(BindContext* context, const Scope& scope, const std::string& name,
                              std::string_view side, Span span) {
  const ScopeColumn* found = nullptr;
  for (const ScopeColumn& column : scope.columns()) {
    if (column.name != name || column.qualified_only) continue;
    if (found != nullptr) {
      context->Error(
          "MR0203",
          "column '" + name + "' is ambiguous on the " + std::string(side) + " side of the join",
          span);
      return nullptr;
    }
    found = &column;
  }
  if (found == nullptr) {
    Diagnostic& diagnostic = context->Error(
        "MR0201", "the " + std::string(side) + " side of the join has no column '" + name + "'",
        span);
    std::vector<std::string> world;
    for (const ScopeColumn& column : scope.columns()) world.push_back(column.name);
    context->Suggest(&diagnostic, name, world);
  }
  return found;
}

/// The columns of USING, or those that both sides of a NATURAL join have.
std::optional<std::vector<SharedColumn>> SharedColumns(BindContext* context, const sql::Join& join,
                                                       const Scope& left, const Scope& right,
                                                       int left_size) {
  std::vector<SharedColumn> shared;
  for (const sql::Identifier& column : join.using_columns) {
    shared.push_back({column.text, column.span});
  }
  for (const ScopeColumn& column : left.columns()) {
    if (!join.natural || column.qualified_only) continue;
    const bool both = std::ranges::any_of(right.columns(), [&](const ScopeColumn& other) {
      return other.name == column.name && !other.qualified_only;
    });
    if (both) shared.push_back({column.name, join.operator_span});
  }
  for (SharedColumn& column : shared) {
    const ScopeColumn* l = FindShared(context, left, column.name, "left", column.span);
    const ScopeColumn* r = FindShared(context, right, column.name, "right", column.span);
    if (l == nullptr || r == nullptr) return std::nullopt;
    column.left = l->index;
    column.right = left_size + r->index;
  }
  return shared;
}

ExpressionPtr ColumnOf(const Scope& scope, int index) {
  const auto found = std::ranges::find(scope.columns(), index, &ScopeColumn::index);
  return Expression::InputRef(index, found->type, found->name);
}

/// Puts each shared column in front, once: COALESCE of both. The two are still there for those who
/// say which one they mean.
std::optional<BoundRelation> MergeShared(BindContext* context, BoundRelation joined,
                                         const std::vector<SharedColumn>& shared) {
  std::vector<ExpressionPtr> columns;
  std::vector<std::string> names;
  BoundRelation merged;
  for (const SharedColumn& column : shared) {
    std::vector<ExpressionPtr> both = {ColumnOf(joined.scope, column.left),
                                       ColumnOf(joined.scope, column.right)};
    const bool nullable = both[0]->type().nullable() && both[1]->type().nullable();
    auto type = Unify(context, &both, column.span, "column '" + column.name + "'");
    if (!type) return std::nullopt;
    type = type->WithTimeAttribute(TimeAttribute::kNone).Nullable(nullable);
    merged.scope.Add({"", column.name, *type, static_cast<int>(columns.size())});
    columns.push_back(Expression::Coalesce(std::move(both), *type));
    names.push_back(column.name);
  }
  const int shift = static_cast<int>(columns.size());
  for (ScopeColumn column : joined.scope.columns()) {
    for (const SharedColumn& one : shared) {
      if (column.index == one.left || column.index == one.right) column.qualified_only = true;
    }
    column.index += shift;
    merged.scope.Add(std::move(column));
  }
  for (const ExpressionPtr& column : InputRefs(joined.plan->schema())) columns.push_back(column);
  for (const std::string& name : joined.plan->schema().names()) names.push_back(name);
  merged.plan = MakeCalc(joined.plan, nullptr, std::move(columns), UniqueNames(std::move(names)));
  return merged;
}

}  // namespace

/// Subqueries of ON. Those of an inner join are conditions of WHERE as well; for another one they
/// become columns of its left side. What is left of the condition is over these.
bool QueryBinder::TakeSubqueries(const sql::Join& join, bool inner, BoundRelation* left,
                                 JoinCondition* condition, std::vector<sql::ExprPtr>* where) {
  SplitConjuncts(join.condition, &condition->parts);
  std::vector<const sql::Expr*> subqueries;
  for (const sql::ExprPtr& part : condition->parts) {
    if (!ContainsSubquery(*part)) continue;
    if (inner) where->push_back(part);
    subqueries.push_back(part.get());
  }
  if (inner) {
    std::erase_if(condition->parts, [&](const sql::ExprPtr& part) {
      return std::ranges::find(subqueries, part.get()) != subqueries.end();
    });
  } else if (!subqueries.empty()) {
    auto joined = JoinSubqueries(this, std::move(*left), subqueries);
    if (!joined) return false;
    *left = std::move(joined->relation);
    condition->values = std::move(joined->values);
  }
  return true;
}

bool QueryBinder::CheckCondition(const sql::Join& join) {
  const bool may_lack = join.type == sql::JoinType::kComma || join.type == sql::JoinType::kCross;
  if (may_lack || join.natural || join.condition != nullptr || !join.using_columns.empty()) {
    return true;
  }
  context_->Error("MR0101", "this join has no condition, expected ON or USING", join.operator_span)
      .next_step = "CROSS JOIN, or a comma, joins every row with every row.";
  return false;
}

/// How long the rows of a side of a regular join are kept: as STATE_TTL says, which names tables
/// and views of FROM, or as the setting does.
int64_t QueryBinder::JoinTtl(const sql::TableRef& side) {
  std::string name;
  if (const auto* named = sql::As<sql::NamedTable>(side)) name = named->name.parts.back().text;
  if (side.alias) name = side.alias->name.text;
  const auto hint = state_ttls_.find(name);
  if (hint == state_ttls_.end()) {
    return context_->settings->GetDuration("table.exec.state.ttl").count();
  }
  return hint->second;
}

std::optional<BoundRelation> QueryBinder::BindJoin(const sql::Join& join,
                                                   std::vector<sql::ExprPtr>* where) {
  if (const auto* unnest = sql::As<sql::UnnestTable>(join.right)) {
    return BindUnnestJoin(join, *unnest, where);
  }
  if (IsRowFunction(*context_, *join.right)) return BindUnnestJoin(join, *join.right, where);
  if (const auto* derived = sql::As<sql::DerivedTable>(join.right); derived && derived->lateral) {
    return BindLateralJoin(join, *derived, where);
  }
  const JoinType type = ToJoinType(join.type);
  std::vector<sql::ExprPtr> none;
  const bool keeps_left = type == JoinType::kInner || type == JoinType::kLeft;
  const auto* versions = sql::As<sql::NamedTable>(join.right);
  if (versions != nullptr && versions->system_time == nullptr) versions = nullptr;
  const auto* snapshot = sql::As<sql::FunctionTable>(join.right);
  if (snapshot != nullptr && snapshot->call->upper_name != "SNAPSHOT") snapshot = nullptr;
  std::optional<SnapshotJoinNode::Fields> snapshot_fields;
  auto left = BindFrom(*join.left, keeps_left ? where : &none);
  auto right = versions != nullptr ? BindVersions(*versions)
               : snapshot != nullptr
                   ? BindSnapshot(join, *snapshot, &snapshot_fields)
                   : BindFrom(*join.right, type == JoinType::kRight ? where : &none);
  if (!CheckCondition(join) || !left || !right) return std::nullopt;
  if (!CheckNames(context_, left->scope, right->scope, *join.right)) return std::nullopt;
  JoinCondition on;
  if (!TakeSubqueries(join, type == JoinType::kInner, &*left, &on, where)) return std::nullopt;
  const Scope left_scope = left->scope;
  const Scope right_scope = right->scope;
  const PlanNodePtr right_plan = right->plan;
  JoinPlanner planner(context_, *std::move(left), *std::move(right), type, join.operator_span);
  planner.set_ttl_ms({JoinTtl(*join.left), JoinTtl(*join.right)});
  if (versions != nullptr && !BindVersionTime(join, *versions, left_scope, right_plan, &planner)) {
    return std::nullopt;
  }
  if (snapshot_fields) planner.SetSnapshot(*std::move(snapshot_fields), snapshot->span);
  const auto shared = SharedColumns(context_, join, left_scope, right_scope, planner.left_size());
  if (!shared) return std::nullopt;
  ExpressionBinder binder(context_, &planner.scope());
  for (const SharedColumn& column : *shared) {
    const ExpressionPtr equal = binder.Call(
        "=", {ColumnOf(planner.scope(), column.left), ColumnOf(planner.scope(), column.right)},
        column.span);
    if (equal == nullptr) return std::nullopt;
    planner.AddCondition(equal);
  }
  for (const sql::ExprPtr& part : on.parts) {
    WithSubqueries with_subqueries(context_, &planner.scope(), on.values);
    const ExpressionPtr condition = with_subqueries.BindCondition(*part, "ON");
    if (condition == nullptr) return std::nullopt;
    planner.AddCondition(condition);
  }
  if (!none.empty()) {
    context_->NotSupported("a subquery in ON of a join inside of an outer join",
                           none.front()->span);
    return std::nullopt;
  }
  TakeWhere(&planner, where);
  auto joined = planner.Plan();
  if (!joined) return std::nullopt;
  joined_regularly_ = joined_regularly_ || planner.is_regular();
  if (shared->empty()) return joined;
  return MergeShared(context_, *std::move(joined), *shared);
}

/// Parts of WHERE that bind over this join and belong to it or below it; the rest is left for a
/// join or filter above.
void QueryBinder::TakeWhere(JoinPlanner* planner, std::vector<sql::ExprPtr>* where) {
  std::vector<ExpressionPtr> bound;
  for (const sql::ExprPtr& part : *where) {
    QuietScope quiet(context_);
    ExpressionBinder binder(context_, &planner->scope());
    bound.push_back(binder.BindCondition(*part, "WHERE"));
    if (bound.back() == nullptr) continue;
    for (const ExpressionPtr& conjunct : Conjuncts(bound.back())) planner->Simplify(conjunct);
  }
  size_t next = 0;
  std::erase_if(*where, [&](const sql::ExprPtr&) {
    const ExpressionPtr& condition = bound[next++];
    return condition != nullptr && planner->AddWhere(condition);
  });
}

}  // namespace millrace
