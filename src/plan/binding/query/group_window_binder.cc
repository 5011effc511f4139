// SPDX-License-Identifier: Apache-2.0
// Group windows of GROUP BY, and TUMBLE_START and the like beside them.
#include "plan/binding/query/grouping_sets.h"

#include <algorithm>

#include "plan/binding/expression_binder.h"
#include "plan/binding/query/function_arguments.h"
#include "plan/binding/query/window_emission.h"
#include "plan/nodes/stateless_nodes.h"

namespace millrace {
namespace {

std::optional<WindowKind> KindOfGroupWindow(std::string_view name) {
  if (name == "TUMBLE") return WindowKind::kTumble;
  if (name == "HOP") return WindowKind::kHop;
  if (name == "SESSION") return WindowKind::kSession;
  return std::nullopt;
}

const sql::FunctionCall* AsGroupWindow(const sql::Expr& expr) {
  const auto* call = sql::As<sql::FunctionCall>(expr);
  return call != nullptr && KindOfGroupWindow(call->upper_name) ? call : nullptr;
}

bool HasGroupWindow(const sql::GroupingElement& element) {
  if (element.value != nullptr && AsGroupWindow(*element.value) != nullptr) return true;
  return std::ranges::any_of(element.elements, HasGroupWindow);
}

/// The arguments as text; empty if one cannot be bound.
std::string ArgumentText(BindContext* context, const Scope& scope, const sql::FunctionCall& call) {
  std::string text;
  for (const sql::Argument& argument : call.arguments) {
    ExpressionBinder binder(context, &scope);
    const ExpressionPtr bound = binder.BindTyped(*argument.value);
    if (bound == nullptr) return {};
    text += bound->ToString() + ",";
  }
  return text;
}

/// Column of the time attribute, or -1 after a diagnostic.
int BindGroupTime(BindContext* context, const Scope& scope, const sql::Expr& expr) {
  ExpressionBinder binder(context, &scope);
  const ExpressionPtr time = binder.BindTyped(expr);
  if (time == nullptr) return -1;
  if (time->kind() != ExpressionKind::kInputRef ||
      time->type().time_attribute() == TimeAttribute::kNone) {
    ReportNoTimeAttribute(context, std::string(context->TextOf(expr.span)), time->type(),
                          expr.span);
    return -1;
  }
  return time->index();
}

bool BindGroupWindowCall(BindContext* context, const sql::FunctionCall& call, BoundRelation* source,
                         GroupWindow* window) {
  WindowSpec spec;
  spec.kind = *KindOfGroupWindow(call.upper_name);
  const bool hops = spec.kind == WindowKind::kHop;
  const size_t count = hops ? 3 : 2;
  if (call.arguments.size() == count + 1) {
    context->NotSupported("an alignment of a group window", call.arguments.back().value->span,
                          "The window table functions TUMBLE and HOP take an offset.");
    return false;
  }
  if (call.arguments.size() != count) {
    context->Error("MR0302",
                   call.upper_name +
                       (hops ? " takes a time, a slide and a size" : " takes a time and a length"),
                   call.span);
    return false;
  }
  window->name = call.upper_name;
  window->arguments = ArgumentText(context, source->scope, call);
  const int time = BindGroupTime(context, source->scope, *call.arguments[0].value);
  const auto size = BindWindowLength(context, *call.arguments.back().value, true);
  const auto slide = hops ? BindWindowLength(context, *call.arguments[1].value, true) : size;
  if (window->arguments.empty() || time < 0 || !size || !slide) return false;
  spec.size = *size;
  spec.slide = *slide;
  const DataType& type = source->plan->schema()[static_cast<size_t>(time)].type;
  if (type.kind() == TypeKind::kTimestampLtz) spec.time_zone = context->session.time_zone;
  const bool proctime = type.time_attribute() == TimeAttribute::kProctime;
  if (!BindEmission(context, spec, proctime, call.name.span, &window->emission)) return false;
  if (window->emission) window->emission->time_column = time;
  source->plan = std::make_shared<WindowTvfNode>(source->plan, time, std::move(spec));
  window->columns = *source->plan->window_columns();
  return true;
}

}  // namespace

std::optional<GroupingWithWindow> BindGroupWindow(BindContext* context, const sql::Select& select,
                                                  BoundRelation* source) {
  GroupingWithWindow result;
  for (const sql::GroupingElement& element : select.group_by) {
    const bool alone = element.kind == sql::GroupingElement::Kind::kExpression &&
                       AsGroupWindow(*element.value) != nullptr;
    if (!alone) {
      if (HasGroupWindow(element)) {
        context->NotSupported("a group window inside grouping sets", element.span,
                              "Use the window table function, and GROUP BY window_start, "
                              "window_end, GROUPING SETS (..).");
        return std::nullopt;
      }
      result.elements.push_back(element);
      continue;
    }
    if (result.window) {
      context->Error("MR0319", "GROUP BY has one group window at most", element.span);
      return std::nullopt;
    }
    result.window.emplace();
    const sql::FunctionCall& call = *AsGroupWindow(*element.value);
    if (!BindGroupWindowCall(context, call, source, &*result.window)) return std::nullopt;
  }
  return result;
}

bool IsGroupWindowProperty(std::string_view name) {
  const size_t mark = name.find('_');
  if (mark == std::string_view::npos || !KindOfGroupWindow(name.substr(0, mark))) return false;
  const std::string_view property = name.substr(mark + 1);
  return property == "START" || property == "END" || property == "ROWTIME" ||
         property == "PROCTIME";
}

int BindGroupWindowProperty(BindContext* context, const Scope& scope, const sql::FunctionCall& call,
                            const GroupWindow* window) {
  const std::string& name = call.upper_name;
  const size_t mark = name.find('_');
  if (window == nullptr || window->name != name.substr(0, mark) ||
      window->arguments != ArgumentText(context, scope, call)) {
    context->Error(
        "MR0319",
        name + " stands beside " + name.substr(0, mark) + " with the same arguments in GROUP BY",
        call.span);
    return -1;
  }
  const std::string property = name.substr(mark + 1);
  if (property == "START") return window->columns.start;
  if (property == "END") return window->columns.end;
  if ((property == "PROCTIME") != window->columns.proctime) {
    context->Error("MR0404",
                   window->columns.proctime ? "a window over processing time has no rowtime"
                                            : "a window over event time has no processing time",
                   call.span);
    return -1;
  }
  return window->columns.time;
}

}  // namespace millrace
