// SPDX-License-Identifier: Apache-2.0
#include "plan/binding/expression_binder.h"

#include "functions/coercion.h"
#include "sql/printer.h"

namespace millrace {

ExpressionPtr ExpressionBinder::Bind(const sql::Expr& expr) {
  if (auto intercepted = Intercept(expr)) return *intercepted;
  if (scope_->computed()) {
    if (auto computed = scope_->computed()(expr)) return *computed;
  }
  return Dispatch(expr);
}

ExpressionPtr ExpressionBinder::BindTyped(const sql::Expr& expr) {
  ExpressionPtr bound = Bind(expr);
  if (bound == nullptr || bound->type().kind() != TypeKind::kNull) return bound;
  Diagnostic& diagnostic =
      context_->Error("MR0305", "NULL has no type here; give it one with CAST", expr.span);
  diagnostic.try_text = "CAST(NULL AS STRING)";
  return nullptr;
}

ExpressionPtr ExpressionBinder::BindCondition(const sql::Expr& expr, std::string_view clause) {
  ExpressionPtr bound = Bind(expr);
  if (bound == nullptr) return nullptr;
  if (bound->type().kind() == TypeKind::kNull) return Expression::NullLiteral(DataType::Boolean());
  if (bound->type().kind() != TypeKind::kBoolean) {
    context_->Error(
        "MR0307",
        std::string(clause) + " needs a BOOLEAN, found " + bound->type().Nullable().ToString(),
        expr.span);
    return nullptr;
  }
  return bound;
}

std::optional<std::vector<ExpressionPtr>> ExpressionBinder::BindAll(
    const std::vector<sql::ExprPtr>& exprs) {
  std::vector<ExpressionPtr> bound;
  bool failed = false;
  for (const sql::ExprPtr& expr : exprs) {
    bound.push_back(Bind(*expr));
    failed = failed || bound.back() == nullptr;
  }
  if (failed) return std::nullopt;
  return bound;
}

ExpressionPtr ExpressionBinder::Call(std::string_view name, std::vector<ExpressionPtr> args,
                                     Span span, std::vector<std::string> options,
                                     std::optional<DataType> returning) {
  const ScalarFunction* function = context_->registries.functions->Find(name);
  if (function == nullptr) {
    context_->NotSupported("function " + std::string(name), span);
    return nullptr;
  }
  CallSite site;
  site.options = options;
  site.returning = std::move(returning);
  site.session = &context_->session;
  for (const ExpressionPtr& arg : args) {
    Argument argument{arg->type(), nullptr, arg->type().kind() == TypeKind::kNull};
    if (arg->kind() == ExpressionKind::kLiteral) argument.literal = arg->literal();
    if (arg->kind() == ExpressionKind::kCall) {
      const std::string& inner = arg->function()->name;
      argument.is_json = inner == "JSON_OBJECT" || inner == "JSON_ARRAY" || inner == "JSON";
    }
    site.args.push_back(std::move(argument));
  }
  auto resolved = function->resolve(site);
  if (!resolved) {
    context_->Report(resolved.error(), span);
    return nullptr;
  }
  // A computed value is no time attribute any more; only PROCTIME makes one.
  resolved->result = resolved->result.WithTimeAttribute(
      name == "PROCTIME" ? TimeAttribute::kProctime : TimeAttribute::kNone);
  for (size_t i = 0; i < args.size(); ++i) {
    auto cast = Expression::Cast(args[i], resolved->arg_types[i], false, /*implicit=*/true);
    if (!cast) {
      context_->Report(cast.error(), span);
      return nullptr;
    }
    args[i] = *std::move(cast);
  }
  return Expression::Call(function, *std::move(resolved), std::move(args), std::move(options));
}

ExpressionPtr ExpressionBinder::ImplicitCast(ExpressionPtr value, const DataType& to, Span span) {
  if (value->type().kind() != TypeKind::kNull && !CanImplicitlyCast(value->type(), to)) {
    Diagnostic& diagnostic = context_->Error(
        "MR0310",
        "expected " + to.Nullable().ToString() + ", found " + value->type().Nullable().ToString(),
        span);
    if (CanExplicitlyCast(value->type(), to)) {
      diagnostic.try_text =
          "CAST(" + std::string(context_->TextOf(span)) + " AS " + to.Nullable().ToString() + ")";
    }
    return nullptr;
  }
  auto cast = Expression::Cast(value, to, false, /*implicit=*/true);
  if (cast) return *cast;
  context_->Report(cast.error(), span);
  return nullptr;
}

ExpressionPtr ExpressionBinder::Dispatch(const sql::Expr& expr) {
  using K = sql::ExprKind;
  switch (expr.kind) {
    case K::kLiteral: return BindLiteral(context_, *sql::As<sql::Literal>(expr));
    case K::kIntervalLiteral: {
      const auto& interval = *sql::As<sql::IntervalLiteral>(expr);
      const auto* number =
          interval.value == nullptr ? nullptr : sql::As<sql::Literal>(*interval.value);
      if (number != nullptr && number->literal == sql::LiteralKind::kInteger) {
        sql::IntervalLiteral literal = interval;
        literal.text = number->text;
        literal.text_span = number->span;
        literal.value = nullptr;
        return BindInterval(context_, literal);
      }
      if (interval.value != nullptr) {
        context_->NotSupported("INTERVAL of an expression", expr.span,
                               "Write TIMESTAMPADD(unit, value, time) instead.");
        return nullptr;
      }
      return BindInterval(context_, interval);
    }
    case K::kColumnRef: return scope_->BindName(context_, sql::As<sql::ColumnRef>(expr)->name);
    case K::kUnary: return BindUnary(*sql::As<sql::Unary>(expr));
    case K::kBinary: return BindBinary(*sql::As<sql::Binary>(expr));
    case K::kIsTest: return BindIsTest(*sql::As<sql::IsTest>(expr));
    case K::kBetween: return BindBetween(*sql::As<sql::Between>(expr));
    case K::kLike: return BindLike(*sql::As<sql::Like>(expr));
    case K::kIn: return BindIn(*sql::As<sql::In>(expr));
    case K::kCase: return BindCase(*sql::As<sql::Case>(expr));
    case K::kCast: return BindCast(*sql::As<sql::Cast>(expr));
    case K::kFunctionCall: return BindCall(*sql::As<sql::FunctionCall>(expr));
    case K::kStar:
      context_->Error("MR0312", "`*` can stand only in a SELECT list or in COUNT(*)", expr.span);
      return nullptr;
    case K::kQuantified: return BindQuantified(*sql::As<sql::Quantified>(expr));
    case K::kExists:
    case K::kSubquery:
      context_->NotSupported("a subquery in an expression", expr.span,
                             "Join the subquery in FROM instead.");
      return nullptr;
    default: return BindSpecialCall(expr);
  }
}

std::optional<DataType> Unify(BindContext* context, std::vector<ExpressionPtr>* values, Span span,
                              std::string_view what) {
  std::vector<DataType> types;
  bool nullable = false;
  for (const ExpressionPtr& value : *values) {
    nullable = nullable || value->type().nullable();
    if (value->type().kind() != TypeKind::kNull) types.push_back(value->type());
  }
  if (types.empty()) {
    Diagnostic& diagnostic = context->Error(
        "MR0305", "every value of " + std::string(what) + " is NULL; give one a type with CAST",
        span);
    diagnostic.next_step = "Write CAST(NULL AS type).";
    return std::nullopt;
  }
  const auto common = CommonType(types);
  if (!common) {
    std::string list;
    for (const DataType& type : types) {
      const std::string text = type.Nullable().ToString();
      if (list.find(text) == std::string::npos) list += (list.empty() ? "" : ", ") + text;
    }
    Diagnostic& diagnostic = context->Error(
        "MR0309", "the values of " + std::string(what) + " have no common type: " + list, span);
    diagnostic.next_step = "Use CAST to give them one type.";
    return std::nullopt;
  }
  for (ExpressionPtr& value : *values) {
    auto cast = Expression::Cast(value, *common, false, /*implicit=*/true);
    if (!cast) {
      context->Report(cast.error(), span);
      return std::nullopt;
    }
    value = *std::move(cast);
  }
  return common->Nullable(nullable).WithTimeAttribute(TimeAttribute::kNone);
}

}  // namespace millrace
