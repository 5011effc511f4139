// SPDX-License-Identifier: Apache-2.0
// Calls whose arguments have their own syntax, time units, and the JSON functions.
#include <array>
#include <optional>

#include "sql/parse/grammar.h"

namespace millrace::sql {
namespace {

struct UnitName {
  std::string_view name;
  TimeUnit unit;
};
constexpr std::array kUnits = {
    UnitName{"YEAR", TimeUnit::kYear},
    UnitName{"QUARTER", TimeUnit::kQuarter},
    UnitName{"MONTH", TimeUnit::kMonth},
    UnitName{"WEEK", TimeUnit::kWeek},
    UnitName{"DAY", TimeUnit::kDay},
    UnitName{"HOUR", TimeUnit::kHour},
    UnitName{"MINUTE", TimeUnit::kMinute},
    UnitName{"SECOND", TimeUnit::kSecond},
    UnitName{"MILLISECOND", TimeUnit::kMillisecond},
    UnitName{"MICROSECOND", TimeUnit::kMicrosecond},
    UnitName{"NANOSECOND", TimeUnit::kNanosecond},
    UnitName{"DOW", TimeUnit::kDow},
    UnitName{"DOY", TimeUnit::kDoy},
    UnitName{"ISODOW", TimeUnit::kIsodow},
    UnitName{"ISOYEAR", TimeUnit::kIsoyear},
    UnitName{"EPOCH", TimeUnit::kEpoch},
    UnitName{"DECADE", TimeUnit::kDecade},
    UnitName{"CENTURY", TimeUnit::kCentury},
    UnitName{"MILLENNIUM", TimeUnit::kMillennium},
    UnitName{"FRAC_SECOND", TimeUnit::kMicrosecond},
    UnitName{"DAYOFWEEK", TimeUnit::kDow},
    UnitName{"DAYOFYEAR", TimeUnit::kDoy},
};

std::optional<TimeUnit> UnitOf(std::string_view word) {
  if (word.starts_with("SQL_TSI_")) word.remove_prefix(8);
  std::string_view singular = word.ends_with('S') ? word.substr(0, word.size() - 1) : word;
  for (const UnitName& entry : kUnits) {
    if (entry.name == word) return entry.unit;
    // Plurals exist up to YEARS, as interval units.
    if (entry.name == singular && entry.unit <= TimeUnit::kSecond) return entry.unit;
  }
  return std::nullopt;
}

/// Where a unit stands in YEAR TO MONTH or DAY TO SECOND; 0 for units of no interval.
int IntervalRank(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::kYear: return 1;
    case TimeUnit::kMonth: return 2;
    case TimeUnit::kDay: return 11;
    case TimeUnit::kHour: return 12;
    case TimeUnit::kMinute: return 13;
    case TimeUnit::kSecond: return 14;
    default: return 0;
  }
}

}  // namespace

std::optional<TimeUnit> Grammar::ParseTimeUnit(bool report) {
  const Token& token = Peek();
  if (token.kind == TokenKind::kWord) {
    if (std::optional<TimeUnit> unit = UnitOf(token.value)) {
      Take();
      return unit;
    }
  }
  if (!report) return std::nullopt;
  if (token.kind == TokenKind::kString) {
    std::string upper = token.value;
    for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    if (std::optional<TimeUnit> unit = UnitOf(upper)) {
      Report("MR0101", "found the text '" + token.value + "', expected a time unit", token.span)
          .try_text = TimeUnitName(*unit);
      Take();
      return unit;
    }
  }
  if (Repair({"YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND", "MILLISECOND",
              "MICROSECOND", "EPOCH"})) {
    return UnitOf(Take().value);
  }
  Fail("a time unit such as DAY, HOUR or SECOND");
  return std::nullopt;
}

