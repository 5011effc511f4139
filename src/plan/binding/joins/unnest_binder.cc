// SPDX-License-Identifier: Apache-2.0
// UNNEST: the elements of a collection, beside the row it comes from.
#include "plan/binding/expression_binder.h"
#include "plan/binding/functions/python_function_binder.h"
#include "plan/binding/functions/user_function_binder.h"
#include "plan/binding/query/query_binder.h"
#include "plan/calc_builder.h"
#include "plan/nodes/unnest_node.h"

namespace millrace {
namespace {

ExpressionPtr BindCollection(BindContext* context, const Scope& scope,
                             const sql::UnnestTable& table) {
  if (table.values.size() != 1) {
    context->NotSupported("UNNEST of several collections", table.span);
    return nullptr;
  }
  ExpressionBinder binder(context, &scope);
  ExpressionPtr collection = binder.BindTyped(*table.values[0]);
  if (collection == nullptr) return nullptr;
  const TypeKind kind = collection->type().kind();
  if (kind == TypeKind::kArray || kind == TypeKind::kMap || kind == TypeKind::kMultiset) {
    return collection;
  }
  context->Error("MR0307",
                 "UNNEST needs an ARRAY, MAP or MULTISET, found " + collection->type().ToString(),
                 table.values[0]->span);
  return nullptr;
}

/// The rows that a table function gives, as an ARRAY.
ExpressionPtr BindRowsOfFunction(BindContext* context, const Scope& scope,
                                 const sql::FunctionCall& call) {
  const UserFunctionPtr function = FindUserFunction(*context, call);
  ExpressionBinder binder(context, &scope);
  auto args = binder.BindPythonArguments(call, *function);
  return args ? BindPythonCall(context, *function, *std::move(args), call.span) : nullptr;
}

bool IsTrue(const sql::ExprPtr& condition) {
  const auto* literal = sql::As<sql::Literal>(condition);
  return literal != nullptr && literal->literal == sql::LiteralKind::kTrue;
}

}  // namespace

bool IsRowFunction(const BindContext& context, const sql::TableRef& ref) {
  const auto* table = sql::As<sql::FunctionTable>(ref);
  if (table == nullptr || table->system_time != nullptr) return false;
  const UserFunctionPtr function = FindUserFunction(context, *table->call);
  return function != nullptr && function->python != nullptr &&
         function->python->description.kind == PythonDescription::Kind::kTable;
}

PlanNodePtr KeepElements(const PlanNodePtr& elements, const ExpressionPtr& condition) {
  const auto* unnest = As<UnnestNode>(elements);
  if (unnest == nullptr) {  // renamed, column by column
    return elements->WithChildren({KeepElements(elements->children()[0], condition)});
  }
  UnnestNode::Fields fields = unnest->fields();
  if (!fields.keeps_empty) return MakeFilter(elements, condition);
  fields.condition = condition;
  return std::make_shared<UnnestNode>(elements->children()[0], std::move(fields));
}

std::optional<BoundRelation> QueryBinder::BindUnnest(const sql::TableRef& table,
                                                     BoundRelation outer, bool keeps_empty) {
  UnnestNode::Fields fields;
  if (const auto* unnest = sql::As<sql::UnnestTable>(table)) {
    fields.collection = BindCollection(context_, outer.scope, *unnest);
    fields.with_ordinality = unnest->with_ordinality;
  } else {
    fields.collection =
        BindRowsOfFunction(context_, outer.scope, *sql::As<sql::FunctionTable>(table)->call);
  }
  if (fields.collection == nullptr) return std::nullopt;
  fields.keeps_empty = keeps_empty;
  const Schema elements = UnnestNode::ElementColumns(fields);
  std::vector<std::string> names = elements.names();
  std::string qualifier;
  if (table.alias) {
    qualifier = table.alias->name.text;
    const auto& columns = table.alias->columns;
    if (!columns.empty() && columns.size() != names.size()) {
      context_->Error("MR0315",
                      "alias '" + qualifier + "' lists " + std::to_string(columns.size()) +
                          " columns, the elements have " + std::to_string(names.size()),
                      table.alias->name.span);
      return std::nullopt;
    }
    for (size_t i = 0; i < columns.size(); ++i) names[i] = columns[i].text;
  }
  const int first = static_cast<int>(outer.plan->schema().size());
  BoundRelation relation = std::move(outer);
  for (size_t i = 0; i < names.size(); ++i) {
    relation.scope.Add({qualifier, names[i], elements[i].type, first + static_cast<int>(i)});
  }
  relation.plan = std::make_shared<UnnestNode>(relation.plan, std::move(fields));
  relation.plan = Rename(relation.plan, UniqueNames(relation.plan->schema().names()));
  return relation;
}

/// A join with UNNEST or a table function: nothing to wait for on its right side.
std::optional<BoundRelation> QueryBinder::BindUnnestJoin(const sql::Join& join,
                                                         const sql::TableRef& table,
                                                         std::vector<sql::ExprPtr>* where) {
  const bool keeps_empty = join.type == sql::JoinType::kLeft;
  auto left = BindFrom(*join.left, where);
  if (!left) return std::nullopt;
  const bool wide = join.type == sql::JoinType::kRight || join.type == sql::JoinType::kFull;
  if (wide || join.natural || !join.using_columns.empty()) {
    context_->NotSupported("this join with UNNEST", join.operator_span,
                           "CROSS JOIN UNNEST(..), or LEFT JOIN UNNEST(..) ON a condition.");
    return std::nullopt;
  }
  auto relation = BindUnnest(table, *std::move(left), keeps_empty);
  if (!relation || join.condition == nullptr || IsTrue(join.condition)) return relation;
  ExpressionBinder binder(context_, &relation->scope);
  const ExpressionPtr condition = binder.BindCondition(*join.condition, "ON");
  if (condition == nullptr) return std::nullopt;
  relation->plan = KeepElements(relation->plan, condition);
  return relation;
}

}  // namespace millrace
