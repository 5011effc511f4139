// SPDX-License-Identifier: Apache-2.0
// OverCallBinder: expressions in which calls have an OVER clause; what a call becomes is up to the
// subclass. In QUALIFY the aliases of the SELECT list are known, too.
#pragma once

#include "plan/aggregate_call.h"
#include "plan/binding/query/select_binder.h"

namespace millrace {

/// What stands before OVER.
enum class OverFunction { kAggregate, kRowNumber, kRank, kLag, kRefused };
OverFunction OverFunctionOf(std::string_view upper_name);

class OverCallBinder : public ExpressionBinder {
 public:
  OverCallBinder(BindContext* context, const Scope* scope, const sql::Select& select)
      : ExpressionBinder(context, scope), select_(select) {}

  ExpressionPtr BindQualify(const sql::Expr& condition);

 protected:
  virtual ExpressionPtr BindOverCall(const sql::FunctionCall& call) = 0;
  std::optional<ExpressionPtr> Intercept(const sql::Expr& expr) override;
  /// The window of a call, written or named; null after a diagnostic.
  const sql::WindowSpec* FindSpec(const sql::OverClause& over);
  /// RANK, DENSE_RANK and LAG take no frame.
  bool CheckOrdered(const sql::FunctionCall& call, const sql::WindowSpec& spec);
  /// ROW_NUMBER takes neither arguments nor a frame, but an order.
  bool CheckRowNumber(const sql::FunctionCall& call, const sql::WindowSpec& spec);

  const sql::Select& select_;

 private:
  bool in_qualify_ = false;
};

/// COUNT(*) as a call whose result has that name.
AggregateCall CountRows(BindContext* context, std::string name);

}  // namespace millrace