IntervalQualifier Grammar::ParseIntervalQualifier() {
  IntervalQualifier qualifier;
  uint32_t begin = Begin();
  Span unit_span = Peek().span;
  qualifier.start = ParseTimeUnit(true).value_or(TimeUnit::kSecond);
  bool usable = IntervalRank(qualifier.start) > 0 || qualifier.start == TimeUnit::kWeek ||
                qualifier.start == TimeUnit::kQuarter;
  if (!failed() && !usable) {
    std::string unit(TimeUnitName(qualifier.start));
    Diagnostic& diagnostic = Report(
        "MR0112", "found the unit " + unit + ", expected YEAR, MONTH, DAY, HOUR, MINUTE or SECOND",
        unit_span);
    if (qualifier.start == TimeUnit::kMillisecond) {
      diagnostic.next_step = "Write a fraction of seconds: INTERVAL '0.250' SECOND.";
    }
  }
  if (SymbolAt(0, "(") && Peek(1).kind == TokenKind::kInteger) {
    Open("(");
    qualifier.leading_precision = ExpectInteger("a number of digits");
    if (qualifier.start == TimeUnit::kSecond && AcceptSymbol(",")) {
      qualifier.fraction_precision = ExpectInteger("a number of digits");
    }
    Close();
  }
  if (!At("TO")) {
    qualifier.span = From(begin);
    return qualifier;
  }
  Span to_span = Take().span;
  unit_span = Peek().span;
  qualifier.end = ParseTimeUnit(true);
  int from = IntervalRank(qualifier.start);
  int to = qualifier.end ? IntervalRank(*qualifier.end) : 0;
  if (!failed() && (from == 0 || to <= from || from / 10 != to / 10)) {
    Report("MR0112",
           "an interval cannot run from " + std::string(TimeUnitName(qualifier.start)) + " to " +
               std::string(TimeUnitName(qualifier.end.value_or(TimeUnit::kSecond))),
           to_span.Cover(unit_span))
        .next_step = "Use YEAR TO MONTH, or two of DAY, HOUR, MINUTE, SECOND in this order.";
  }
  if (qualifier.end == TimeUnit::kSecond && SymbolAt(0, "(")) {
    Open("(");
    qualifier.fraction_precision = ExpectInteger("a number of digits");
    Close();
  }
  qualifier.span = From(begin);
  return qualifier;
}

ExprPtr Grammar::ParseSpecialCall(bool* known) {
  *known = true;
  const std::string& word = Peek().value;
  if (SymbolAt(1, "(")) {
    if (word == "EXTRACT") return ParseExtract();
    if (word == "FLOOR" || word == "CEIL" || word == "CEILING") return ParseFloorCeil();
    if (word == "TRIM") return ParseTrim();
    if (word == "POSITION") return ParsePosition();
    if (word == "OVERLAY") return ParseOverlay();
    if (word == "SUBSTRING") return ParseSubstring();
    if (word == "TIMESTAMPADD" || word == "TIMESTAMPDIFF") return ParseTimestampCall();
    if (word == "JSON_EXISTS") return ParseJsonExists();
    if (word == "JSON_VALUE") return ParseJsonValue();
    if (word == "JSON_QUERY") return ParseJsonQuery();
    if (word == "JSON_OBJECT") return ParseJsonObject(false);
    if (word == "JSON_OBJECTAGG") return ParseJsonObject(true);
    if (word == "JSON_ARRAY") return ParseJsonArray(false);
    if (word == "JSON_ARRAYAGG") return ParseJsonArray(true);
  }
  *known = false;
  return nullptr;
}

ExprPtr Grammar::ParseExtract() {
  auto node = std::make_shared<Extract>();
  uint32_t begin = Begin();
  Take();
  Open("(");
  if (AtAny({"YEARS", "MONTHS", "WEEKS", "DAYS", "HOURS", "MINUTES", "SECONDS"})) {
    const std::string unit = Peek().value.substr(0, Peek().value.size() - 1);
    Report("MR0112", "found `" + TextOf(Peek().span) + "`, expected `" + unit + "` in EXTRACT",
           Peek().span)
        .try_text = unit;
  }
  node->unit = ParseTimeUnit(true).value_or(TimeUnit::kYear);
  if (AtSymbol(",")) {
    Report("MR0105", "found `,`, expected `FROM` in EXTRACT(unit FROM value)", Peek().span)
        .try_text = " FROM";
    Take();
  } else {
    Expect("FROM");
  }
  node->value = ParseExpr();
  Close();
  Adopt(node.get(), node->value);
  return Finish(std::move(node), begin);
}

/// FLOOR(x) is a plain call, FLOOR(x TO DAY) is not.
ExprPtr Grammar::ParseFloorCeil() {
  uint32_t begin = Begin();
  const Token& word = Take();
  Open("(");
  ExprPtr value = ParseExpr();
  if (Accept("TO")) {
    auto node = std::make_shared<FloorCeil>();
    node->ceil = word.value != "FLOOR";
    node->value = std::move(value);
    node->unit = ParseTimeUnit(true).value_or(TimeUnit::kDay);
    Close();
    Adopt(node.get(), node->value);
    return Finish(std::move(node), begin);
  }
  auto call = std::make_shared<FunctionCall>();
  call->name = {{{TextOf(word.span), false, word.span}}, word.span};
  call->upper_name = word.value;
  Adopt(call.get(), value);
  call->arguments.push_back({std::nullopt, std::move(value)});
  while (NextInList() && !failed()) {
    call->arguments.push_back(ParseArgument());
    Adopt(call.get(), call->arguments.back().value);
  }
  Close();
  return Finish(std::move(call), begin);
}

