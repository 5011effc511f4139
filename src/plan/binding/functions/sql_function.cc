// SPDX-License-Identifier: Apache-2.0
#include "plan/binding/functions/sql_function.h"

#include <algorithm>
#include <utility>

#include "plan/binding/expression_binder.h"

namespace millrace {
namespace {

/// Binds a body over the parameters, which stand for `args`.
class BodyBinder : public ExpressionBinder {
 public:
  BodyBinder(BindContext* context, const Scope* scope, const std::vector<ExpressionPtr>& args)
      : ExpressionBinder(context, scope), args_(args), uses_(args.size(), 0) {}

  /// A parameter that is read more than once though its argument is another value each time.
  std::optional<size_t> unstable() const {
    for (size_t i = 0; i < args_.size(); ++i) {
      if (uses_[i] > 1 && args_[i]->volatility() == Volatility::kVolatile) return i;
    }
    return std::nullopt;
  }

 protected:
  std::optional<ExpressionPtr> Intercept(const sql::Expr& expr) override {
    const auto* column = sql::As<sql::ColumnRef>(expr);
    if (column == nullptr) return std::nullopt;
    const ExpressionPtr bound = scope_->BindName(context_, column->name);
    if (bound == nullptr) return ExpressionPtr();
    std::vector<bool> used(args_.size(), false);
    bound->CollectInputs(&used);
    for (size_t i = 0; i < args_.size(); ++i) uses_[i] += used[i] ? 1 : 0;
    return bound->Substitute(args_);
  }

 private:
  const std::vector<ExpressionPtr>& args_;
  std::vector<int> uses_;
};

/// While a body is bound: its name is known to be at work, its places are those of its own text.
class Expansion {
 public:
  Expansion(BindContext* context, const UserFunction& function)
      : context_(context), source_(context, *function.source) {
    context->expanding.push_back(function.path);
  }
  ~Expansion() { context_->expanding.pop_back(); }
  Expansion(const Expansion&) = delete;
  Expansion& operator=(const Expansion&) = delete;

 private:
  BindContext* context_;
  SourceScope source_;
};

Scope ParameterScope(const UserFunction& function) {
  Scope scope;
  scope.AddRelation(function.definition->name.parts.back().text, function.parameters, 0);
  return scope;
}

ExpressionPtr BindBody(BodyBinder* binder, const UserFunction& function) {
  const sql::Expr& body = *function.definition->body;
  if (!function.result) return binder->BindTyped(body);
  ExpressionPtr bound = binder->Bind(body);
  return bound == nullptr ? nullptr
                          : binder->ImplicitCast(std::move(bound), *function.result, body.span);
}

}  // namespace

std::optional<DataType> CheckSqlFunction(BindContext* context, const UserFunction& function) {
  const Scope scope = ParameterScope(function);
  std::vector<ExpressionPtr> parameters;
  for (size_t i = 0; i < function.parameters.size(); ++i) {
    const Column& parameter = function.parameters[i];
    parameters.push_back(Expression::InputRef(static_cast<int>(i), parameter.type, parameter.name));
  }
  const Expansion expansion(context, function);
  BodyBinder binder(context, &scope, parameters);
  const ExpressionPtr body = BindBody(&binder, function);
  if (body == nullptr) return std::nullopt;
  return body->type();
}

ExpressionPtr ExpandSqlFunction(BindContext* context, const UserFunction& function,
                                const std::vector<ExpressionPtr>& args, Span span) {
  const Scope scope = ParameterScope(function);
  const std::string name = function.definition->name.ToString();
  BodyBinder binder(context, &scope, args);
  ExpressionPtr body;
  DiagnosticList found;
  {
    DiagnosticList* outer = std::exchange(context->diagnostics, &found);
    const Expansion expansion(context, function);
    body = BindBody(&binder, function);
    context->diagnostics = outer;
  }
  if (body == nullptr) {
    const auto error = std::ranges::find(found.entries(), Severity::kError, &Diagnostic::severity);
    if (error == found.entries().end()) {
      context->Error("MR0331", "the body of " + name + " cannot be bound here", span);
    } else {
      context->Error(error->code, "in the body of " + name + ": " + error->message, span)
          .next_step = error->next_step;
    }
    return nullptr;
  }
  if (const auto unstable = binder.unstable()) {
    const std::string& parameter = function.parameters[*unstable].name;
    context
        ->Error("MR0331",
                name + " reads its parameter '" + parameter +
                    "' more than once, and the argument is another value each time",
                span)
        .next_step = "Compute the argument in a subquery and give its column.";
    return nullptr;
  }
  return body;
}

}  // namespace millrace
