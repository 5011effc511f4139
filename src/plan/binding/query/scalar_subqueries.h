// SPDX-License-Identifier: Apache-2.0
// Scalar subqueries of WHERE that have at most one row, as an aggregate without GROUP BY has:
// `price > (SELECT AVG(price) FROM orders)`. The row is joined to every row of the outer relation.
#pragma once

#include "plan/binding/query/query_binder.h"

namespace millrace {

bool ContainsScalarSubquery(const sql::Expr& expr);

/// Joins `outer` with the scalar subqueries of a part of its WHERE and applies the part. Nothing
/// after a diagnostic.
std::optional<BoundRelation> BindScalarSubqueries(QueryBinder* queries, BoundRelation outer,
                                                  const sql::Expr& part);

}  // namespace millrace
