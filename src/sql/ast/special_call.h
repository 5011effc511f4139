// SPDX-License-Identifier: Apache-2.0
// Calls whose arguments have their own syntax. Written with commas (SUBSTRING(a, 1, 2)) the same
// functions are a FunctionCall.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "sql/ast/expression.h"

namespace millrace::sql {

/// EXTRACT(unit FROM x)
struct Extract : ExprOf<ExprKind::kExtract> {
  TimeUnit unit = TimeUnit::kYear;
  ExprPtr value;
};

/// FLOOR(x TO unit), CEIL(x TO unit)
struct FloorCeil : ExprOf<ExprKind::kFloorCeil> {
  bool ceil = false;
  ExprPtr value;
  TimeUnit unit = TimeUnit::kDay;
};

/// TRIM([BOTH|LEADING|TRAILING] [chars] FROM x); TRIM(x) has neither side nor chars.
struct Trim : ExprOf<ExprKind::kTrim> {
  enum class Side { kUnspecified, kBoth, kLeading, kTrailing } side = Side::kUnspecified;
  ExprPtr characters;  // may be null
  ExprPtr value;
};

/// POSITION(needle IN haystack [FROM start])
struct Position : ExprOf<ExprKind::kPosition> {
  ExprPtr needle;
  ExprPtr haystack;
  ExprPtr start;  // may be null
};

/// OVERLAY(x PLACING y FROM start [FOR length])
struct Overlay : ExprOf<ExprKind::kOverlay> {
  ExprPtr value;
  ExprPtr replacement;
  ExprPtr start;
  ExprPtr length;  // may be null
};

/// SUBSTRING(x FROM start [FOR length])
struct Substring : ExprOf<ExprKind::kSubstring> {
  ExprPtr value;
  ExprPtr start;
  ExprPtr length;  // may be null
};

/// TIMESTAMPADD(unit, n, ts), TIMESTAMPDIFF(unit, a, b)
struct TimestampCall : ExprOf<ExprKind::kTimestampCall> {
  bool difference = false;
  TimeUnit unit = TimeUnit::kSecond;
  ExprPtr first;
  ExprPtr second;
};

/// (a - b) DAY: the difference of two points in time as an interval.
struct DatetimeDifference : ExprOf<ExprKind::kDatetimeDifference> {
  ExprPtr left;
  ExprPtr right;
  IntervalQualifier qualifier;
};

/// What a JSON function does ON EMPTY or ON ERROR.
struct JsonBehavior {
  enum class Kind {
    kUnspecified,
    kNull,
    kError,
    kDefault,
    kTrue,
    kFalse,
    kUnknown,
    kEmpty,
    kEmptyArray,
    kEmptyObject,
  };
  Kind kind = Kind::kUnspecified;
  ExprPtr default_value;  // kDefault
};

struct JsonExists : ExprOf<ExprKind::kJsonExists> {
  ExprPtr value;
  ExprPtr path;
  JsonBehavior on_error;
};

struct JsonValue : ExprOf<ExprKind::kJsonValue> {
  ExprPtr value;
  ExprPtr path;
  TypeNamePtr returning;  // may be null
  JsonBehavior on_empty;
  JsonBehavior on_error;
};

struct JsonQuery : ExprOf<ExprKind::kJsonQuery> {
  enum class Wrapper { kUnspecified, kWithout, kConditional, kUnconditional };
  ExprPtr value;
  ExprPtr path;
  TypeNamePtr returning;  // may be null
  Wrapper wrapper = Wrapper::kUnspecified;
  JsonBehavior on_empty;
  JsonBehavior on_error;
};

enum class JsonOnNull { kUnspecified, kNull, kAbsent };

/// JSON_OBJECT(..) and, when `aggregate`, JSON_OBJECTAGG(k VALUE v).
struct JsonObject : ExprOf<ExprKind::kJsonObject> {
  bool aggregate = false;
  std::vector<std::pair<ExprPtr, ExprPtr>> members;
  JsonOnNull on_null = JsonOnNull::kUnspecified;
  ExprPtr filter;                  // aggregate only
  std::optional<OverClause> over;  // aggregate only
};

/// JSON_ARRAY(..) and, when `aggregate`, JSON_ARRAYAGG(x [ORDER BY ..]).
struct JsonArray : ExprOf<ExprKind::kJsonArray> {
  bool aggregate = false;
  std::vector<ExprPtr> values;
  std::vector<SortItem> order_by;
  JsonOnNull on_null = JsonOnNull::kUnspecified;
  ExprPtr filter;
  std::optional<OverClause> over;
};

}  // namespace millrace::sql
