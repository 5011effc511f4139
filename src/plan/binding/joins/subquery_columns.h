// SPDX-License-Identifier: Apache-2.0
// Subqueries inside of expressions: (SELECT ..) as a value, x IN (SELECT ..), x > ANY (SELECT ..)
// and EXISTS (SELECT ..) anywhere. Each becomes columns of a join with the subquery, which keeps
// every row, and an expression over these columns that stands in its place.
#pragma once

#include <map>

#include "plan/binding/expression_binder.h"
#include "plan/binding/query/query_binder.h"

namespace millrace {

/// Whether the expression is one of them.
bool IsSubquery(const sql::Expr& expr);
/// Whether one occurs in the expression (not in subqueries).
bool ContainsSubquery(const sql::Expr& expr);

/// What stands for the subqueries of some expressions, over a relation with their columns.
struct SubqueryColumns {
  BoundRelation relation;
  std::map<const sql::Expr*, ExpressionPtr> values;
};

/// Binds expressions in which columns stand for subqueries.
class WithSubqueries final : public ExpressionBinder {
 public:
  WithSubqueries(BindContext* context, const Scope* scope,
                 const std::map<const sql::Expr*, ExpressionPtr>& values)
      : ExpressionBinder(context, scope), values_(values) {}

 protected:
  std::optional<ExpressionPtr> Intercept(const sql::Expr& expr) override {
    const auto found = values_.find(&expr);
    if (found == values_.end()) return std::nullopt;
    return found->second;
  }

 private:
  const std::map<const sql::Expr*, ExpressionPtr>& values_;
};

/// Joins the relation with all subqueries of these expressions. Nothing after a diagnostic.
std::optional<SubqueryColumns> JoinSubqueries(QueryBinder* queries, BoundRelation outer,
                                              const std::vector<const sql::Expr*>& exprs);

/// The rows for which a condition with subqueries in it holds; as JoinSubqueries.
std::optional<BoundRelation> FilterBySubqueries(QueryBinder* queries, BoundRelation outer,
                                                const sql::Expr& condition);

}  // namespace millrace
