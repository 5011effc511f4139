// SPDX-License-Identifier: Apache-2.0
// Names and small value types that every part of the syntax tree uses. Identifiers are
// case-sensitive and keep the text after unquoting; `quoted` says whether they were written in
// backticks.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "diagnostics/diagnostic.h"

namespace millrace::sql {

struct Identifier {
  std::string text;
  bool quoted = false;
  Span span;
};

/// `catalog.db.table` or `a.b.c`; never empty after a parse without errors.
struct QualifiedName {
  std::vector<Identifier> parts;
  Span span;

  /// The parts joined by dots, unquoted: for messages, not for SQL.
  std::string ToString() const;
};

/// A text literal with its place.
struct StringLiteral {
  std::string value;
  Span span;
};

/// `'key' = 'value'` in WITH, SET and the like.
struct Option {
  StringLiteral key;
  StringLiteral value;
};

/// One argument of a hint: `'k'='v'`, `k='v'`, `'v'`, `v` or a number.
struct HintArgument {
  std::optional<StringLiteral> key;
  StringLiteral value;
  bool key_is_string = true;
  enum class ValueKind { kString, kIdentifier, kNumber } value_kind = ValueKind::kString;
};

/// `NAME(args)` inside `/*+ .. */`. `name` is upper case.
struct Hint {
  std::string name;
  std::vector<HintArgument> arguments;
  Span span;
};

enum class TimeUnit {
  kYear,
  kQuarter,
  kMonth,
  kWeek,
  kDay,
  kHour,
  kMinute,
  kSecond,
  kMillisecond,
  kMicrosecond,
  kNanosecond,
  kDow,
  kDoy,
  kIsodow,
  kIsoyear,
  kEpoch,
  kDecade,
  kCentury,
  kMillennium,
};

/// Upper-case SQL spelling.
std::string_view TimeUnitName(TimeUnit unit);

/// `DAY(3) TO SECOND(6)`; `end` is absent for a single unit.
struct IntervalQualifier {
  TimeUnit start = TimeUnit::kSecond;
  std::optional<TimeUnit> end;
  std::optional<int> leading_precision;
  std::optional<int> fraction_precision;
  Span span;
};

}  // namespace millrace::sql
