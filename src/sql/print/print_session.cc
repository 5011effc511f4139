// SPDX-License-Identifier: Apache-2.0
// Printing of the small statements: SET, USE, plans, modules, jars, jobs.
#include "sql/print/writer.h"
#include "sql/printer.h"

namespace millrace::sql {

void Writer::WriteSession(const Statement& statement) {
  if (const auto* node = As<Set>(statement)) {
    *this << "SET";
    if (!node->option) return;
    *this << " ";
    Write(node->option->key);
    *this << " = ";
    Write(node->option->value);
  } else if (const auto* node = As<Reset>(statement)) {
    *this << "RESET";
    if (!node->key) return;
    *this << " ";
    Write(*node->key);
  } else if (const auto* node = As<Use>(statement)) {
    *this << (node->catalog ? "USE CATALOG " : "USE ");
    Write(node->name);
  } else if (const auto* node = As<UseModules>(statement)) {
    std::string_view separator = "USE MODULES ";
    for (const Identifier& module : node->modules) {
      *this << separator;
      separator = ", ";
      Write(module);
    }
  } else if (const auto* node = As<CompilePlan>(statement)) {
    *this << (node->execute ? "COMPILE AND EXECUTE PLAN " : "COMPILE PLAN ");
    Write(node->file);
    *this << (node->if_not_exists ? " IF NOT EXISTS FOR" : " FOR");
    NewLine();
    Write(*node->statement);
  } else if (const auto* node = As<ExecutePlan>(statement)) {
    *this << "EXECUTE PLAN ";
    Write(node->file);
  } else if (const auto* node = As<LoadModule>(statement)) {
    *this << "LOAD MODULE ";
    Write(node->name);
    if (!node->options.empty()) *this << " ";
    WriteOptions(node->options, false);
  } else if (const auto* node = As<UnloadModule>(statement)) {
    *this << "UNLOAD MODULE ";
    Write(node->name);
  } else if (const auto* node = As<Jar>(statement)) {
    *this << (node->remove ? "REMOVE JAR " : "ADD JAR ");
    Write(node->path);
  } else if (const auto* node = As<Call>(statement)) {
    *this << "CALL ";
    WriteExpr(node->call, 0);
  } else if (const auto* node = As<AnalyzeTable>(statement)) {
    *this << "ANALYZE TABLE ";
    Write(node->table);
    WritePartition(node->partition);
    *this << " COMPUTE STATISTICS";
    if (node->all_columns) *this << " FOR ALL COLUMNS";
    std::string_view separator = " FOR COLUMNS ";
    for (const Identifier& column : node->columns) {
      *this << separator;
      separator = ", ";
      Write(column);
    }
  } else if (const auto* node = As<StopJob>(statement)) {
    *this << "STOP JOB ";
    Write(node->job);
    *this << (node->with_savepoint ? " WITH SAVEPOINT" : "")
          << (node->with_drain ? " WITH DRAIN" : "");
  } else if (const auto* node = As<TruncateTable>(statement)) {
    *this << "TRUNCATE TABLE ";
    Write(node->table);
  } else {
    *this << (statement.kind == StatementKind::kEndStatementSet ? "END" : "BEGIN STATEMENT SET");
  }
}

}  // namespace millrace::sql
