// SPDX-License-Identifier: Apache-2.0
// MatchExpressionBinder: expressions of MEASURES and DEFINE. A column means its value in some row
// of the match: A.x the last row of A, x the last row at all, unless FIRST or LAST say otherwise;
// an aggregate goes over the rows of one variable, or over all.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "plan/binding/expression_binder.h"
#include "plan/calc_builder.h"
#include "plan/match/match_node.h"

namespace millrace {

/// What all expressions of a MATCH_RECOGNIZE share.
struct MatchScope {
  Scope columns;                         // by themselves and behind every variable
  std::map<std::string, int> variables;  // their elements; kNoElement: not in the pattern
  ProjectionBuilder* below = nullptr;    // columns that the node reads
  const Schema* input = nullptr;         // of the relation
  ExpressionPtr time;                    // the time attribute of ORDER BY
};

class MatchExpressionBinder : public ExpressionBinder {
 public:
  MatchExpressionBinder(BindContext* context, const MatchScope* scope, bool defines)
      : ExpressionBinder(context, &scope->columns), match_(*scope), defines_(defines) {}

  /// Null after a diagnostic. Its inputs are virtual until Finish.
  ExpressionPtr BindMeasure(const sql::Expr& expr) { return BindTyped(expr); }
  ExpressionPtr BindDefinition(const sql::Expr& expr);
  /// All that was bound, for the node.
  MatchExpressions Finish(std::vector<ExpressionPtr> expressions);

 protected:
  std::optional<ExpressionPtr> Intercept(const sql::Expr& expr) override;

 private:
  enum class Mode { kPlain, kNavigation, kAggregate };

  ExpressionPtr BindColumn(const sql::ColumnRef& column);
  std::optional<ExpressionPtr> BindUnaryWord(const sql::Unary& unary);
  std::optional<ExpressionPtr> BindMatchCall(const sql::FunctionCall& call);
  ExpressionPtr BindNavigation(const sql::FunctionCall& call);
  std::optional<int64_t> OffsetOf(const sql::FunctionCall& call);
  ExpressionPtr BindAggregate(const sql::FunctionCall& call);
  bool BindArguments(const sql::FunctionCall& call, std::vector<ExpressionPtr>* args,
                     AggregateCall* aggregate);
  ExpressionPtr BindMatchTime(const sql::FunctionCall& call);
  ExpressionPtr AddValue(const MatchValue& value, const DataType& type, const std::string& name);
  ExpressionPtr Refuse(std::string message, Span span, std::string next_step);
  void NoteVariable(int element);

  const MatchScope& match_;
  bool defines_;
  Mode mode_ = Mode::kPlain;
  bool first_ = false;  // kNavigation
  int64_t offset_ = 0;
  std::optional<int> variable_;  // the one that a navigation or an aggregate looks at
  bool several_ = false;
  MatchExpressions bound_;
};

}  // namespace millrace
