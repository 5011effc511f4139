// SPDX-License-Identifier: Apache-2.0
#include "plan/binding/query/aggregate_arguments.h"

namespace millrace {
namespace {

constexpr std::string_view kObjectAggregate = "JSON_OBJECTAGG_";
constexpr std::string_view kArrayAggregate = "JSON_ARRAYAGG_";

std::string JsonAggregateName(std::string_view stem, sql::JsonOnNull on_null,
                              sql::JsonOnNull fallback) {
  if (on_null == sql::JsonOnNull::kUnspecified) on_null = fallback;
  return std::string(stem) +
         (on_null == sql::JsonOnNull::kNull ? "NULL_ON_NULL" : "ABSENT_ON_NULL");
}

std::shared_ptr<sql::FunctionCall> JsonCall(const sql::Expr& expr) {
  auto call = std::make_shared<sql::FunctionCall>();
  if (const auto* object = sql::As<sql::JsonObject>(expr)) {
    if (!object->aggregate || object->over) return nullptr;
    call->upper_name = JsonAggregateName(kObjectAggregate, object->on_null, sql::JsonOnNull::kNull);
    const auto& [name, value] = object->members.front();
    call->arguments = {{std::nullopt, name}, {std::nullopt, value}};
    call->filter = object->filter;
  } else if (const auto* array = sql::As<sql::JsonArray>(expr)) {
    if (!array->aggregate || array->over) return nullptr;
    call->upper_name = JsonAggregateName(kArrayAggregate, array->on_null, sql::JsonOnNull::kAbsent);
    call->arguments = {{std::nullopt, array->values.front()}};
    call->order_by = array->order_by;
    call->filter = array->filter;
  } else {
    return nullptr;
  }
  call->span = expr.span;
  return call;
}

bool IsJsonText(const Expression& value) {
  if (value.kind() != ExpressionKind::kCall) return false;
  const std::string& name = value.function()->name;
  return name == "JSON_OBJECT" || name == "JSON_ARRAY";
}

}  // namespace

std::shared_ptr<const sql::FunctionCall> AsAggregateCall(const BindContext& context,
                                                         const sql::Expr& expr) {
  const auto* call = sql::As<sql::FunctionCall>(expr);
  if (call == nullptr) return JsonCall(expr);
  if (call->over || context.registries.aggregates->Find(call->upper_name) == nullptr) {
    return nullptr;
  }
  return {std::shared_ptr<const sql::FunctionCall>(), call};
}

ExpressionPtr BindAggregateArgument(ExpressionBinder* binder, const sql::FunctionCall& call,
                                    size_t index) {
  const sql::Expr& expr = *call.arguments[index].value;
  ExpressionPtr value = binder->BindTyped(expr);
  const bool is_json_value = call.upper_name.starts_with(kObjectAggregate)  ? index == 1
                             : call.upper_name.starts_with(kArrayAggregate) ? index == 0
                                                                            : false;
  if (value == nullptr || !is_json_value || IsJsonText(*value)) return value;
  return binder->Call("JSON_STRING", {std::move(value)}, expr.span);
}

}  // namespace millrace
