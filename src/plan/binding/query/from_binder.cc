// SPDX-License-Identifier: Apache-2.0
// FROM: tables, views, common tables, subqueries and table functions.
#include "plan/binding/query/query_binder.h"

#include <algorithm>

#include "plan/binding/table_binder.h"
#include "plan/calc_builder.h"
#include "plan/late_rows.h"

namespace millrace {

PlanNodePtr QueryBinder::BindTableName(const sql::QualifiedName& name,
                                       const std::vector<sql::Hint>& hints) {
  if (name.parts.size() == 1) {
    const auto common = common_tables_.find(name.parts[0].text);
    if (common != common_tables_.end()) return common->second;
  }
  const std::string path = context_->catalog->Resolve(name);
  if (const ViewPtr view = context_->catalog->FindView(path)) {
    return BindView(*view, name.span);
  }
  TablePtr table = context_->catalog->FindTable(path);
  const bool late = table == nullptr && path.ends_with(kLateRowsSuffix);
  if (late) {
    table = context_->catalog->FindTable(path.substr(0, path.size() - kLateRowsSuffix.size()));
  }
  if (table == nullptr && context_->catalog->Failed(path)) return nullptr;
  if (table == nullptr) {
    std::vector<std::string> world = context_->catalog->TableNames();
    for (const auto& [common, plan] : common_tables_) world.push_back(common);
    Diagnostic& diagnostic =
        context_->Error("MR0207", "unknown table '" + name.ToString() + "'", name.span);
    context_->Suggest(&diagnostic, name.parts.back().text, world);
    if (world.empty()) diagnostic.next_step = "Declare it with CREATE TABLE before this statement.";
    return nullptr;
  }
  table = WithHints(context_, std::move(table), hints, name.span);
  if (table == nullptr) return nullptr;
  table = PrepareUse(context_, std::move(table), /*for_write=*/false, name.span);
  if (table == nullptr) return nullptr;
  return late ? BuildLateRows(context_, table, name.span) : BuildScan(context_, table);
}

std::optional<BoundRelation> QueryBinder::BindRelation(const sql::TableRef& ref, PlanNodePtr plan,
                                                       const std::string& default_name) {
  if (plan == nullptr) return std::nullopt;
  std::string qualifier = default_name;
  Schema visible = plan->schema();
  if (ref.alias) {
    qualifier = ref.alias->name.text;
    const auto& columns = ref.alias->columns;
    if (!columns.empty() && columns.size() != visible.size()) {
      context_->Error("MR0315",
                      "alias '" + qualifier + "' lists " + std::to_string(columns.size()) +
                          " columns, the relation has " + std::to_string(visible.size()),
                      ref.alias->name.span);
      return std::nullopt;
    }
    std::vector<Column> renamed;
    for (size_t i = 0; i < visible.size(); ++i) {
      renamed.push_back({columns.empty() ? visible[i].name : columns[i].text, visible[i].type});
    }
    visible = Schema(std::move(renamed));
  }
  BoundRelation relation;
  relation.plan = std::move(plan);
  relation.scope.AddRelation(qualifier, visible, 0);
  return relation;
}

std::optional<BoundRelation> QueryBinder::BindFrom(const sql::TableRef& ref,
                                                   std::vector<sql::ExprPtr>* where) {
  if (const auto* named = sql::As<sql::NamedTable>(ref)) {
    if (named->system_time != nullptr) {
      context_->NotSupported("FOR SYSTEM_TIME AS OF outside of a join", named->system_time->span,
                             "FROM o JOIN t FOR SYSTEM_TIME AS OF o.ts ON o.k = t.k");
      return std::nullopt;
    }
    const auto prepared = relations_.find(named->name.parts.back().text);
    if (prepared != relations_.end()) return prepared->second;
    return BindRelation(ref, BindTableName(named->name, named->hints),
                        named->name.parts.back().text);
  }
  if (const auto* derived = sql::As<sql::DerivedTable>(ref)) {
    return BindRelation(ref, Bind(*derived->query), "");
  }
  if (IsRowFunction(*context_, ref)) {
    BoundRelation one_row;
    one_row.plan = SingleRow();
    return BindUnnest(ref, std::move(one_row), /*keeps_empty=*/false);
  }
  if (const auto* function = sql::As<sql::FunctionTable>(ref)) {
    return BindRelation(ref, BindFunctionTable(*function), "");
  }
  if (const auto* join = sql::As<sql::Join>(ref)) return BindJoin(*join, where);
  if (const auto* unnest = sql::As<sql::UnnestTable>(ref)) {
    BoundRelation one_row;
    one_row.plan = SingleRow();
    return BindUnnest(*unnest, std::move(one_row), /*keeps_empty=*/false);
  }
  return BindRelation(ref, BindMatch(*sql::As<sql::MatchRecognize>(ref)), "");
}

PlanNodePtr QueryBinder::BindFunctionTable(const sql::FunctionTable& table) {
  const std::string& name = table.call->upper_name;
  if (table.system_time != nullptr) {
    context_->NotSupported("FOR SYSTEM_TIME AS OF of a table function", table.system_time->span);
    return nullptr;
  }
  if (name == "TUMBLE" || name == "HOP" || name == "CUMULATE" || name == "SESSION") {
    return BindWindowFunction(*table.call);
  }
  if (name == "ML_PREDICT") return BindPredict(*table.call);
  if (name == "TO_CHANGELOG" || name == "FROM_CHANGELOG") return BindChangelogFunction(*table.call);
  static const std::vector<std::string> kLater = {"ML_EVALUATE", "VECTOR_SEARCH", "SNAPSHOT"};
  if (std::find(kLater.begin(), kLater.end(), name) != kLater.end()) {
    context_->NotSupported("table function " + name, table.call->name.span);
    return nullptr;
  }
  Diagnostic& diagnostic =
      context_->Error("MR0202", "unknown table function '" + table.call->name.ToString() + "'",
                      table.call->name.span);
  context_->Suggest(&diagnostic, name, {"TUMBLE", "HOP", "CUMULATE", "SESSION", "ML_PREDICT"},
                    false);
  return nullptr;
}

PlanNodePtr QueryBinder::BindTableArgument(const sql::Expr& expr, bool partitioned) {
  if (const auto* table = sql::As<sql::TableArgument>(expr)) {
    if (!table->order_by.empty() || (!table->partition_by.empty() && !partitioned)) {
      context_->Error("MR0317",
                      table->order_by.empty() ? "only SESSION takes rows PARTITION BY keys"
                                              : "a window function takes no ORDER BY",
                      expr.span);
      return nullptr;
    }
    return table->query != nullptr ? Bind(*table->query)
                                   : BindTableName(table->table, table->hints);
  }
  if (const auto* subquery = sql::As<sql::Subquery>(expr)) return Bind(*subquery->query);
  Diagnostic& diagnostic =
      context_->Error("MR0316", "expected TABLE t or (SELECT ..) here", expr.span);
  if (expr.kind == sql::ExprKind::kColumnRef) {
    diagnostic.try_text = "TABLE " + std::string(context_->TextOf(expr.span));
  }
  return nullptr;
}

}  // namespace millrace
