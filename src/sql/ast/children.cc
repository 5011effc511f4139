// SPDX-License-Identifier: Apache-2.0
#include "sql/ast/children.h"

#include "sql/ast/special_call.h"

namespace millrace::sql {
namespace {

using Visit = std::function<void(const Expr&)>;

void One(const ExprPtr& child, const Visit& visit) {
  if (child != nullptr) visit(*child);
}

void All(const std::vector<ExprPtr>& children, const Visit& visit) {
  for (const ExprPtr& child : children) One(child, visit);
}

void CaseChildren(const Case& node, const Visit& visit) {
  One(node.operand, visit);
  for (const Case::When& when : node.whens) {
    All(when.conditions, visit);
    One(when.result, visit);
  }
  One(node.otherwise, visit);
}

void JsonChildren(const Expr& expr, const Visit& visit) {
  if (const auto* exists = As<JsonExists>(expr)) {
    All({exists->value, exists->path}, visit);
  } else if (const auto* value = As<JsonValue>(expr)) {
    All({value->value, value->path, value->on_empty.default_value, value->on_error.default_value},
        visit);
  } else if (const auto* query = As<JsonQuery>(expr)) {
    All({query->value, query->path}, visit);
  } else if (const auto* object = As<JsonObject>(expr)) {
    for (const auto& [key, member] : object->members) All({key, member}, visit);
  } else if (const auto* array = As<JsonArray>(expr)) {
    All(array->values, visit);
  }
}

void SpecialChildren(const Expr& expr, const Visit& visit) {
  if (const auto* extract = As<Extract>(expr)) {
    One(extract->value, visit);
  } else if (const auto* floor = As<FloorCeil>(expr)) {
    One(floor->value, visit);
  } else if (const auto* trim = As<Trim>(expr)) {
    All({trim->characters, trim->value}, visit);
  } else if (const auto* position = As<Position>(expr)) {
    All({position->needle, position->haystack, position->start}, visit);
  } else if (const auto* overlay = As<Overlay>(expr)) {
    All({overlay->value, overlay->replacement, overlay->start, overlay->length}, visit);
  } else if (const auto* substring = As<Substring>(expr)) {
    All({substring->value, substring->start, substring->length}, visit);
  } else if (const auto* timestamp = As<TimestampCall>(expr)) {
    All({timestamp->first, timestamp->second}, visit);
  } else {
    JsonChildren(expr, visit);
  }
}

void ConstructorChildren(const Expr& expr, const Visit& visit) {
  if (const auto* row = As<Row>(expr)) {
    All(row->values, visit);
  } else if (const auto* array = As<Array>(expr)) {
    All(array->values, visit);
  } else if (const auto* map = As<Map>(expr)) {
    All(map->values, visit);
  } else if (const auto* multiset = As<Multiset>(expr)) {
    All(multiset->values, visit);
  } else if (const auto* index = As<Index>(expr)) {
    All({index->value, index->index}, visit);
  } else if (const auto* access = As<FieldAccess>(expr)) {
    One(access->value, visit);
  } else {
    SpecialChildren(expr, visit);
  }
}

}  // namespace

void ForEachChild(const Expr& expr, const Visit& visit) {
  if (const auto* call = As<FunctionCall>(expr)) {
    for (const Argument& argument : call->arguments) One(argument.value, visit);
    One(call->filter, visit);
  } else if (const auto* unary = As<Unary>(expr)) {
    One(unary->operand, visit);
  } else if (const auto* binary = As<Binary>(expr)) {
    All({binary->left, binary->right}, visit);
  } else if (const auto* test = As<IsTest>(expr)) {
    All({test->value, test->other}, visit);
  } else if (const auto* between = As<Between>(expr)) {
    All({between->value, between->low, between->high}, visit);
  } else if (const auto* like = As<Like>(expr)) {
    All({like->value, like->pattern, like->escape}, visit);
  } else if (const auto* in = As<In>(expr)) {
    One(in->value, visit);
    All(in->list, visit);
  } else if (const auto* quantified = As<Quantified>(expr)) {
    One(quantified->value, visit);
    All(quantified->list, visit);
  } else if (const auto* node = As<Case>(expr)) {
    CaseChildren(*node, visit);
  } else if (const auto* cast = As<Cast>(expr)) {
    One(cast->value, visit);
  } else {
    ConstructorChildren(expr, visit);
  }
}

}  // namespace millrace::sql
