// SPDX-License-Identifier: Apache-2.0
// ORDER BY items, of queries and of ROW_NUMBER.
#pragma once

#include "plan/binding/bind_context.h"
#include "plan/nodes/rank_nodes.h"
#include "sql/ast/query.h"

namespace millrace {

struct BoundSortItem {
  ExpressionPtr value;
  bool descending = false;
  bool nulls_first = true;
  /// Unique up to equality of meaning.
  std::string ToString() const;
};

/// Directions and the place of NULL as written; by default NULL is the least value.
BoundSortItem SortItemOf(const sql::SortItem& item, ExpressionPtr value);

/// `ORDER BY 2`: the number of a column.
std::optional<int64_t> OrdinalOf(const sql::Expr& expr);

/// Whether values of the type have an order; reports if not.
bool CheckSortable(BindContext* context, const Expression& value, Span span);

/// ORDER BY over the columns of a relation, by name, number or expression; what has to be computed
/// is put behind them. Null after a diagnostic.
PlanNodePtr BindOrder(BindContext* context, const sql::Query& query, PlanNodePtr body,
                      std::vector<SortKey>* order);

/// ORDER BY, OFFSET and LIMIT of a query over the columns of its body; those from `visible` on are
/// there for ORDER BY only and left out of the result. Null after a diagnostic.
/// `nested`: the query is part of another one, where an order alone says nothing, as in Flink.
PlanNodePtr BindOrderAndLimit(BindContext* context, const sql::Query& query, PlanNodePtr body,
                              const std::vector<SortKey>& order, size_t visible, bool nested);

}  // namespace millrace
