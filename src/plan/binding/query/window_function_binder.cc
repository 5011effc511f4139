// SPDX-License-Identifier: Apache-2.0
// Window table functions and the matching of table function arguments.
#include <arrow/scalar.h>

#include <algorithm>

#include "plan/binding/expression_binder.h"
#include "plan/binding/query/function_arguments.h"
#include "plan/binding/query/query_binder.h"
#include "plan/binding/query/window_emission.h"
#include "plan/nodes/node_text.h"
#include "plan/nodes/stateless_nodes.h"

namespace millrace {
namespace {

struct WindowShape {
  WindowKind kind;
  std::vector<std::string> parameters;  // DATA, TIMECOL, lengths .., OFFSET but for SESSION
  std::string_view usage;
};

WindowShape ShapeOf(const std::string& name) {
  if (name == "TUMBLE") {
    return {WindowKind::kTumble,
            {"DATA", "TIMECOL", "SIZE", "OFFSET"},
            "TUMBLE(TABLE t, DESCRIPTOR(ts), size [, offset])"};
  }
  if (name == "HOP") {
    return {WindowKind::kHop,
            {"DATA", "TIMECOL", "SLIDE", "SIZE", "OFFSET"},
            "HOP(TABLE t, DESCRIPTOR(ts), slide, size [, offset])"};
  }
  if (name == "SESSION") {
    return {WindowKind::kSession,
            {"DATA", "TIMECOL", "GAP"},
            "SESSION(TABLE t [PARTITION BY k], DESCRIPTOR(ts), gap)"};
  }
  return {WindowKind::kCumulate,
          {"DATA", "TIMECOL", "STEP", "SIZE", "OFFSET"},
          "CUMULATE(TABLE t, DESCRIPTOR(ts), step, size [, offset])"};
}

/// The time column that DESCRIPTOR names, or -1 after a diagnostic.
int BindTimeColumn(BindContext* context, const sql::Expr& expr, const Schema& schema) {
  const auto* descriptor = sql::As<sql::Descriptor>(expr);
  if (descriptor == nullptr || descriptor->columns.size() != 1) {
    context->Error("MR0317", "expected DESCRIPTOR(time_column) here", expr.span);
    return -1;
  }
  const sql::QualifiedName& name = descriptor->columns.front();
  const auto found = schema.Find(name.ToString());
  if (!found) {
    Diagnostic& diagnostic =
        context->Error("MR0201", "unknown column '" + name.ToString() + "'", name.span);
    context->Suggest(&diagnostic, name.ToString(), schema.names());
    return -1;
  }
  const DataType& type = schema[*found].type;
  if (type.time_attribute() == TimeAttribute::kNone) {
    ReportNoTimeAttribute(context, name.ToString(), type, name.span);
    return -1;
  }
  return static_cast<int>(*found);
}

/// The columns of PARTITION BY in a table argument; nullopt after a diagnostic.
std::optional<std::vector<int>> BindPartition(BindContext* context, const sql::Expr& expr,
                                              const Schema& schema) {
  std::vector<int> keys;
  const auto* table = sql::As<sql::TableArgument>(expr);
  if (table == nullptr) return keys;
  Scope scope;
  scope.AddRelation("", schema, 0);
  for (const sql::ExprPtr& key : table->partition_by) {
    ExpressionBinder binder(context, &scope);
    const ExpressionPtr bound = binder.BindTyped(*key);
    if (bound == nullptr) return std::nullopt;
    if (bound->kind() != ExpressionKind::kInputRef) {
      context->Error("MR0317", "PARTITION BY of a table takes columns", key->span).next_step =
          "Compute the key in a subquery: (SELECT .. FROM t) PARTITION BY key.";
      return std::nullopt;
    }
    if (std::ranges::find(keys, bound->index()) == keys.end()) keys.push_back(bound->index());
  }
  return keys;
}

}  // namespace

std::optional<int64_t> BindWindowLength(BindContext* context, const sql::Expr& expr,
                                        bool positive) {
  const Scope empty;
  ExpressionBinder binder(context, &empty);
  const ExpressionPtr bound = binder.BindTyped(expr);
  if (bound == nullptr) return std::nullopt;
  if (bound->kind() != ExpressionKind::kLiteral ||
      bound->type().kind() != TypeKind::kIntervalDayTime) {
    context->Error("MR0317",
                   "expected an interval such as INTERVAL '1' MINUTE, found " +
                       bound->type().Nullable().ToString(),
                   expr.span);
    return std::nullopt;
  }
  const int64_t value = static_cast<const arrow::Int64Scalar&>(*bound->literal()).value;
  if (positive && value <= 0) {
    context->Error("MR0317", "a window's length must be positive", expr.span);
    return std::nullopt;
  }
  return value;
}

bool CheckMultiple(BindContext* context, const WindowSpec& spec, const sql::FunctionCall& call,
                   std::string_view usage) {
  const bool hops = spec.kind == WindowKind::kHop;
  if ((!hops && spec.kind != WindowKind::kCumulate) || spec.size % spec.slide == 0) return true;
  Diagnostic& diagnostic = context->Error(
      "MR0318",
      call.upper_name + " needs a size that is a multiple of its " + (hops ? "slide" : "step") +
          ", found size " + DurationText(spec.size) + " and " + DurationText(spec.slide),
      call.span);
  diagnostic.next_step = "The order of the arguments is " + std::string(usage) + ".";
  return false;
}

void ReportNoTimeAttribute(BindContext* context, const std::string& name, const DataType& type,
                           Span span) {
  Diagnostic& diagnostic = context->Error(
      "MR0404", "a window needs a time attribute, '" + name + "' is only " + type.ToString(), span);
  diagnostic.next_step = "Declare WATERMARK FOR " + name +
                         " AS .. in CREATE TABLE; a time column made by an expression has lost "
                         "the attribute.";
}

std::vector<const sql::Expr*> MatchArguments(BindContext* context, const sql::FunctionCall& call,
                                             const std::vector<std::string>& parameters,
                                             size_t optional_count) {
  std::vector<const sql::Expr*> matched(parameters.size(), nullptr);
  for (size_t i = 0; i < call.arguments.size(); ++i) {
    const sql::Argument& argument = call.arguments[i];
    size_t place = i;
    if (argument.name) {
      std::string upper = argument.name->text;
      for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
      const auto found = std::find(parameters.begin(), parameters.end(), upper);
      if (found == parameters.end()) {
        Diagnostic& diagnostic = context->Error(
            "MR0317", call.upper_name + " has no parameter '" + argument.name->text + "'",
            argument.name->span);
        context->Suggest(&diagnostic, upper, parameters, false);
        return {};
      }
      place = static_cast<size_t>(found - parameters.begin());
    }
    if (place >= parameters.size()) {
      context->Error(
          "MR0302",
          call.upper_name + " takes at most " + std::to_string(parameters.size()) + " arguments",
          argument.value->span);
      return {};
    }
    matched[place] = argument.value.get();
  }
  for (size_t i = 0; i + optional_count < parameters.size(); ++i) {
    if (matched[i] != nullptr) continue;
    std::string usage;
    for (const std::string& parameter : parameters) {
      usage += (usage.empty() ? "" : ", ") + parameter;
    }
    context->Error("MR0302",
                   call.upper_name + " lacks the argument " + parameters[i] + ": " +
                       call.upper_name + "(" + usage + ")",
                   call.span);
    return {};
  }
  return matched;
}

PlanNodePtr QueryBinder::BindWindowFunction(const sql::FunctionCall& call) {
  const WindowShape shape = ShapeOf(call.upper_name);
  const bool session = shape.kind == WindowKind::kSession;
  const auto args = MatchArguments(context_, call, shape.parameters, session ? 0 : 1);
  if (args.empty()) return nullptr;
  PlanNodePtr input = BindTableArgument(*args[0], session);
  if (input == nullptr) return nullptr;
  const auto partition = BindPartition(context_, *args[0], input->schema());
  if (!partition) return nullptr;
  const int time = BindTimeColumn(context_, *args[1], input->schema());
  WindowSpec spec;
  spec.kind = shape.kind;
  const bool sliding = shape.kind == WindowKind::kHop || shape.kind == WindowKind::kCumulate;
  const size_t size_at = sliding ? 3 : 2;
  bool ok = time >= 0;
  const auto length = [&](size_t at, int64_t* value) {
    const auto bound = BindWindowLength(context_, *args[at], true);
    ok = ok && bound.has_value();
    *value = bound.value_or(0);
  };
  length(size_at, &spec.size);
  spec.slide = spec.size;
  if (sliding) length(2, &spec.slide);
  if (const sql::Expr* offset = session ? nullptr : args.back()) {
    const auto bound = BindWindowLength(context_, *offset, false);
    ok = ok && bound.has_value();
    spec.offset = bound.value_or(0);
  }
  if (!ok) return nullptr;
  if (!CheckMultiple(context_, spec, call, shape.usage) ||
      !CheckNoEmission(context_, call.name.span)) {
    return nullptr;
  }
  const DataType& type = input->schema()[static_cast<size_t>(time)].type;
  if (type.kind() == TypeKind::kTimestampLtz) spec.time_zone = context_->session.time_zone;
  return std::make_shared<WindowTvfNode>(std::move(input), time, std::move(spec), *partition);
}

}  // namespace millrace
