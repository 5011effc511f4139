// SPDX-License-Identifier: Apache-2.0
// JSON functions with a syntax of their own, of the ExpressionBinder.
#include <algorithm>

#include "plan/binding/expression_binder.h"
#include "plan/binding/type_binder.h"

namespace millrace {

std::string ExpressionBinder::BehaviorOption(const sql::JsonBehavior& behavior, std::string_view on,
                                             std::vector<ExpressionPtr>* args) {
  using K = sql::JsonBehavior::Kind;
  std::string_view word;
  switch (behavior.kind) {
    case K::kUnspecified: return {};
    case K::kNull: word = "NULL"; break;
    case K::kError: word = "ERROR"; break;
    case K::kDefault:
      word = "DEFAULT";
      args->push_back(Bind(*behavior.default_value));
      break;
    case K::kTrue: word = "TRUE"; break;
    case K::kFalse: word = "FALSE"; break;
    case K::kUnknown: word = "UNKNOWN"; break;
    case K::kEmpty:
    case K::kEmptyArray: word = "EMPTY ARRAY"; break;
    case K::kEmptyObject: word = "EMPTY OBJECT"; break;
  }
  return std::string(word) + " " + std::string(on);
}

ExpressionPtr ExpressionBinder::BindJsonCall(const sql::Expr& expr) {
  std::vector<ExpressionPtr> args;
  std::vector<std::string> options;
  std::optional<DataType> returning;
  std::string function;
  const auto behaviors = [&](const sql::JsonBehavior* empty, const sql::JsonBehavior& error) {
    if (empty != nullptr) options.push_back(BehaviorOption(*empty, "ON EMPTY", &args));
    options.push_back(BehaviorOption(error, "ON ERROR", &args));
  };
  const auto returning_type = [&](const sql::TypeNamePtr& type) {
    if (type != nullptr) returning = BindType(context_, *type);
    return type == nullptr || returning.has_value();
  };
  if (const auto* exists = sql::As<sql::JsonExists>(expr)) {
    function = "JSON_EXISTS";
    args = {BindTyped(*exists->value), BindTyped(*exists->path)};
    behaviors(nullptr, exists->on_error);
  } else if (const auto* value = sql::As<sql::JsonValue>(expr)) {
    function = "JSON_VALUE";
    args = {BindTyped(*value->value), BindTyped(*value->path)};
    behaviors(&value->on_empty, value->on_error);
    if (!returning_type(value->returning)) return nullptr;
    for (size_t i = 2; i < args.size(); ++i) {
      const bool as_text = !returning || returning->is_character();
      if (args[i] == nullptr || args[i]->type().kind() != TypeKind::kBoolean || !as_text) continue;
      // `false` as JSON has it, not FALSE as a cast would.
      const auto text = Expression::Cast(args[i], DataType::String(), false, false);
      if (text) args[i] = Call("LOWER", {*text}, expr.span);
    }
  } else if (const auto* query = sql::As<sql::JsonQuery>(expr)) {
    function = "JSON_QUERY";
    args = {BindTyped(*query->value), BindTyped(*query->path)};
    using Wrapper = sql::JsonQuery::Wrapper;
    if (query->wrapper == Wrapper::kConditional) options.emplace_back("WITH CONDITIONAL WRAPPER");
    if (query->wrapper == Wrapper::kUnconditional) {
      options.emplace_back("WITH UNCONDITIONAL WRAPPER");
    }
    behaviors(&query->on_empty, query->on_error);
    if (!returning_type(query->returning)) return nullptr;
  } else if (const auto* object = sql::As<sql::JsonObject>(expr)) {
    function = "JSON_OBJECT";
    for (const auto& [key, member] : object->members) {
      args.push_back(BindTyped(*key));
      args.push_back(Bind(*member));
    }
    if (object->on_null == sql::JsonOnNull::kAbsent) options.emplace_back("ABSENT ON NULL");
    if (object->on_null == sql::JsonOnNull::kNull) options.emplace_back("NULL ON NULL");
    if (object->aggregate) function = "JSON_OBJECTAGG";
  } else if (const auto* array = sql::As<sql::JsonArray>(expr)) {
    function = "JSON_ARRAY";
    for (const sql::ExprPtr& item : array->values) args.push_back(Bind(*item));
    if (array->on_null == sql::JsonOnNull::kAbsent) options.emplace_back("ABSENT ON NULL");
    if (array->on_null == sql::JsonOnNull::kNull) options.emplace_back("NULL ON NULL");
    if (array->aggregate) function = "JSON_ARRAYAGG";
  }
  if (function.empty() || function.ends_with("AGG")) {
    context_->NotSupported(function.empty() ? "this expression" : function, expr.span);
    return nullptr;
  }
  std::erase(options, "");
  if (std::find(args.begin(), args.end(), nullptr) != args.end()) return nullptr;
  for (ExpressionPtr& arg : args) {
    if (arg->type().kind() == TypeKind::kNull) arg = Expression::NullLiteral(DataType::String());
  }
  return Call(function, std::move(args), expr.span, std::move(options), returning);
}

}  // namespace millrace
