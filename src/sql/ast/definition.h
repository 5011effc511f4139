// SPDX-License-Identifier: Apache-2.0
// CREATE, ALTER and DROP.
#pragma once

#include <optional>
#include <vector>

#include "sql/ast/statement.h"

namespace millrace::sql {

enum class CreateMode { kCreate, kReplace, kCreateOrReplace, kCreateOrAlter };

struct CreateTable : StatementOf<StatementKind::kCreateTable> {
  CreateMode mode = CreateMode::kCreate;
  bool temporary = false;
  bool if_not_exists = false;
  QualifiedName name;
  TableElements elements;
  std::optional<StringLiteral> comment;
  std::optional<Distribution> distribution;
  std::vector<Identifier> partitioned_by;
  std::vector<Option> options;
  Span options_span;  // empty without WITH
  std::optional<LikeClause> like;
  QueryPtr as_query;  // CTAS, RTAS
};

struct ViewColumn {
  Identifier name;
  std::optional<StringLiteral> comment;
};
struct CreateView : StatementOf<StatementKind::kCreateView> {
  CreateMode mode = CreateMode::kCreate;
  bool temporary = false;
  bool if_not_exists = false;
  QualifiedName name;
  std::vector<ViewColumn> columns;
  std::optional<StringLiteral> comment;
  QueryPtr query;
};

struct FunctionResource {
  Identifier kind;  // JAR, FILE, ARCHIVE, ARTIFACT: upper case
  StringLiteral path;
};
/// Flink's form names a class. With a signature: f(x INT) RETURNS .. LANGUAGE .. {AS 'text' |
/// RETURN expression}.
struct CreateFunction : StatementOf<StatementKind::kCreateFunction> {
  CreateMode mode = CreateMode::kCreate;
  bool temporary = false;
  bool system = false;
  bool if_not_exists = false;
  QualifiedName name;
  bool has_parameters = false;
  std::vector<ColumnDefinition> parameters;
  TypeNamePtr returns;         // may be null
  bool returns_table = false;  // RETURNS TABLE (..)
  std::vector<ColumnDefinition> table_columns;
  StringLiteral class_name;            // also the text of a body; empty with RETURN
  ExprPtr body;                        // of LANGUAGE SQL
  std::optional<Identifier> language;  // upper case
  std::vector<FunctionResource> resources;
  std::vector<Option> options;
};

struct CreateModel : StatementOf<StatementKind::kCreateModel> {
  CreateMode mode = CreateMode::kCreate;
  bool temporary = false;
  bool if_not_exists = false;
  QualifiedName name;
  bool has_input = false;
  std::vector<ColumnDefinition> input;
  Span input_span;
  bool has_output = false;
  std::vector<ColumnDefinition> output;
  Span output_span;
  std::optional<StringLiteral> comment;
  std::vector<Option> options;
  Span options_span;
  QueryPtr query;  // may be null
};

enum class RefreshMode { kUnspecified, kContinuous, kFull };

/// START_MODE = FROM_NOW(INTERVAL ..) and the like; `kind` is upper case.
struct StartMode {
  Identifier kind;
  ExprPtr argument;  // may be null
};

struct CreateMaterializedTable : StatementOf<StatementKind::kCreateMaterializedTable> {
  CreateMode mode = CreateMode::kCreate;
  bool if_not_exists = false;
  QualifiedName name;
  TableElements elements;
  std::optional<StringLiteral> comment;
  std::optional<Distribution> distribution;
  std::vector<Identifier> partitioned_by;
  std::vector<Option> options;
  Span options_span;
  std::optional<StartMode> start_mode;
  ExprPtr freshness;  // an IntervalLiteral or null
  RefreshMode refresh_mode = RefreshMode::kUnspecified;
  QueryPtr query;
};

struct CreateCatalog : StatementOf<StatementKind::kCreateCatalog> {
  bool if_not_exists = false;
  Identifier name;
  std::optional<StringLiteral> comment;
  std::vector<Option> options;
};
struct CreateDatabase : StatementOf<StatementKind::kCreateDatabase> {
  bool if_not_exists = false;
  QualifiedName name;
  std::optional<StringLiteral> comment;
  std::vector<Option> options;
};
struct CreateConnection : StatementOf<StatementKind::kCreateConnection> {
  bool temporary = false;
  bool system = false;
  bool if_not_exists = false;
  QualifiedName name;
  std::optional<StringLiteral> comment;
  std::vector<Option> options;
};

// ---- ALTER. One action per statement, but ADD and MODIFY may carry many columns.

struct AlterAction {
  enum class Kind {
    kRename,        // new_name
    kRenameColumn,  // column_path -> new_column
    kSetOptions,    // options
    kResetOptions,  // keys
    kAddSchema,     // schema: columns, watermark, constraints
    kModifySchema,  // schema
    kDropColumns,   // column_paths
    kDropPrimaryKey,
    kDropConstraint,  // constraint
    kDropWatermark,
    kAddDistribution,
    kModifyDistribution,
    kDropDistribution,
    kAddPartitions,
    kDropPartitions,
    kSetComment,     // COMMENT 'c'
    kAsQuery,        // AS query
    kFunctionClass,  // AS 'class' [LANGUAGE l]
    kSuspend,
    kResume,
    kRefresh,  // options, partition
    kSetFreshness,
    kSetRefreshMode,
  };
  struct Partition {
    std::vector<PartitionValue> values;
    std::vector<Option> options;
  };
  Kind kind = Kind::kRename;
  Span span;
  QualifiedName new_name;
  Identifier new_column;
  std::vector<QualifiedName> column_paths;
  std::vector<Option> options;
  std::vector<StringLiteral> keys;
  TableElements schema;
  bool parenthesised = false;  // ADD (..) against ADD c INT
  bool if_exists = false;      // of partitions; IF NOT EXISTS for ADD
  std::optional<Identifier> constraint;
  std::optional<Distribution> distribution;
  std::vector<Partition> partitions;
  std::optional<StringLiteral> text;  // comment or class
  std::optional<Identifier> language;
  QueryPtr query;
  ExprPtr freshness;
  RefreshMode refresh_mode = RefreshMode::kUnspecified;
};

/// What all ALTER statements have: which object and what to do with it.
template <StatementKind K>
struct AlterOf : StatementOf<K> {
  bool temporary = false;  // functions
  bool system = false;     // functions
  bool if_exists = false;
  QualifiedName name;
  AlterAction action;
};
struct AlterTable : AlterOf<StatementKind::kAlterTable> {};
struct AlterView : AlterOf<StatementKind::kAlterView> {};
struct AlterFunction : AlterOf<StatementKind::kAlterFunction> {};
struct AlterModel : AlterOf<StatementKind::kAlterModel> {};
struct AlterMaterializedTable : AlterOf<StatementKind::kAlterMaterializedTable> {};
struct AlterCatalog : AlterOf<StatementKind::kAlterCatalog> {};
struct AlterDatabase : AlterOf<StatementKind::kAlterDatabase> {};
struct AlterConnection : AlterOf<StatementKind::kAlterConnection> {};

enum class ObjectKind {
  kTable,
  kView,
  kFunction,
  kModel,
  kMaterializedTable,
  kCatalog,
  kDatabase,
  kConnection,
  kJob,
  kColumn,
  kProcedure,
  kModule,
  kPartition,
  kJar,
};
/// "TABLE", "MATERIALIZED TABLE"
std::string_view ObjectKindName(ObjectKind kind);

struct Drop : StatementOf<StatementKind::kDrop> {
  enum class Behavior { kUnspecified, kCascade, kRestrict };
  ObjectKind object = ObjectKind::kTable;
  bool temporary = false;
  bool system = false;
  bool if_exists = false;
  QualifiedName name;
  Behavior behavior = Behavior::kUnspecified;
};

}  // namespace millrace::sql
