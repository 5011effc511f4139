// SPDX-License-Identifier: Apache-2.0
// Calls of functions of the user's, in an ExpressionBinder.
#include <algorithm>

#include "plan/binding/expression_binder.h"
#include "plan/binding/functions/python_function_binder.h"
#include "plan/binding/functions/sql_function.h"
#include "plan/binding/functions/user_function_binder.h"

namespace millrace {

bool IsBeingBound(const BindContext& context, const sql::FunctionCall& call) {
  const auto has = [&](bool system) {
    const std::string path = context.catalog->FunctionPath(call.name, system);
    return std::ranges::find(context.expanding, path) != context.expanding.end();
  };
  return (call.name.parts.size() == 1 && has(true)) || has(false);
}

ExpressionPtr ExpressionBinder::BindUserCall(const sql::FunctionCall& call,
                                             const UserFunction* function) {
  if (IsBeingBound(*context_, call)) {
    context_->Error("MR0330", "function '" + call.name.ToString() + "' calls itself",
                    call.name.span);
    return nullptr;
  }
  if (call.quantifier != sql::SetQuantifier::kNone || call.filter != nullptr ||
      !call.order_by.empty() || !call.within_group.empty()) {
    context_->Error(
        "MR0311",
        call.name.ToString() + " is no aggregate: DISTINCT, FILTER and ORDER BY do not apply",
        call.span);
    return nullptr;
  }
  if (function->python != nullptr) return BindPython(call, *function);
  if (function->language != "SQL") {
    context_->NotSupported("calling the user-defined function " + call.name.ToString() + " (" +
                               function->language + ")",
                           call.name.span);
    return nullptr;
  }
  const auto args = BindUserArguments(call, *function);
  return args ? ExpandSqlFunction(context_, *function, *args, call.span) : nullptr;
}

ExpressionPtr ExpressionBinder::BindPython(const sql::FunctionCall& call,
                                           const UserFunction& function) {
  const PythonDescription& description = function.python->description;
  if (description.kind != PythonDescription::Kind::kScalar) {
    context_->Error("MR0311", call.name.ToString() + " is no scalar function", call.name.span)
        .next_step = description.kind == PythonDescription::Kind::kTable
                         ? "Write FROM t, LATERAL TABLE(" + call.name.ToString() + "(..))."
                         : "Call it in SELECT or HAVING, by its plain name.";
    return nullptr;
  }
  auto args = BindPythonArguments(call, function);
  return args ? BindPythonCall(context_, function, *std::move(args), call.span) : nullptr;
}

std::optional<std::vector<ExpressionPtr>> ExpressionBinder::BindPythonArguments(
    const sql::FunctionCall& call, const UserFunction& function) {
  const PythonDescription& description = function.python->description;
  if (function.definition->has_parameters || !description.inputs.empty()) {
    return BindUserArguments(call, function);
  }
  const size_t count = call.arguments.size();
  if (count < description.least || count > description.most) {
    context_->Error(
        "MR0302", call.name.ToString() + " does not take " + std::to_string(count) + " argument(s)",
        call.span);
    return std::nullopt;
  }
  std::vector<ExpressionPtr> args;
  for (const sql::Argument& argument : call.arguments) {
    if (argument.name) {
      context_->NotSupported("a named argument of a function without a signature",
                             argument.name->span);
      return std::nullopt;
    }
    args.push_back(BindTyped(*argument.value));
  }
  if (std::ranges::find(args, nullptr) != args.end()) return std::nullopt;
  return args;
}

std::optional<std::vector<ExpressionPtr>> ExpressionBinder::BindUserArguments(
    const sql::FunctionCall& call, const UserFunction& function) {
  const Schema& parameters = function.parameters;
  std::vector<ExpressionPtr> args(parameters.size());
  bool failed = false;
  size_t position = 0;
  for (const sql::Argument& argument : call.arguments) {
    size_t index = position++;
    if (argument.name) {
      const auto names = parameters.names();
      index = static_cast<size_t>(std::ranges::find(names, argument.name->text) - names.begin());
      if (index == names.size()) {
        Diagnostic& diagnostic = context_->Error(
            "MR0302", call.name.ToString() + " has no parameter '" + argument.name->text + "'",
            argument.name->span);
        context_->Suggest(&diagnostic, argument.name->text, names);
        return std::nullopt;
      }
    }
    if (index >= args.size() || args[index] != nullptr) {
      position = args.size() + 1;
      break;
    }
    const sql::Expr& value = *argument.value;
    args[index] = Bind(value);
    if (args[index] != nullptr) {
      args[index] = ImplicitCast(args[index], parameters[index].type, value.span);
    }
    failed = failed || args[index] == nullptr;
    if (failed) args[index] = Expression::NullLiteral(parameters[index].type);
  }
  if (position > args.size() || std::ranges::find(args, nullptr) != args.end()) {
    context_
        ->Error("MR0302",
                call.name.ToString() + " does not take " + std::to_string(call.arguments.size()) +
                    " argument(s)",
                call.span)
        .next_step = "Call " + SignatureText(function) + ".";
    return std::nullopt;
  }
  if (failed) return std::nullopt;
  return args;
}

}  // namespace millrace
