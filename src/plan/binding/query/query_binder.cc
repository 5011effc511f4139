// SPDX-License-Identifier: Apache-2.0
#include "plan/binding/query/query_binder.h"
#include "plan/binding/functions/python_function_binder.h"

#include <arrow/array/builder_base.h>

#include <set>

#include "data/option_text.h"
#include "expr/evaluator.h"
#include "functions/coercion.h"
#include "plan/binding/expression_binder.h"
#include "plan/binding/query/select_binder.h"
#include "plan/binding/query/sort_binder.h"
#include "plan/calc_builder.h"
#include "plan/nodes/aggregate_nodes.h"
#include "plan/nodes/regular_join_node.h"
#include "plan/nodes/source_nodes.h"
#include "plan/nodes/stateless_nodes.h"

namespace millrace {

std::vector<std::string> UniqueNames(std::vector<std::string> names) {
  std::set<std::string> used;
  for (std::string& name : names) {
    std::string candidate = name;
    for (int i = 0; !used.insert(candidate).second; ++i) candidate = name + std::to_string(i);
    name = std::move(candidate);
  }
  return names;
}

PlanNodePtr MakeDistinct(BindContext* context, PlanNodePtr input,
                         std::optional<int64_t> state_ttl_ms) {
  std::vector<int> keys;
  for (size_t i = 0; i < input->schema().size(); ++i) keys.push_back(static_cast<int>(i));
  Schema schema;
  for (const Column& column : input->schema()) {
    schema.Append({column.name, column.type.WithTimeAttribute(TimeAttribute::kNone)});
  }
  const int64_t ttl =
      state_ttl_ms.value_or(context->settings->GetDuration("table.exec.state.ttl").count());
  return std::make_shared<GroupAggregateNode>(
      std::move(input),
      GroupAggregateNode::Fields{.keys = std::move(keys), .calls = {}, .state_ttl_ms = ttl},
      std::move(schema));
}

PlanNodePtr QueryBinder::Bind(const sql::Query& query, bool nested) {
  const auto saved = common_tables_;
  bool failed = false;
  if (query.recursive) {
    context_->NotSupported("WITH RECURSIVE", query.with.front().span);
    failed = true;
  }
  for (const sql::CommonTable& table : query.with) {
    PlanNodePtr plan = Bind(*table.query);
    if (plan != nullptr && !table.columns.empty()) {
      if (table.columns.size() != plan->schema().size()) {
        context_->Error("MR0315",
                        "'" + table.name.text + "' lists " + std::to_string(table.columns.size()) +
                            " columns, its query has " + std::to_string(plan->schema().size()),
                        table.name.span);
        plan = nullptr;
      } else {
        std::vector<std::string> names;
        for (const sql::Identifier& column : table.columns) names.push_back(column.text);
        plan = Rename(plan, std::move(names));
      }
    }
    failed = failed || plan == nullptr;
    common_tables_[table.name.text] = std::move(plan);
  }
  PlanNodePtr plan = BindSorted(query, nested);
  common_tables_ = saved;
  return failed ? nullptr : plan;
}

PlanNodePtr QueryBinder::BindWhole(const sql::Query& query) {
  PlanNodePtr plan = Bind(query, /*nested=*/false);
  return plan == nullptr ? nullptr : CompleteQuery(context_, plan);
}

PlanNodePtr QueryBinder::BindSorted(const sql::Query& query, bool nested) {
  const bool sorts = !query.order_by.empty();
  const auto* select = sql::As<sql::Select>(query.body);
  std::vector<SortKey> order;
  size_t visible = 0;
  PlanNodePtr plan;
  if (sorts && select != nullptr && select->quantifier != sql::SetQuantifier::kDistinct) {
    plan = SelectBinder(this, *select).BindOrdered(query.order_by, &order, &visible);
  } else {
    plan = BindBody(*query.body);
    if (plan == nullptr) return nullptr;
    visible = plan->schema().size();
    if (sorts) plan = BindOrder(context_, query, std::move(plan), &order);
  }
  if (plan == nullptr || (!sorts && query.limit == nullptr && query.offset == nullptr)) return plan;
  return BindOrderAndLimit(context_, query, std::move(plan), order, visible, nested);
}

PlanNodePtr QueryBinder::BindBody(const sql::QueryBody& body) {
  switch (body.kind) {
    case sql::QueryBodyKind::kSelect: return BindSelect(*sql::As<sql::Select>(body));
    case sql::QueryBodyKind::kSetOperation:
      return BindSetOperation(*sql::As<sql::SetOperation>(body));
    case sql::QueryBodyKind::kValues: return BindValues(*sql::As<sql::Values>(body));
    case sql::QueryBodyKind::kTable: return BindTableName(sql::As<sql::TableQuery>(body)->name, {});
    case sql::QueryBodyKind::kQuery: return Bind(*sql::As<sql::Query>(body));
  }
  return nullptr;
}

PlanNodePtr QueryBinder::BindSelect(const sql::Select& select) {
  return SelectBinder(this, select).Bind();
}

/// Both sides of a set operation with the types that their columns have in common.
bool QueryBinder::UnifySides(const sql::SetOperation& operation, PlanNodePtr* left,
                             PlanNodePtr* right) {
  const std::string_view name = operation.op == sql::SetOperator::kUnion       ? "UNION"
                                : operation.op == sql::SetOperator::kIntersect ? "INTERSECT"
                                                                               : "EXCEPT";
  if ((*left)->schema().size() != (*right)->schema().size()) {
    context_->Error("MR0315",
                    std::string(name) + " needs equally many columns on both sides: " +
                        std::to_string((*left)->schema().size()) + " and " +
                        std::to_string((*right)->schema().size()),
                    operation.op_span);
    return false;
  }
  std::vector<ExpressionPtr> left_columns = InputRefs((*left)->schema());
  std::vector<ExpressionPtr> right_columns = InputRefs((*right)->schema());
  for (size_t i = 0; i < left_columns.size(); ++i) {
    std::vector<ExpressionPtr> pair = {left_columns[i], right_columns[i]};
    const bool same =
        left_columns[i]->type().EqualIgnoringNull(right_columns[i]->type()) &&
        left_columns[i]->type().time_attribute() == right_columns[i]->type().time_attribute();
    const auto type = Unify(context_, &pair, operation.op_span,
                            "column '" + (*left)->schema()[i].name + "' of " + std::string(name));
    if (!type) return false;
    if (same) continue;
    left_columns[i] = pair[0];
    right_columns[i] = pair[1];
  }
  const auto names = (*left)->schema().names();
  *left = MakeCalc(*left, nullptr, std::move(left_columns), names);
  *right = MakeCalc(*right, nullptr, std::move(right_columns), names);
  return true;
}

PlanNodePtr QueryBinder::BindSetOperation(const sql::SetOperation& operation) {
  PlanNodePtr left = BindBody(*operation.left);
  PlanNodePtr right = BindBody(*operation.right);
  const bool all = operation.quantifier == sql::SetQuantifier::kAll;
  const bool intersect = operation.op == sql::SetOperator::kIntersect;
  if (left == nullptr || right == nullptr || !UnifySides(operation, &left, &right)) return nullptr;
  if (operation.op == sql::SetOperator::kUnion) {
    Schema schema;
    for (size_t i = 0; i < left->schema().size(); ++i) {
      const DataType& type = left->schema()[i].type;
      const bool nullable = type.nullable() || right->schema()[i].type.nullable();
      const bool same = type.time_attribute() == right->schema()[i].type.time_attribute();
      schema.Append({left->schema()[i].name,
                     type.Nullable(nullable).WithTimeAttribute(same ? type.time_attribute()
                                                                    : TimeAttribute::kNone)});
    }
    PlanNodePtr plan =
        std::make_shared<UnionNode>(std::vector<PlanNodePtr>{left, right}, std::move(schema));
    return all ? plan : MakeDistinct(context_, plan);
  }
  if (all) return MakeAll(context_, left, right, intersect, operation.op_span);
  JoinNode::Fields fields;
  fields.type = intersect ? JoinType::kSemi : JoinType::kAnti;
  for (size_t i = 0; i < left->schema().size(); ++i) {
    fields.left_keys.push_back(static_cast<int>(i));
    fields.nulls_match.push_back(true);
  }
  fields.right_keys = fields.left_keys;
  const int64_t ttl_ms = context_->settings->GetDuration("table.exec.state.ttl").count();
  fields.ttl_ms = {ttl_ms, ttl_ms};
  return MakeDistinct(context_, std::make_shared<JoinNode>(left, right, std::move(fields)));
}

PlanNodePtr QueryBinder::BindValues(const sql::Values& values) {
  const Scope empty;
  std::vector<std::vector<ExpressionPtr>> columns;
  bool failed = false;
  for (const sql::ExprPtr& row_expr : values.rows) {
    const auto* row = sql::As<sql::Row>(row_expr);
    const std::vector<sql::ExprPtr> cells = row ? row->values : std::vector<sql::ExprPtr>{row_expr};
    if (columns.empty()) columns.resize(cells.size());
    if (cells.size() != columns.size()) {
      context_->Error("MR0315",
                      "a row of VALUES has " + std::to_string(cells.size()) +
                          " values, the first one has " + std::to_string(columns.size()),
                      row_expr->span);
      return nullptr;
    }
    for (size_t i = 0; i < cells.size(); ++i) {
      ExpressionBinder binder(context_, &empty);
      columns[i].push_back(binder.Bind(*cells[i]));
      failed = failed || columns[i].back() == nullptr;
    }
  }
  if (failed) return nullptr;
  Schema schema;
  Batch batch;
  batch.num_rows = static_cast<int64_t>(values.rows.size());
  for (size_t i = 0; i < columns.size(); ++i) {
    const std::string name = "EXPR$" + std::to_string(i);
    const auto type = Unify(context_, &columns[i], values.span, "column " + std::to_string(i + 1));
    if (!type) return nullptr;
    auto builder = arrow::MakeBuilder(type->ToArrow());
    if (!builder.ok()) return nullptr;
    for (const ExpressionPtr& cell : columns[i]) {
      if (CallsPython(*cell)) {
        context_->NotSupported("a Python function in VALUES", values.span,
                               "Write SELECT f(x) FROM (VALUES (..)) AS v(x).");
        return nullptr;
      }
      const auto value = EvaluateConstant(cell, context_->session);
      if (!value) {
        context_->Report(value.error(), values.span);
        return nullptr;
      }
      const arrow::Status appended = (*value)->type->Equals(*type->ToArrow())
                                         ? (*builder)->AppendScalar(**value)
                                         : (*builder)->AppendNull();
      if (!appended.ok()) return nullptr;
    }
    auto array = (*builder)->Finish();
    if (!array.ok()) return nullptr;
    batch.columns.push_back(*array);
    schema.Append({name, *type});
  }
  std::string text(context_->TextOf(values.span));
  return std::make_shared<ValuesNode>(std::move(schema), std::move(batch), std::move(text));
}

}  // namespace millrace