ExprPtr Grammar::ParseTrim() {
  auto node = std::make_shared<Trim>();
  uint32_t begin = Begin();
  Take();
  Open("(");
  if (Accept("BOTH")) {
    node->side = Trim::Side::kBoth;
  } else if (Accept("LEADING")) {
    node->side = Trim::Side::kLeading;
  } else if (Accept("TRAILING")) {
    node->side = Trim::Side::kTrailing;
  }
  if (node->side != Trim::Side::kUnspecified && Accept("FROM")) {
    node->value = ParseExpr();
  } else {
    node->value = ParseExpr();
    if (node->side != Trim::Side::kUnspecified && !At("FROM")) Expect("FROM");
    if (Accept("FROM")) {
      node->characters = std::move(node->value);
      node->value = ParseExpr();
      // TRIM('x' FROM a) trims both sides.
      if (node->side == Trim::Side::kUnspecified) node->side = Trim::Side::kBoth;
    }
  }
  Close();
  Adopt(node.get(), node->characters);
  Adopt(node.get(), node->value);
  return Finish(std::move(node), begin);
}

ExprPtr Grammar::ParsePosition() {
  auto node = std::make_shared<Position>();
  uint32_t begin = Begin();
  Take();
  Open("(");
  node->needle = ParseOperators(kBoundPrecedence);  // stops before IN
  Expect("IN");
  node->haystack = ParseExpr();
  if (Accept("FROM")) node->start = ParseExpr();
  Close();
  Adopt(node.get(), node->needle);
  Adopt(node.get(), node->haystack);
  Adopt(node.get(), node->start);
  return Finish(std::move(node), begin);
}

ExprPtr Grammar::ParseOverlay() {
  auto node = std::make_shared<Overlay>();
  uint32_t begin = Begin();
  Take();
  Open("(");
  node->value = ParseExpr();
  Expect("PLACING");
  node->replacement = ParseExpr();
  Expect("FROM");
  node->start = ParseExpr();
  if (Accept("FOR")) node->length = ParseExpr();
  Close();
  Adopt(node.get(), node->value);
  Adopt(node.get(), node->replacement);
  Adopt(node.get(), node->start);
  Adopt(node.get(), node->length);
  return Finish(std::move(node), begin);
}

ExprPtr Grammar::ParseSubstring() {
  uint32_t begin = Begin();
  const Token& word = Take();
  Open("(");
  ExprPtr value = ParseExpr();
  if (Accept("FROM")) {
    auto node = std::make_shared<Substring>();
    node->value = std::move(value);
    node->start = ParseExpr();
    if (Accept("FOR")) node->length = ParseExpr();
    Close();
    Adopt(node.get(), node->value);
    Adopt(node.get(), node->start);
    Adopt(node.get(), node->length);
    return Finish(std::move(node), begin);
  }
  auto call = std::make_shared<FunctionCall>();
  call->name = {{{TextOf(word.span), false, word.span}}, word.span};
  call->upper_name = word.value;
  Adopt(call.get(), value);
  call->arguments.push_back({std::nullopt, std::move(value)});
  if (!AtSymbol(",")) Fail("`,` or `FROM` and the start of the substring");
  while (NextInList() && !failed()) {
    call->arguments.push_back({std::nullopt, ParseExpr()});
    Adopt(call.get(), call->arguments.back().value);
  }
  Close();
  return Finish(std::move(call), begin);
}

ExprPtr Grammar::ParseTimestampCall() {
  auto node = std::make_shared<TimestampCall>();
  uint32_t begin = Begin();
  node->difference = Take().value == "TIMESTAMPDIFF";
  Open("(");
  node->unit = ParseTimeUnit(true).value_or(TimeUnit::kSecond);
  ExpectSymbol(",", "the unit");
  node->first = ParseExpr();
  ExpectSymbol(",");
  node->second = ParseExpr();
  Close();
  Adopt(node.get(), node->first);
  Adopt(node.get(), node->second);
  return Finish(std::move(node), begin);
}

}  // namespace millrace::sql
