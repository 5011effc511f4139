// SPDX-License-Identifier: Apache-2.0
// SelectBinder: one SELECT. Chooses between a plain projection, an aggregation and an OVER query.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "plan/binding/expression_binder.h"
#include "plan/binding/query/query_binder.h"
#include "plan/nodes/rank_nodes.h"
#include "sql/ast/query.h"

namespace millrace {

/// One column of the SELECT list after star expansion.
struct SelectColumn {
  sql::ExprPtr expr;   // null for a column out of a star
  ExpressionPtr star;  // the column itself then
  std::string name;
  Span span;
};

struct Aggregation;
struct GroupWindow;
struct PlacedAggregation;

class SelectBinder {
 public:
  SelectBinder(QueryBinder* queries, const sql::Select& select)
      : queries_(queries), context_(queries->context()), select_(select) {}

  PlanNodePtr Bind();
  /// With the columns that ORDER BY needs behind those of the SELECT list, of which there are
  /// `visible`; `order` says by which of all.
  PlanNodePtr BindOrdered(const std::vector<sql::SortItem>& items, std::vector<SortKey>* order,
                          size_t* visible);

 private:
  PlanNodePtr BindParts();
  bool ParseHints();
  bool CheckHints();
  bool BindSource();
  bool BindWhere(const std::vector<sql::ExprPtr>& where);
  bool ExpandItems();
  bool AddSortItems();
  std::optional<int> ItemOf(const sql::SortItem& item) const;
  bool ExpandRow(const sql::Star& star, Span span, bool* ok);
  void ExplainAliases(size_t first);
  std::vector<std::string> ItemNames() const;
  PlanNodePtr BindProjection();
  PlanNodePtr BindAggregation(bool over);  // aggregate_binder.cc
  bool JoinBelowAggregation();
  bool BindGroupedCalls(ExpressionBinder* binder);
  bool PlaceAggregation(Aggregation& aggregation, const GroupWindow* group_window,
                        PlacedAggregation* placed);
  PlanNodePtr BindOver();       // over_binder.cc
  bool OnlyRowNumbers() const;  // row_number_binder.cc
  PlanNodePtr BindRowNumber();

  QueryBinder* queries_;
  BindContext* context_;
  const sql::Select& select_;
  BoundRelation source_;
  ExpressionPtr condition_;  // WHERE, over the columns of source_
  std::vector<SelectColumn> items_;
  std::map<std::string, int64_t> state_ttls_;  // STATE_TTL, milliseconds by relation
  std::optional<int64_t> state_ttl_ms_;        // of the aggregation
  const std::vector<sql::SortItem>* sort_items_ = nullptr;
  std::vector<SortKey> order_;
  size_t visible_ = 0;   // items that are not there for ORDER BY alone
  bool joins_ = false;   // FROM has a regular join
  bool failed_ = false;  // an error was reported; only further errors are looked for
};

/// The name of the column that an item makes; its position counts from 0.
std::string ItemName(const sql::SelectItem& item, size_t position);

/// The parts of a condition that are joined by AND; none of null.
void SplitConjuncts(const sql::ExprPtr& expr, std::vector<sql::ExprPtr>* out);

/// True if an aggregate without OVER / a call with OVER occurs in the expression (not in
/// subqueries).
bool ContainsAggregate(const BindContext& context, const sql::Expr& expr);
bool ContainsOver(const sql::Expr& expr);

}  // namespace millrace
