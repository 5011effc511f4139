// SPDX-License-Identifier: Apache-2.0
// Expressions. One struct per shape under a common base with a kind; nodes are immutable once
// parsed and shared. Use As<T>(expr): nullptr unless the node is a T. Ordinary functions and
// functions with their own argument syntax are told apart: the latter have nodes in special_call.h.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sql/ast/identifier.h"
#include "sql/ast/type_name.h"

namespace millrace::sql {

enum class ExprKind {
  kLiteral,
  kIntervalLiteral,
  kColumnRef,
  kStar,
  kUnary,
  kBinary,
  kIsTest,
  kBetween,
  kLike,
  kIn,
  kQuantified,
  kExists,
  kSubquery,
  kCase,
  kCast,
  kFunctionCall,
  kRow,
  kArray,
  kMap,
  kMultiset,
  kIndex,
  kFieldAccess,
  kDefault,
  kTableArgument,
  kModelArgument,
  kDescriptor,
  // special_call.h
  kExtract,
  kFloorCeil,
  kTrim,
  kPosition,
  kOverlay,
  kSubstring,
  kTimestampCall,
  kJsonExists,
  kJsonValue,
  kJsonQuery,
  kJsonObject,
  kJsonArray,
  kDatetimeDifference,
};

struct Expr {
  explicit Expr(ExprKind k) : kind(k) {}
  virtual ~Expr() = default;
  const ExprKind kind;
  Span span;
  int height = 1;  // bounded by the parser, so that recursion over a tree is safe
};
using ExprPtr = std::shared_ptr<const Expr>;

/// Base of every node: names its kind once, so that As<T> needs no table.
template <ExprKind K>
struct ExprOf : Expr {
  static constexpr ExprKind kKind = K;
  ExprOf() : Expr(K) {}
};

template <typename T>
const T* As(const Expr& expr) {
  return expr.kind == T::kKind ? static_cast<const T*>(&expr) : nullptr;
}
template <typename T>
const T* As(const ExprPtr& expr) {
  return expr == nullptr ? nullptr : As<T>(*expr);
}

struct Query;
using QueryPtr = std::shared_ptr<const Query>;

enum class LiteralKind {
  kNull,
  kTrue,
  kFalse,
  kUnknown,
  kInteger,  // digits only; text as written
  kDecimal,  // with a point, without an exponent
  kDouble,   // with an exponent
  kString,   // text unescaped
  kBinary,   // text is hex digits, upper case
  kDate,
  kTime,
  kTimestamp,
  kTimestampLtz,  // text is what stood between the quotes
};

struct Literal : ExprOf<ExprKind::kLiteral> {
  LiteralKind literal = LiteralKind::kNull;
  std::string text;
};

/// INTERVAL [-]'10' MINUTE, or INTERVAL expr MINUTE when `value` is set.
struct IntervalLiteral : ExprOf<ExprKind::kIntervalLiteral> {
  bool negative = false;
  std::string text;
  Span text_span;
  ExprPtr value;
  IntervalQualifier qualifier;
};

/// a, t.a, db.t.a or r.f.g: which part is a table and which a field is the binder's question.
struct ColumnRef : ExprOf<ExprKind::kColumnRef> {
  QualifiedName name;
};

/// `*` (also in COUNT(*)) or `t.*`.
struct Star : ExprOf<ExprKind::kStar> {
  QualifiedName qualifier;
};

enum class UnaryOp { kNot, kMinus, kPlus, kRunning, kFinal };
struct Unary : ExprOf<ExprKind::kUnary> {
  UnaryOp op = UnaryOp::kNot;
  ExprPtr operand;
};

enum class BinaryOp {
  kOr,
  kAnd,
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kModulo,
  kConcat,
  kOverlaps,
  kContains,
  kPrecedes,
  kSucceeds,
  kImmediatelyPrecedes,
  kImmediatelySucceeds,
  kPeriodEquals,
  kMemberOf,
  kSubmultisetOf,
  kMultisetUnion,
  kMultisetUnionAll,
  kMultisetIntersect,
  kMultisetIntersectAll,
  kMultisetExcept,
  kMultisetExceptAll,
};
struct Binary : ExprOf<ExprKind::kBinary> {
  BinaryOp op = BinaryOp::kAdd;
  Span op_span;
  ExprPtr left;
  ExprPtr right;
};
/// "AND", "+", "<>", "MEMBER OF".
std::string_view BinaryOpName(BinaryOp op);

enum class IsTestKind {
  kNull,
  kTrue,
  kFalse,
  kUnknown,
  kDistinctFrom,
  kJson,
  kJsonValue,
  kJsonObject,
  kJsonArray,
  kJsonScalar,
  kASet,
  kEmpty,
};
/// x IS [NOT] test; `other` only for DISTINCT FROM.
struct IsTest : ExprOf<ExprKind::kIsTest> {
  ExprPtr value;
  bool negated = false;
  IsTestKind test = IsTestKind::kNull;
  ExprPtr other;
};

struct Between : ExprOf<ExprKind::kBetween> {
  ExprPtr value;
  bool negated = false;
  bool symmetric = false;
  ExprPtr low;
  ExprPtr high;
};

enum class LikeKind { kLike, kSimilarTo, kIlike, kRlike };
struct Like : ExprOf<ExprKind::kLike> {
  LikeKind like = LikeKind::kLike;
  ExprPtr value;
  bool negated = false;
  ExprPtr pattern;
  ExprPtr escape;  // may be null
};

/// x [NOT] IN (list) or, when `query` is set, x [NOT] IN (SELECT ..).
struct In : ExprOf<ExprKind::kIn> {
  ExprPtr value;
  bool negated = false;
  std::vector<ExprPtr> list;
  QueryPtr query;
};

/// x = ANY (..), x > ALL (..); exactly one of list and query is set.
struct Quantified : ExprOf<ExprKind::kQuantified> {
  ExprPtr value;
  BinaryOp op = BinaryOp::kEqual;
  bool all = false;
  std::vector<ExprPtr> list;
  QueryPtr query;
};

struct Exists : ExprOf<ExprKind::kExists> {
  QueryPtr query;
  bool unique = false;  // UNIQUE (..)
};

/// (SELECT ..), ARRAY(SELECT ..), MULTISET(SELECT ..), MAP(SELECT ..).
struct Subquery : ExprOf<ExprKind::kSubquery> {
  enum class Form { kScalar, kArray, kMultiset, kMap } form = Form::kScalar;
  QueryPtr query;
};

struct Case : ExprOf<ExprKind::kCase> {
  struct When {
    std::vector<ExprPtr> conditions;  // more than one only with an operand: WHEN 1, 2 THEN
    ExprPtr result;
  };
  ExprPtr operand;  // null for the searched form
  std::vector<When> whens;
  ExprPtr otherwise;  // may be null
};

struct Cast : ExprOf<ExprKind::kCast> {
  bool is_try = false;
  ExprPtr value;
  TypeNamePtr type;
};

enum class SortDirection { kDefault, kAscending, kDescending };
enum class NullsOrder { kDefault, kFirst, kLast };
struct SortItem {
  ExprPtr value;
  SortDirection direction = SortDirection::kDefault;
  NullsOrder nulls = NullsOrder::kDefault;
  Span span;
};

enum class FrameUnit { kRows, kRange };
struct FrameBound {
  enum class Kind { kUnboundedPreceding, kPreceding, kCurrentRow, kFollowing, kUnboundedFollowing };
  Kind kind = Kind::kCurrentRow;
  ExprPtr offset;  // kPreceding and kFollowing
  Span span;
};
struct Frame {
  FrameUnit unit = FrameUnit::kRange;
  FrameBound start;
  std::optional<FrameBound> end;  // absent: no BETWEEN
  enum class Exclude { kUnspecified, kNoOthers, kCurrentRow, kGroup, kTies };
  Exclude exclude = Exclude::kUnspecified;
  Span span;
};
struct WindowSpec {
  std::optional<Identifier> base;  // OVER (w ORDER BY ..)
  std::vector<ExprPtr> partition_by;
  std::vector<SortItem> order_by;
  std::optional<Frame> frame;
  Span span;
};
/// OVER w or OVER (..): exactly one is set.
struct OverClause {
  std::optional<Identifier> name;
  std::optional<WindowSpec> spec;
  Span span;
};

/// An argument, `name => value` when `name` is set. Table, model and descriptor arguments are
/// expressions of their own kinds.
struct Argument {
  std::optional<Identifier> name;
  ExprPtr value;
};

enum class SetQuantifier { kNone, kDistinct, kAll };
enum class NullTreatment { kNone, kIgnoreNulls, kRespectNulls };

/// Any call without special argument syntax, aggregates and table functions included.
struct FunctionCall : ExprOf<ExprKind::kFunctionCall> {
  QualifiedName name;      // as written
  std::string upper_name;  // upper case of the last part
  bool niladic = false;    // CURRENT_TIMESTAMP without parentheses
  SetQuantifier quantifier = SetQuantifier::kNone;
  std::vector<Argument> arguments;
  std::vector<SortItem> order_by;      // inside the parentheses
  std::vector<SortItem> within_group;  // WITHIN GROUP (ORDER BY ..)
  NullTreatment null_treatment = NullTreatment::kNone;
  ExprPtr filter;
  std::optional<OverClause> over;
};

/// ROW(a, b) or (a, b).
struct Row : ExprOf<ExprKind::kRow> {
  bool explicit_row = false;
  std::vector<ExprPtr> values;
};
struct Array : ExprOf<ExprKind::kArray> {
  std::vector<ExprPtr> values;
};
/// MAP[k1, v1, k2, v2]: keys and values alternate.
struct Map : ExprOf<ExprKind::kMap> {
  std::vector<ExprPtr> values;
};
struct Multiset : ExprOf<ExprKind::kMultiset> {
  std::vector<ExprPtr> values;
};

/// value[index]
struct Index : ExprOf<ExprKind::kIndex> {
  ExprPtr value;
  ExprPtr index;
};

/// (r).f, f(x).y, a[1].b. Plain a.b.c is a ColumnRef.
struct FieldAccess : ExprOf<ExprKind::kFieldAccess> {
  ExprPtr value;
  Identifier field;
};

/// DEFAULT as a value or argument.
struct DefaultValue : ExprOf<ExprKind::kDefault> {};

/// TABLE t or (query), with optional PARTITION BY and ORDER BY.
struct TableArgument : ExprOf<ExprKind::kTableArgument> {
  QualifiedName table;  // empty when `query` is set
  std::vector<Hint> hints;
  QueryPtr query;
  std::vector<ExprPtr> partition_by;
  std::vector<SortItem> order_by;
};

/// MODEL m
struct ModelArgument : ExprOf<ExprKind::kModelArgument> {
  QualifiedName model;
};

/// DESCRIPTOR(a, b)
struct Descriptor : ExprOf<ExprKind::kDescriptor> {
  std::vector<QualifiedName> columns;
  std::vector<TypeNamePtr> types;  // DESCRIPTOR(a INT): parallel to columns, entries may be null
};

}  // namespace millrace::sql
