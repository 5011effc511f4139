// SPDX-License-Identifier: Apache-2.0
// ExpressionBinder: syntax -> typed expressions, by Flink's typing rules. A subclass intercepts
// what has a meaning of its own in its clause (aggregates, OVER calls, grouping keys).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "expr/expression.h"
#include "plan/binding/bind_context.h"
#include "plan/binding/scope.h"
#include "sql/ast/special_call.h"

namespace millrace {

class ExpressionBinder {
 public:
  ExpressionBinder(BindContext* context, const Scope* scope) : context_(context), scope_(scope) {}
  virtual ~ExpressionBinder() = default;

  /// Null after a diagnostic.
  ExpressionPtr Bind(const sql::Expr& expr);
  /// Like Bind; a bare NULL is refused, since nothing gives it a type.
  ExpressionPtr BindTyped(const sql::Expr& expr);
  /// A BOOLEAN; `clause` is for the message ("WHERE").
  ExpressionPtr BindCondition(const sql::Expr& expr, std::string_view clause);

  /// Resolves and builds a call of a registry function; inserts implicit casts. Reports at `span`.
  ExpressionPtr Call(std::string_view function, std::vector<ExpressionPtr> args, Span span,
                     std::vector<std::string> options = {},
                     std::optional<DataType> returning = std::nullopt);
  /// Casts where Flink would do so by itself; reports MR0310 at `span` otherwise.
  ExpressionPtr ImplicitCast(ExpressionPtr value, const DataType& to, Span span);

  /// Those of a Python function, cast to the types it declares, if it does.
  std::optional<std::vector<ExpressionPtr>> BindPythonArguments(const sql::FunctionCall& call,
                                                                const UserFunction& function);

 protected:
  /// Answers nullopt to let the base bind the expression; a null pointer after a diagnostic.
  virtual std::optional<ExpressionPtr> Intercept(const sql::Expr& expr) {
    (void)expr;
    return std::nullopt;
  }

  BindContext* context_;
  const Scope* scope_;

 private:
  ExpressionPtr Dispatch(const sql::Expr& expr);
  std::optional<std::vector<ExpressionPtr>> BindAll(const std::vector<sql::ExprPtr>& exprs);

  // operators and predicates (predicate_binder.cc)
  ExpressionPtr BindUnary(const sql::Unary& unary);
  ExpressionPtr BindBinary(const sql::Binary& binary);
  ExpressionPtr BindIsTest(const sql::IsTest& test);
  ExpressionPtr BindBetween(const sql::Between& between);
  ExpressionPtr BindLike(const sql::Like& like);
  ExpressionPtr BindIn(const sql::In& in);
  ExpressionPtr BindCase(const sql::Case& node);
  ExpressionPtr BindQuantified(const sql::Quantified& node);
  ExpressionPtr Negate(ExpressionPtr value, bool negated, Span span);
  ExpressionPtr Compare(std::string_view op, ExpressionPtr left, ExpressionPtr right, Span span);

  // calls (call_binder.cc)
  ExpressionPtr BindCall(const sql::FunctionCall& call);
  /// `function` is null while its own body is bound.
  ExpressionPtr BindUserCall(const sql::FunctionCall& call, const UserFunction* function);
  ExpressionPtr BindPython(const sql::FunctionCall& call, const UserFunction& function);
  /// The arguments in the order of the parameters and of their types.
  std::optional<std::vector<ExpressionPtr>> BindUserArguments(const sql::FunctionCall& call,
                                                              const UserFunction& function);
  ExpressionPtr BindConditionalCall(const sql::FunctionCall& call, std::vector<ExpressionPtr> args);
  ExpressionPtr BindCurrentWatermark(const sql::FunctionCall& call);
  ExpressionPtr BindCast(const sql::Cast& cast);
  ExpressionPtr BindSpecialCall(const sql::Expr& expr);
  ExpressionPtr BindFieldAccess(const sql::FieldAccess& access);
  ExpressionPtr BindJsonCall(const sql::Expr& expr);
  std::string BehaviorOption(const sql::JsonBehavior& behavior, std::string_view on,
                             std::vector<ExpressionPtr>* args);
  void ReportUnknownFunction(const sql::FunctionCall& call);
};

/// Constants as written (literal_binder.cc). Null after a diagnostic.
ExpressionPtr BindLiteral(BindContext* context, const sql::Literal& literal);
ExpressionPtr BindInterval(BindContext* context, const sql::IntervalLiteral& literal);

/// Casts all to their common type (CASE, COALESCE, VALUES ...); reports MR0309 at `span`.
std::optional<DataType> Unify(BindContext* context, std::vector<ExpressionPtr>* values, Span span,
                              std::string_view what);

}  // namespace millrace
