// SPDX-License-Identifier: Apache-2.0
// The dump of statements.
#include "sql/print/dump.h"

namespace millrace::sql {

void Dumper::Put(const ColumnDefinition& column) {
  Node("column", column.kind, column.name, column.type, column.metadata_key, column.is_virtual,
       column.expression, column.inline_constraint, column.comment, column.position);
}

void Dumper::Put(const AlterAction& action) {
  Node("action", action.kind, action.new_name, action.new_column, action.column_paths,
       action.options, action.keys, action.schema, action.parenthesised, action.if_exists,
       action.constraint, action.distribution, action.partitions, action.text, action.language,
       action.query, action.freshness, action.refresh_mode);
}

void Dumper::Put(const Statement& statement) {
  out_ += std::to_string(static_cast<int>(statement.kind));
  if (PutDefinition(statement) || PutAlter(statement) || PutSession(statement)) return;
  if (const auto* node = As<QueryStatement>(statement)) {
    Node("query", node->query, node->execute_keyword);
  } else if (const auto* node = As<Insert>(statement)) {
    Node("insert", node->overwrite, node->execute_keyword, node->table, node->hints,
         node->partition, node->columns, node->query, node->on_conflict);
  } else if (const auto* node = As<StatementSet>(statement)) {
    out_ += '[';
    Put(node->form);
    for (const InsertPtr& insert : node->inserts) Put(static_cast<const Statement&>(*insert));
    out_ += ']';
  } else if (const auto* node = As<Delete>(statement)) {
    Node("delete", node->table, node->hints, node->alias, node->where);
  } else if (const auto* node = As<Update>(statement)) {
    Node("update", node->table, node->hints, node->alias, node->assignments, node->where);
  } else if (const auto* node = As<Explain>(statement)) {
    Node("explain", node->plan_for, node->details, node->statement);
  } else if (const auto* node = As<CompilePlan>(statement)) {
    Node("compile", node->execute, node->if_not_exists, node->file, node->statement);
  } else if (const auto* node = As<Show>(statement)) {
    Node("show", node->form, node->object, node->user, node->full, node->name, node->in_keyword,
         node->from, node->negated, node->ilike, node->pattern, node->partition);
  } else if (const auto* node = As<Describe>(statement)) {
    Node("describe", node->object, node->extended, node->name, node->job);
  }
}

bool Dumper::PutDefinition(const Statement& statement) {
  if (const auto* node = As<CreateTable>(statement)) {
    Node("table", node->mode, node->temporary, node->if_not_exists, node->name, node->elements,
         node->comment, node->distribution, node->partitioned_by, node->options, node->like,
         node->as_query);
  } else if (const auto* node = As<CreateView>(statement)) {
    Node("view", node->mode, node->temporary, node->if_not_exists, node->name, node->columns,
         node->comment, node->query);
  } else if (const auto* node = As<CreateFunction>(statement)) {
    Node("function", node->mode, node->temporary, node->system, node->if_not_exists, node->name,
         node->has_parameters, node->parameters, node->returns, node->returns_table,
         node->table_columns, node->class_name, node->body, node->language, node->resources,
         node->options);
  } else if (const auto* node = As<CreateModel>(statement)) {
    Node("model", node->mode, node->temporary, node->if_not_exists, node->name, node->has_input,
         node->input, node->has_output, node->output, node->comment, node->options, node->query);
  } else if (const auto* node = As<CreateMaterializedTable>(statement)) {
    Node("materialized", node->mode, node->if_not_exists, node->name, node->elements, node->comment,
         node->distribution, node->partitioned_by, node->options, node->start_mode, node->freshness,
         node->refresh_mode, node->query);
  } else if (const auto* node = As<CreateCatalog>(statement)) {
    Node("catalog", node->if_not_exists, node->name, node->comment, node->options);
  } else if (const auto* node = As<CreateDatabase>(statement)) {
    Node("database", node->if_not_exists, node->name, node->comment, node->options);
  } else if (const auto* node = As<CreateConnection>(statement)) {
    Node("connection", node->temporary, node->system, node->if_not_exists, node->name,
         node->comment, node->options);
  } else if (const auto* node = As<Drop>(statement)) {
    Node("drop", node->object, node->temporary, node->system, node->if_exists, node->name,
         node->behavior);
  } else {
    return false;
  }
  return true;
}

bool Dumper::PutAlter(const Statement& statement) {
  auto put = [this](const auto* node) {
    Node("alter", node->temporary, node->system, node->if_exists, node->name, node->action);
    return true;
  };
  if (const auto* node = As<AlterTable>(statement)) return put(node);
  if (const auto* node = As<AlterView>(statement)) return put(node);
  if (const auto* node = As<AlterFunction>(statement)) return put(node);
  if (const auto* node = As<AlterModel>(statement)) return put(node);
  if (const auto* node = As<AlterMaterializedTable>(statement)) return put(node);
  if (const auto* node = As<AlterCatalog>(statement)) return put(node);
  if (const auto* node = As<AlterDatabase>(statement)) return put(node);
  if (const auto* node = As<AlterConnection>(statement)) return put(node);
  return false;
}

bool Dumper::PutSession(const Statement& statement) {
  if (const auto* node = As<Set>(statement)) {
    Node("set", node->option);
  } else if (const auto* node = As<Reset>(statement)) {
    Node("reset", node->key);
  } else if (const auto* node = As<Use>(statement)) {
    Node("use", node->catalog, node->name);
  } else if (const auto* node = As<UseModules>(statement)) {
    Node("modules", node->modules);
  } else if (const auto* node = As<ExecutePlan>(statement)) {
    Node("plan", node->file);
  } else if (const auto* node = As<LoadModule>(statement)) {
    Node("load", node->name, node->options);
  } else if (const auto* node = As<UnloadModule>(statement)) {
    Node("unload", node->name);
  } else if (const auto* node = As<Jar>(statement)) {
    Node("jar", node->remove, node->path);
  } else if (const auto* node = As<Call>(statement)) {
    Node("call", node->call);
  } else if (const auto* node = As<AnalyzeTable>(statement)) {
    Node("analyze", node->table, node->partition, node->all_columns, node->columns);
  } else if (const auto* node = As<StopJob>(statement)) {
    Node("stop", node->job, node->with_savepoint, node->with_drain);
  } else if (const auto* node = As<TruncateTable>(statement)) {
    Node("truncate", node->table);
  } else {
    return false;
  }
  return true;
}

}  // namespace millrace::sql
