// SPDX-License-Identifier: Apache-2.0
// Parts that CREATE and ALTER of tables, models and materialized tables share: columns, watermarks,
// constraints, distribution, LIKE.
#pragma once

#include <optional>
#include <vector>

#include "sql/ast/query.h"

namespace millrace::sql {

struct Constraint {
  enum class Kind { kPrimaryKey, kUnique };
  enum class Enforcement { kUnspecified, kEnforced, kNotEnforced };
  std::optional<Identifier> name;
  Kind kind = Kind::kPrimaryKey;
  std::vector<Identifier> columns;  // of an inline constraint: the column itself
  Enforcement enforcement = Enforcement::kUnspecified;
  Span span;
};

/// ALTER TABLE .. ADD c INT FIRST | AFTER b
struct ColumnPosition {
  bool first = false;
  std::optional<Identifier> after;
};

struct ColumnDefinition {
  enum class Kind {
    kPhysical,  // name type
    kMetadata,  // name type METADATA [FROM 'key'] [VIRTUAL]
    kComputed,  // name AS expression
    kNameOnly,  // CREATE TABLE t (a, b) AS SELECT
  };
  Kind kind = Kind::kPhysical;
  Identifier name;
  TypeNamePtr type;                           // physical and metadata
  std::optional<StringLiteral> metadata_key;  // absent: the column's name
  bool is_virtual = false;
  ExprPtr expression;                           // computed
  std::optional<Constraint> inline_constraint;  // PRIMARY KEY or UNIQUE after the type
  std::optional<StringLiteral> comment;
  std::optional<ColumnPosition> position;  // ALTER only
  Span span;
};

/// WATERMARK FOR column AS expression
struct WatermarkDefinition {
  QualifiedName column;
  ExprPtr expression;
  Span span;
};

/// Everything between the parentheses of CREATE TABLE, each group in written order.
struct TableElements {
  bool present = false;
  std::vector<ColumnDefinition> columns;
  std::vector<WatermarkDefinition> watermarks;  // the parser admits one only
  std::vector<Constraint> constraints;          // table constraints; inline ones are on the column
  Span span;
};

/// DISTRIBUTED [BY [HASH|RANGE] (columns)] [INTO n BUCKETS]
struct Distribution {
  enum class Kind { kUnspecified, kHash, kRange };
  Kind kind = Kind::kUnspecified;
  std::vector<Identifier> columns;
  std::optional<int64_t> buckets;
  Span span;
};

struct LikeOption {
  enum class Strategy { kIncluding, kExcluding, kOverwriting };
  enum class Feature {
    kAll,
    kConstraints,
    kDistribution,
    kGenerated,
    kMetadata,
    kOptions,
    kPartitions,
    kWatermarks,
  };
  Strategy strategy = Strategy::kIncluding;
  Feature feature = Feature::kAll;
  Span span;
};
struct LikeClause {
  QualifiedName source;
  std::vector<LikeOption> options;
  Span span;
};

/// `p = 'x'` or, in DROP PARTITION and ANALYZE, `p`.
struct PartitionValue {
  Identifier column;
  ExprPtr value;  // a Literal; null when only the column is named
};

}  // namespace millrace::sql
