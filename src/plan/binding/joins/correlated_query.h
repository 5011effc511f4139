// SPDX-License-Identifier: Apache-2.0
// A subquery that names columns of the query around it, as a relation to join with. Conditions
// `inner = outer` of its WHERE become columns that the join compares; whatever the subquery
// computes (aggregates, DISTINCT, the first rows) it then computes per value of these. For other
// conditions the subquery is joined with the values that the columns around have, each once, and
// these are compared likewise.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "plan/binding/query/query_binder.h"
#include "sql/ast/query.h"

namespace millrace {

struct CorrelatedQuery {
  PlanNodePtr plan;    // the subquery's columns, then those that are compared
  size_t columns = 0;  // of the subquery
  std::vector<sql::ExprPtr>
      outer_keys;  // over the query around; the i-th equals column columns + i
  /// Columns of the relation around, compared behind the keys: NULL equals NULL.
  std::vector<int> outer_columns;
  /// An aggregate without GROUP BY has a row where no row is found: its values.
  bool always_a_row = false;
  std::vector<ExpressionPtr> values_of_none;
};

/// Nothing after a diagnostic. A subquery that names nothing of `outer` has no keys.
std::optional<CorrelatedQuery> BindCorrelated(QueryBinder* queries, const BoundRelation& outer,
                                              const sql::Query& query);

/// The same relation with one more column, always TRUE: NULL tells the rows that a join padded.
PlanNodePtr WithTrue(const PlanNodePtr& plan);

}  // namespace millrace
