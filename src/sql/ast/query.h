// SPDX-License-Identifier: Apache-2.0
// Queries and table references. A Query is a body with WITH, ORDER BY and LIMIT around it; it is a
// QueryBody itself, so parenthesised operands of a set operation nest. Parentheses that change
// nothing are not kept.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "sql/ast/expression.h"

namespace millrace::sql {

enum class QueryBodyKind { kSelect, kSetOperation, kValues, kTable, kQuery };

struct QueryBody {
  explicit QueryBody(QueryBodyKind k) : kind(k) {}
  virtual ~QueryBody() = default;
  const QueryBodyKind kind;
  Span span;
  int height = 1;
};
using QueryBodyPtr = std::shared_ptr<const QueryBody>;

template <QueryBodyKind K>
struct QueryBodyOf : QueryBody {
  static constexpr QueryBodyKind kKind = K;
  QueryBodyOf() : QueryBody(K) {}
};
template <typename T>
const T* As(const QueryBody& body) {
  return body.kind == T::kKind ? static_cast<const T*>(&body) : nullptr;
}
template <typename T>
const T* As(const QueryBodyPtr& body) {
  return body == nullptr ? nullptr : As<T>(*body);
}

/// WITH name (columns) AS (query)
struct CommonTable {
  Identifier name;
  std::vector<Identifier> columns;
  QueryPtr query;
  Span span;
};

struct Query : QueryBodyOf<QueryBodyKind::kQuery> {
  bool recursive = false;
  std::vector<CommonTable> with;
  QueryBodyPtr body;
  std::vector<SortItem> order_by;
  ExprPtr offset;  // may be null
  ExprPtr limit;   // LIMIT n or FETCH NEXT n ROWS ONLY; null also for LIMIT ALL
};

// ---- table references

enum class TableRefKind { kNamed, kDerived, kFunction, kUnnest, kJoin, kMatchRecognize };

struct TableAlias {
  Identifier name;
  std::vector<Identifier> columns;
};

struct TableRef {
  explicit TableRef(TableRefKind k) : kind(k) {}
  virtual ~TableRef() = default;
  const TableRefKind kind;
  Span span;
  int height = 1;
  std::optional<TableAlias> alias;  // never on a join
};
using TableRefPtr = std::shared_ptr<const TableRef>;

template <TableRefKind K>
struct TableRefOf : TableRef {
  static constexpr TableRefKind kKind = K;
  TableRefOf() : TableRef(K) {}
};
template <typename T>
const T* As(const TableRef& ref) {
  return ref.kind == T::kKind ? static_cast<const T*>(&ref) : nullptr;
}
template <typename T>
const T* As(const TableRefPtr& ref) {
  return ref == nullptr ? nullptr : As<T>(*ref);
}

/// t [/*+ hints */] [FOR SYSTEM_TIME AS OF x] [AS a (c, ..)]
struct NamedTable : TableRefOf<TableRefKind::kNamed> {
  QualifiedName name;
  std::vector<Hint> hints;
  ExprPtr system_time;  // may be null
  bool lateral = false;
};

/// [LATERAL] (query) [AS a]
struct DerivedTable : TableRefOf<TableRefKind::kDerived> {
  bool lateral = false;
  QueryPtr query;
};

/// [LATERAL] f(..) or [LATERAL] TABLE(f(..))
struct FunctionTable : TableRefOf<TableRefKind::kFunction> {
  bool lateral = false;
  bool table_keyword = false;
  std::shared_ptr<const FunctionCall> call;
  ExprPtr system_time;  // may be null
};

/// UNNEST(x, ..) [WITH ORDINALITY]
struct UnnestTable : TableRefOf<TableRefKind::kUnnest> {
  bool lateral = false;
  std::vector<ExprPtr> values;
  bool with_ordinality = false;
};

enum class JoinType { kComma, kCross, kInner, kLeft, kRight, kFull };
struct Join : TableRefOf<TableRefKind::kJoin> {
  JoinType type = JoinType::kInner;
  bool natural = false;
  TableRefPtr left;
  TableRefPtr right;
  ExprPtr condition;  // ON; null without
  std::vector<Identifier> using_columns;
  Span operator_span;  // `LEFT JOIN` or the comma
};

/// A row pattern: variables, concatenation, alternation and quantifiers.
struct RowPattern;
using RowPatternPtr = std::shared_ptr<const RowPattern>;
struct RowPattern {
  enum class Kind { kVariable, kConcatenation, kAlternation, kQuantified, kPermute, kExcluded };
  Kind kind = Kind::kVariable;
  Span span;
  int height = 1;
  Identifier variable;                  // kVariable
  std::vector<RowPatternPtr> children;  // kQuantified, kExcluded: one
  std::optional<int64_t> min;           // kQuantified: {min, max}; + is {1,}, * is {0,}, ? is {0,1}
  std::optional<int64_t> max;           // absent: unbounded
  bool reluctant = false;
};

struct MatchRecognize : TableRefOf<TableRefKind::kMatchRecognize> {
  struct Named {  // measure or definition
    Identifier name;
    ExprPtr value;
  };
  struct Subset {
    Identifier name;
    std::vector<Identifier> variables;
  };
  enum class Rows { kUnspecified, kOneRow, kAllRows };
  enum class Skip { kUnspecified, kToNextRow, kPastLastRow, kToFirst, kToLast };
  TableRefPtr input;
  std::vector<ExprPtr> partition_by;
  std::vector<SortItem> order_by;
  std::vector<Named> measures;
  Rows rows = Rows::kUnspecified;
  Skip skip = Skip::kUnspecified;
  std::optional<Identifier> skip_variable;
  Span skip_span;
  bool anchored_start = false;  // ^
  bool anchored_end = false;    // $
  RowPatternPtr pattern;
  ExprPtr within;  // may be null
  std::vector<Subset> subsets;
  std::vector<Named> definitions;
};

// ---- query bodies

struct SelectItem {
  ExprPtr value;  // a Star for * and t.*
  std::optional<Identifier> alias;
  Span span;
};

struct GroupingElement {
  enum class Kind { kExpression, kEmpty, kGroupingSets, kCube, kRollup };
  Kind kind = Kind::kExpression;
  ExprPtr value;                          // kExpression; (a, b) is a Row
  std::vector<GroupingElement> elements;  // kGroupingSets, kCube, kRollup
  Span span;
};

struct NamedWindow {
  Identifier name;
  WindowSpec spec;
};

struct Select : QueryBodyOf<QueryBodyKind::kSelect> {
  std::vector<Hint> hints;
  SetQuantifier quantifier = SetQuantifier::kNone;
  std::vector<SelectItem> items;
  TableRefPtr from;  // may be null
  ExprPtr where;     // may be null
  bool has_group_by = false;
  SetQuantifier group_quantifier = SetQuantifier::kNone;
  std::vector<GroupingElement> group_by;
  ExprPtr having;  // may be null
  std::vector<NamedWindow> windows;
  ExprPtr qualify;  // may be null
};

enum class SetOperator { kUnion, kIntersect, kExcept };
struct SetOperation : QueryBodyOf<QueryBodyKind::kSetOperation> {
  SetOperator op = SetOperator::kUnion;
  SetQuantifier quantifier = SetQuantifier::kNone;
  Span op_span;
  QueryBodyPtr left;
  QueryBodyPtr right;
};

/// VALUES (1, 'a'), (2, 'b'): a Row per row; VALUES 1, 2 has rows of one value.
struct Values : QueryBodyOf<QueryBodyKind::kValues> {
  std::vector<ExprPtr> rows;
};

/// TABLE t
struct TableQuery : QueryBodyOf<QueryBodyKind::kTable> {
  QualifiedName name;
};

}  // namespace millrace::sql
