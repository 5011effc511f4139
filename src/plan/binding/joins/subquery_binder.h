// SPDX-License-Identifier: Apache-2.0
// Subqueries of WHERE: [NOT] IN (SELECT ..), [NOT] EXISTS (SELECT ..) become semi and anti joins, a
// comparison with a scalar subquery an inner one. A subquery may refer to columns of the SELECT
// around it in its WHERE, if it is a plain SELECT; these conditions are then what the join is on.
#pragma once

#include "plan/binding/expression_binder.h"
#include "plan/binding/joins/join_planner.h"
#include "plan/binding/query/query_binder.h"

namespace millrace {

/// A part of WHERE that is a subquery predicate.
struct SubqueryPredicate {
  const sql::In* in = nullptr;  // one of the two
  const sql::Exists* exists = nullptr;
  bool negated = false;
};
std::optional<SubqueryPredicate> AsSubqueryPredicate(const sql::Expr& expr);

/// The SELECT, if it gives a row for each row of its FROM that its WHERE takes.
const sql::Select* AsPlainSelect(const BindContext& context, const sql::Query& query);

/// The columns of left ++ right as a subquery on the right sees them: its own hide those around it.
Scope InnerFirst(const Scope& both, int left_size);

/// A subquery that may name nothing outside of it; says so where it names a column of `outer`. Null
/// after a diagnostic.
PlanNodePtr BindAlone(QueryBinder* queries, const Scope& outer, const sql::Query& query);

class SubqueryBinder {
 public:
  SubqueryBinder(QueryBinder* queries, BoundRelation outer)
      : queries_(queries), context_(queries->context()), outer_(std::move(outer)) {}

  /// The rows of the outer relation for which the predicate holds; nothing after a diagnostic.
  std::optional<BoundRelation> Bind(const SubqueryPredicate& predicate, Span span);

  /// The subquery as a relation, and the conditions that it has with the outer one.
  struct Inner {
    BoundRelation relation;
    std::vector<sql::ExprPtr> conditions;
    std::vector<sql::ExprPtr> items;  // empty: the columns of the relation
  };
  std::optional<Inner> BindPlainSelect(const sql::Select& select);

 private:
  std::optional<Inner> BindInner(const sql::Query& query);
  std::optional<Inner> BindWhole(const sql::Query& query);
  bool AddMembership(const sql::In& in, bool negated, const Inner& inner, JoinPlanner* planner);

  QueryBinder* queries_;
  BindContext* context_;
  BoundRelation outer_;
};

}  // namespace millrace
