// SPDX-License-Identifier: Apache-2.0
// INTERVAL literals: '10' MINUTE, '1 02:03:04.5' DAY TO SECOND, '1-6' YEAR TO MONTH.
#include <arrow/scalar.h>

#include <array>

#include "plan/binding/expression_binder.h"

namespace millrace {
namespace {

using Unit = sql::TimeUnit;

constexpr std::array<Unit, 4> kDayUnits = {Unit::kDay, Unit::kHour, Unit::kMinute, Unit::kSecond};
constexpr std::array<int64_t, 4> kMillis = {86400000, 3600000, 60000, 1000};
constexpr std::array<int64_t, 4> kLimits = {0, 24, 60, 60};
constexpr std::array<char, 4> kSeparatorBefore = {0, ' ', ':', ':'};

int DayIndex(Unit unit) {
  for (size_t i = 0; i < kDayUnits.size(); ++i) {
    if (kDayUnits[i] == unit) return static_cast<int>(i);
  }
  return -1;
}

/// Reads digits from `text`; -1 if there are none.
int64_t TakeNumber(std::string_view* text, size_t* digits) {
  int64_t value = 0;
  *digits = 0;
  while (!text->empty() && text->front() >= '0' && text->front() <= '9' && *digits < 18) {
    value = value * 10 + (text->front() - '0');
    text->remove_prefix(1);
    ++*digits;
  }
  return *digits == 0 ? -1 : value;
}

/// Milliseconds behind a decimal point, or 0.
int64_t TakeFraction(std::string_view* text) {
  if (!text->starts_with(".")) return 0;
  text->remove_prefix(1);
  size_t digits = 0;
  int64_t value = TakeNumber(text, &digits);
  for (; digits > 3; --digits) value /= 10;
  for (; digits < 3; ++digits) value *= 10;
  return value;
}

struct Parsed {
  bool ok = false;
  int64_t value = 0;
  size_t leading_digits = 0;
};

Parsed ParseDayTime(std::string_view text, int first, int last) {
  Parsed parsed;
  for (int i = first; i <= last; ++i) {
    const auto unit = static_cast<size_t>(i);
    if (i > first) {
      if (text.empty() || text.front() != kSeparatorBefore[unit]) return parsed;
      text.remove_prefix(1);
    }
    size_t digits = 0;
    const int64_t number = TakeNumber(&text, &digits);
    if (number < 0 || (i > first && number >= kLimits[unit])) return parsed;
    if (i == first) parsed.leading_digits = digits;
    parsed.value += number * kMillis[unit];
  }
  if (kDayUnits[static_cast<size_t>(last)] == Unit::kSecond) parsed.value += TakeFraction(&text);
  parsed.ok = text.empty();
  return parsed;
}

Parsed ParseYearMonth(std::string_view text, Unit start, bool to_month) {
  Parsed parsed;
  size_t digits = 0;
  const int64_t number = TakeNumber(&text, &parsed.leading_digits);
  if (number < 0) return parsed;
  parsed.value = start == Unit::kYear ? number * 12 : number;
  if (start == Unit::kQuarter) parsed.value = number * 3;
  if (to_month) {
    if (!text.starts_with("-")) return parsed;
    text.remove_prefix(1);
    const int64_t months = TakeNumber(&text, &digits);
    if (months < 0 || months > 11) return parsed;
    parsed.value += months;
  }
  parsed.ok = text.empty();
  return parsed;
}

std::string QualifierText(const sql::IntervalQualifier& qualifier) {
  std::string text(sql::TimeUnitName(qualifier.start));
  if (qualifier.end) text += " TO " + std::string(sql::TimeUnitName(*qualifier.end));
  return text;
}

}  // namespace

ExpressionPtr BindInterval(BindContext* context, const sql::IntervalLiteral& literal) {
  const sql::IntervalQualifier& qualifier = literal.qualifier;
  std::string_view text = literal.text;
  bool negative = literal.negative;
  if (text.starts_with("-") || text.starts_with("+")) {
    negative = negative != text.starts_with("-");
    text.remove_prefix(1);
  }
  const bool months = qualifier.start == Unit::kYear || qualifier.start == Unit::kMonth ||
                      qualifier.start == Unit::kQuarter;
  Parsed parsed;
  if (months) {
    parsed = ParseYearMonth(text, qualifier.start,
                            qualifier.end == Unit::kMonth && qualifier.start == Unit::kYear);
  } else if (qualifier.start == Unit::kWeek && !qualifier.end) {
    parsed = ParseDayTime(text, 0, 0);
    parsed.value *= 7;
  } else {
    const int first = DayIndex(qualifier.start);
    const int last = qualifier.end ? DayIndex(*qualifier.end) : first;
    if (first >= 0 && last >= first) parsed = ParseDayTime(text, first, last);
  }
  if (!parsed.ok) {
    context->Error("MR0308", "'" + literal.text + "' is no INTERVAL " + QualifierText(qualifier),
                   literal.text_span);
    return nullptr;
  }
  const size_t leading = static_cast<size_t>(qualifier.leading_precision.value_or(2));
  if (parsed.leading_digits > leading) {
    Diagnostic& diagnostic = context->Error(
        "MR0308",
        "'" + literal.text + "' has more than " + std::to_string(leading) +
            " digits: an interval's leading field has 2 unless its precision is given",
        literal.span);
    std::string sign = literal.negative ? "-" : "";
    diagnostic.try_text = "INTERVAL " + sign + "'" + literal.text + "' " +
                          std::string(sql::TimeUnitName(qualifier.start)) + "(" +
                          std::to_string(parsed.leading_digits) + ")";
    if (qualifier.end) {
      diagnostic.try_text += " TO " + std::string(sql::TimeUnitName(*qualifier.end));
    }
    return nullptr;
  }
  const int64_t value = negative ? -parsed.value : parsed.value;
  if (months) {
    return Expression::Literal(std::make_shared<arrow::Int32Scalar>(static_cast<int32_t>(value)),
                               DataType::IntervalYearMonth());
  }
  return Expression::Literal(std::make_shared<arrow::Int64Scalar>(value),
                             DataType::IntervalDayTime());
}

}  // namespace millrace
