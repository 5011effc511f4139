// SPDX-License-Identifier: Apache-2.0
// CREATE TABLE -> Table, and a table's use in a query -> scan, computed columns, watermark.
#pragma once

#include <map>
#include <string>

#include "plan/binding/bind_context.h"
#include "plan/node.h"
#include "plan/table.h"
#include "sql/ast/definition.h"

namespace millrace {

/// Null after a diagnostic. Options are checked (names, values, required ones); nothing is opened.
TablePtr BindCreateTable(BindContext* context, const sql::CreateTable& create);

/// The same for CREATE TABLE .. AS: columns come from the query's schema.
TablePtr BindCreateTableAs(BindContext* context, const sql::CreateTable& create,
                           const Schema& query_schema);

/// The same for a declaration whose options are bound already: ALTER TABLE.
TablePtr BindAlteredTable(BindContext* context, const sql::CreateTable& create,
                          std::map<std::string, OptionValue> options);

/// The table with options of an OPTIONS hint laid over its own; null after a diagnostic.
TablePtr WithHints(BindContext* context, TablePtr table, const std::vector<sql::Hint>& hints,
                   Span span);

/// Adds `SET 'millrace.table.<t>...'` extras and runs the static checks of connector and format.
TablePtr PrepareUse(BindContext* context, TablePtr table, bool for_write, Span span);

/// Scan of all readable columns in declaration order, with computed columns and the watermark.
PlanNodePtr BuildScan(BindContext* context, const TablePtr& table);

/// The relation `<table>$late`: all readable columns in declaration order, no time attributes of
/// event time. Null after a diagnostic.
PlanNodePtr BuildLateRows(BindContext* context, const TablePtr& table, Span span);

/// Options as written; references like `${env:NAME}` replaced. Reports duplicates and missing
/// variables.
std::optional<std::map<std::string, OptionValue>> BindOptions(
    BindContext* context, const std::vector<sql::Option>& options);

}  // namespace millrace
