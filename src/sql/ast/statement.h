// SPDX-License-Identifier: Apache-2.0
// Statements: base, queries, INSERT and the session statements. Definitions (CREATE, ALTER, DROP)
// are in definition.h, SHOW and DESCRIBE in inspection.h. Use As<T>(statement).
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "sql/ast/query.h"
#include "sql/ast/table_definition.h"

namespace millrace::sql {

enum class StatementKind {
  kQuery,
  kInsert,
  kStatementSet,
  kBeginStatementSet,
  kEndStatementSet,
  kDelete,
  kUpdate,
  kTruncateTable,
  kSet,
  kReset,
  kUse,
  kUseModules,
  kExplain,
  kCompilePlan,
  kExecutePlan,
  kLoadModule,
  kUnloadModule,
  kJar,
  kCall,
  kAnalyzeTable,
  kStopJob,
  kShow,
  kDescribe,
  kDrop,
  kCreateTable,
  kCreateView,
  kCreateFunction,
  kCreateModel,
  kCreateMaterializedTable,
  kCreateCatalog,
  kCreateDatabase,
  kCreateConnection,
  kAlterTable,
  kAlterView,
  kAlterFunction,
  kAlterModel,
  kAlterMaterializedTable,
  kAlterCatalog,
  kAlterDatabase,
  kAlterConnection,
};

struct Statement {
  explicit Statement(StatementKind k) : kind(k) {}
  virtual ~Statement() = default;
  const StatementKind kind;
  Span span;  // without the `;`
};
using StatementPtr = std::shared_ptr<const Statement>;

template <StatementKind K>
struct StatementOf : Statement {
  static constexpr StatementKind kKind = K;
  StatementOf() : Statement(K) {}
};
template <typename T>
const T* As(const Statement& statement) {
  return statement.kind == T::kKind ? static_cast<const T*>(&statement) : nullptr;
}
template <typename T>
const T* As(const StatementPtr& statement) {
  return statement == nullptr ? nullptr : As<T>(*statement);
}

/// A SELECT, VALUES, WITH .. at the top; also EXECUTE <query>.
struct QueryStatement : StatementOf<StatementKind::kQuery> {
  QueryPtr query;
  bool execute_keyword = false;
};

enum class ConflictAction { kUnspecified, kError, kNothing, kDeduplicate };

struct Insert : StatementOf<StatementKind::kInsert> {
  bool overwrite = false;
  bool execute_keyword = false;  // EXECUTE INSERT ..
  QualifiedName table;
  std::vector<Hint> hints;
  std::vector<PartitionValue> partition;
  std::vector<QualifiedName> columns;
  QueryPtr query;
  ConflictAction on_conflict = ConflictAction::kUnspecified;
  Span on_conflict_span;
};
using InsertPtr = std::shared_ptr<const Insert>;

/// EXECUTE STATEMENT SET BEGIN ..; END, or BEGIN STATEMENT SET; ..; END. EXPLAIN and COMPILE PLAN
/// hold the form `STATEMENT SET BEGIN .. END`.
struct StatementSet : StatementOf<StatementKind::kStatementSet> {
  enum class Form { kExecute, kClient, kBare } form = Form::kExecute;
  std::vector<InsertPtr> inserts;
};
/// The client form left open at the end of a text (a shell gets it line by line); a whole one is a
/// StatementSet.
struct BeginStatementSet : StatementOf<StatementKind::kBeginStatementSet> {};
struct EndStatementSet : StatementOf<StatementKind::kEndStatementSet> {};

struct Delete : StatementOf<StatementKind::kDelete> {
  QualifiedName table;
  std::vector<Hint> hints;
  std::optional<Identifier> alias;
  ExprPtr where;
};
struct Update : StatementOf<StatementKind::kUpdate> {
  struct Assignment {
    QualifiedName column;
    ExprPtr value;
  };
  QualifiedName table;
  std::vector<Hint> hints;
  std::optional<Identifier> alias;
  std::vector<Assignment> assignments;
  ExprPtr where;
};
struct TruncateTable : StatementOf<StatementKind::kTruncateTable> {
  QualifiedName table;
};

/// SET 'k' = 'v'; without an option: SET alone, which lists.
struct Set : StatementOf<StatementKind::kSet> {
  std::optional<Option> option;
};
struct Reset : StatementOf<StatementKind::kReset> {
  std::optional<StringLiteral> key;
};

/// USE [CATALOG] name
struct Use : StatementOf<StatementKind::kUse> {
  bool catalog = false;
  QualifiedName name;
};
struct UseModules : StatementOf<StatementKind::kUseModules> {
  std::vector<Identifier> modules;
};

enum class ExplainDetail { kEstimatedCost, kChangelogMode, kPlanAdvice, kJsonExecutionPlan };
struct Explain : StatementOf<StatementKind::kExplain> {
  bool plan_for = false;  // EXPLAIN PLAN FOR
  std::vector<ExplainDetail> details;
  StatementPtr statement;
};

/// COMPILE PLAN 'file' [IF NOT EXISTS] FOR ..; COMPILE AND EXECUTE PLAN 'file' FOR ..
struct CompilePlan : StatementOf<StatementKind::kCompilePlan> {
  bool execute = false;
  bool if_not_exists = false;
  StringLiteral file;
  StatementPtr statement;
};
struct ExecutePlan : StatementOf<StatementKind::kExecutePlan> {
  StringLiteral file;
};

struct LoadModule : StatementOf<StatementKind::kLoadModule> {
  Identifier name;
  std::vector<Option> options;
};
struct UnloadModule : StatementOf<StatementKind::kUnloadModule> {
  Identifier name;
};
/// ADD JAR 'x', REMOVE JAR 'x'
struct Jar : StatementOf<StatementKind::kJar> {
  bool remove = false;
  StringLiteral path;
};
/// CALL procedure(args)
struct Call : StatementOf<StatementKind::kCall> {
  ExprPtr call;
};
struct AnalyzeTable : StatementOf<StatementKind::kAnalyzeTable> {
  QualifiedName table;
  std::vector<PartitionValue> partition;
  bool all_columns = false;
  std::vector<Identifier> columns;
};
struct StopJob : StatementOf<StatementKind::kStopJob> {
  StringLiteral job;
  bool with_savepoint = false;
  bool with_drain = false;
};

}  // namespace millrace::sql
