// SPDX-License-Identifier: Apache-2.0
// Time -> text by a pattern.
#include "base/time_units.h"
#include "data/value_text.h"
#include "functions/time/java_pattern.h"
#include "functions/time/pattern_names.h"

namespace millrace {
namespace {

/// A US week: it begins on Sunday, and week 1 is the one with January 1st.
struct UsWeek {
  int64_t year;
  int64_t week;
};

int64_t SundayOnOrBefore(int64_t days) { return days - IsoDayOfWeek(days) % 7; }

UsWeek UsWeekOf(int64_t days) {
  const int64_t sunday = SundayOnOrBefore(days);
  // The week of a year's end belongs to the next year if January 1st is in it.
  const int64_t year = CivilFromDays(sunday + 6).year;
  return {year, (sunday - SundayOnOrBefore(DaysFromCivil(year, 1, 1))) / 7 + 1};
}

int64_t UsWeekOfMonth(int64_t days) {
  const CivilDate date = CivilFromDays(days);
  const int64_t first = DaysFromCivil(date.year, date.month, 1);
  return (SundayOnOrBefore(days) - SundayOnOrBefore(first)) / 7 + 1;
}

void AppendOffset(int64_t offset, std::string_view separator, bool hours_only, std::string* out) {
  out->push_back(offset < 0 ? '-' : '+');
  const int64_t minutes = (offset < 0 ? -offset : offset) / 60;
  AppendPadded(minutes / 60, 2, out);
  if (hours_only) return;
  out->append(separator);
  AppendPadded(minutes % 60, 2, out);
}

void AppendName(std::string_view name, int count, std::string* out) {
  out->append(count == 4 ? name : name.substr(0, count == 5 ? 1 : 3));
}

std::string_view DayPeriod(int64_t nanos_of_day) {
  const int64_t hour = nanos_of_day / (3600 * kSecond);
  if (nanos_of_day == 0) return "midnight";
  if (nanos_of_day == 12 * 3600 * kSecond) return "noon";
  if (hour >= 6 && hour < 12) return "in the morning";
  if (hour >= 12 && hour < 18) return "in the afternoon";
  return hour >= 18 && hour < 21 ? "in the evening" : "at night";
}

void AppendQuarter(int64_t quarter, int count, std::string* out) {
  constexpr std::string_view kNames[] = {"1st quarter", "2nd quarter", "3rd quarter",
                                         "4th quarter"};
  if (count <= 2 || count == 5) return AppendPadded(quarter, count == 2 ? 2 : 1, out);
  if (count == 4) return void(out->append(kNames[quarter - 1]));
  out->push_back('Q');
  AppendInteger(quarter, out);
}

/// The time being written.
struct Moment {
  LocalPoint point;
  CivilDate date;
  int64_t hour;
  const TimeZone& zone;
  int64_t utc_seconds;
  bool simple;
};

void AppendYear(int64_t year, const PatternPiece& piece, const Moment& now, std::string* out) {
  const bool of_era = piece.letter != 'u';
  if (of_era && year <= 0) year = 1 - year;
  if (piece.count == 2) return AppendPadded(FloorMod(year, 100), 2, out);
  if (year < 0) out->push_back('-');
  // java.time marks years with more digits than asked for.
  if (!now.simple && piece.count >= 4 && year > 9999) out->push_back('+');
  AppendPadded(year < 0 ? -year : year, piece.count, out);
}

void AppendDateField(const PatternPiece& piece, const Moment& now, std::string* out) {
  const int64_t days = now.point.days;
  switch (piece.letter) {
    case 'G':
      if (piece.count == 4 && !now.simple) {
        return void(out->append(now.date.year > 0 ? "Anno Domini" : "Before Christ"));
      }
      if (piece.count == 5) return out->push_back(now.date.year > 0 ? 'A' : 'B');
      return void(out->append(now.date.year > 0 ? "AD" : "BC"));
    case 'y': return AppendYear(now.date.year, piece, now, out);
    case 'Y': return AppendYear(UsWeekOf(days).year, piece, now, out);
    case 'M':
    case 'L':
      if (piece.count < 3) return AppendPadded(now.date.month, piece.count, out);
      return AppendName(kMonthNames[static_cast<size_t>(now.date.month - 1)],
                        now.simple && piece.count > 4 ? 4 : piece.count, out);
    case 'd': return AppendPadded(now.date.day, piece.count, out);
    case 'D': return AppendPadded(DayOfYear(days), piece.count, out);
    case 'w': return AppendPadded(UsWeekOf(days).week, piece.count, out);
    case 'W': return AppendPadded(UsWeekOfMonth(days), piece.count, out);
    case 'F': return AppendPadded((now.date.day - 1) / 7 + 1, piece.count, out);
    case 'q':
    case 'Q': return AppendQuarter((now.date.month - 1) / 3 + 1, piece.count, out);
    case 'u':
      if (now.simple) return AppendPadded(IsoDayOfWeek(days), piece.count, out);
      return AppendYear(now.date.year, piece, now, out);
    case 'e':
    case 'c':
      if (piece.count < 3) return AppendPadded(IsoDayOfWeek(days) % 7 + 1, piece.count, out);
      [[fallthrough]];
    default:
      return AppendName(kDayNames[static_cast<size_t>(IsoDayOfWeek(days) - 1)],
                        now.simple ? (piece.count >= 4 ? 4 : 3) : std::max(piece.count, 3), out);
  }
}

void AppendZone(const PatternPiece& piece, const Moment& now, std::string* out) {
  const int64_t offset = now.zone.OffsetAt(now.utc_seconds);
  if (piece.letter == 'z') return void(out->append(now.zone.NameAt(now.utc_seconds)));
  if (piece.letter == 'Z') return AppendOffset(offset, "", false, out);
  if (offset == 0) return out->push_back('Z');
  AppendOffset(offset, piece.count == 3 ? ":" : "", piece.count == 1, out);
}

void AppendFraction(const PatternPiece& piece, const Moment& now, std::string* out) {
  const int64_t nanos = now.point.nanos_of_day % kSecond;
  if (now.simple) return AppendPadded(nanos / 1'000'000, piece.count, out);
  std::string digits;
  AppendPadded(nanos, 9, &digits);
  out->append(digits, 0, static_cast<size_t>(piece.count));
}

void AppendClockField(const PatternPiece& piece, const Moment& now, std::string* out) {
  const int64_t nanos = now.point.nanos_of_day;
  switch (piece.letter) {
    case 'a': return void(out->append(now.hour < 12 ? "AM" : "PM"));
    case 'B': return void(out->append(DayPeriod(nanos)));
    case 'H': return AppendPadded(now.hour, piece.count, out);
    case 'k': return AppendPadded(now.hour == 0 ? 24 : now.hour, piece.count, out);
    case 'K': return AppendPadded(now.hour % 12, piece.count, out);
    case 'h': return AppendPadded(now.hour % 12 == 0 ? 12 : now.hour % 12, piece.count, out);
    case 'm': return AppendPadded(nanos / (60 * kSecond) % 60, piece.count, out);
    case 's': return AppendPadded(nanos / kSecond % 60, piece.count, out);
    case 'S': return AppendFraction(piece, now, out);
    case 'A': return AppendPadded(nanos / 1'000'000, piece.count, out);
    case 'n': return AppendPadded(nanos % kSecond, piece.count, out);
    default: return AppendPadded(nanos, piece.count, out);  // N
  }
}

}  // namespace

void JavaPattern::Format(LocalPoint point, const TimeZone& zone, int64_t utc_seconds,
                         std::string* out) const {
  const Moment now{
      point,       CivilFromDays(point.days),          point.nanos_of_day / (3600 * kSecond), zone,
      utc_seconds, dialect_ == PatternDialect::kSimple};
  for (const PatternPiece& piece : pieces_) {
    if (piece.kind == PatternPiece::Kind::kLiteral) {
      out->append(piece.literal);
    } else if (piece.kind == PatternPiece::Kind::kField) {
      if (std::string_view("aBHkKhmsSAnN").find(piece.letter) != std::string_view::npos) {
        AppendClockField(piece, now, out);
      } else if (std::string_view("zZXxOV").find(piece.letter) != std::string_view::npos) {
        AppendZone(piece, now, out);
      } else {
        AppendDateField(piece, now, out);
      }
    }
  }
}

}  // namespace millrace
