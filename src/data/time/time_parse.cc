// SPDX-License-Identifier: Apache-2.0
#include "data/time/time_parse.h"

#include "data/data_type.h"
#include "data/time/calendar.h"

namespace millrace {
namespace {

std::string_view TrimSpaces(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

/// Reads digits off the front: at least `least`, at most `most`.
bool TakeNumber(std::string_view* text, size_t least, size_t most, int64_t* value) {
  size_t count = 0;
  *value = 0;
  while (count < most && count < text->size() && (*text)[count] >= '0' && (*text)[count] <= '9') {
    *value = *value * 10 + ((*text)[count] - '0');
    ++count;
  }
  text->remove_prefix(count);
  return count >= least;
}

bool TakeChar(std::string_view* text, char wanted) {
  if (text->empty() || text->front() != wanted) return false;
  text->remove_prefix(1);
  return true;
}

/// A whole piece of digits, spaces around it allowed.
bool WholeNumber(std::string_view text, int64_t* value) {
  text = TrimSpaces(text);
  return TakeNumber(&text, 1, 9, value) && text.empty();
}

/// Digits of a fraction as nanoseconds; digits beyond nine are dropped.
int32_t TakeFraction(std::string_view* text, size_t most) {
  int32_t nanos = 0;
  size_t count = 0;
  while (count < most && count < text->size() && (*text)[count] >= '0' && (*text)[count] <= '9') {
    if (count < 9) nanos = nanos * 10 + ((*text)[count] - '0');
    ++count;
  }
  for (size_t i = count; i < 9; ++i) nanos *= 10;
  text->remove_prefix(count);
  return nanos;
}

bool TakeYear(std::string_view* text, int64_t* year) {
  const bool plus = TakeChar(text, '+');
  return plus ? TakeNumber(text, 5, 6, year) : TakeNumber(text, 4, 4, year);
}

}  // namespace

std::optional<int32_t> ParseDateText(std::string_view text) {
  text = TrimSpaces(text);
  text = text.substr(0, text.find(' '));
  int64_t year = 0;
  int64_t month = 1;
  int64_t day = 1;
  const size_t first = text.find('-');
  if (!WholeNumber(text.substr(0, first), &year)) return std::nullopt;
  if (first != std::string_view::npos) {
    const std::string_view rest = text.substr(first + 1);
    const size_t second = rest.find('-');
    if (!WholeNumber(rest.substr(0, second), &month)) return std::nullopt;
    if (second != std::string_view::npos && !WholeNumber(rest.substr(second + 1), &day)) {
      return std::nullopt;
    }
  }
  if (year > 9999 || month < 1 || month > 12 || day < 1) return std::nullopt;
  if (day > DaysInMonth(year, static_cast<int>(month))) return std::nullopt;
  return static_cast<int32_t>(DaysFromCivil(year, static_cast<int>(month), static_cast<int>(day)));
}

std::optional<int32_t> ParseTimeText(std::string_view text) {
  text = TrimSpaces(text);
  int64_t parts[3] = {0, 0, 0};
  int32_t nanos = 0;
  for (int i = 0; i < 3; ++i) {
    if (i > 0 && !TakeChar(&text, ':')) break;
    if (!TakeNumber(&text, 1, 9, &parts[i])) return std::nullopt;
    if (i == 2 && TakeChar(&text, '.')) nanos = TakeFraction(&text, text.size());
  }
  if (!text.empty() || parts[0] > 23 || parts[1] > 59 || parts[2] > 59) return std::nullopt;
  return static_cast<int32_t>((parts[0] * 3600 + parts[1] * 60 + parts[2]) * 1000 +
                              nanos / 1'000'000);
}

std::optional<TimePoint> ParseTimestampText(std::string_view text) {
  int64_t year, month, day;
  if (!TakeYear(&text, &year) || year == 0) return std::nullopt;
  if (!TakeChar(&text, '-') || !TakeNumber(&text, 1, 2, &month)) return std::nullopt;
  if (!TakeChar(&text, '-') || !TakeNumber(&text, 1, 2, &day)) return std::nullopt;
  if (month < 1 || month > 12 || day < 1 || day > DaysInMonth(year, static_cast<int>(month))) {
    return std::nullopt;
  }
  TimePoint time;
  time.seconds =
      DaysFromCivil(year, static_cast<int>(month), static_cast<int>(day)) * kSecondsPerDay;
  if (text.empty()) return time;
  int64_t hour, minute, second;
  if (!TakeChar(&text, ' ') || !TakeNumber(&text, 1, 2, &hour)) return std::nullopt;
  if (!TakeChar(&text, ':') || !TakeNumber(&text, 1, 2, &minute)) return std::nullopt;
  if (!TakeChar(&text, ':') || !TakeNumber(&text, 1, 2, &second)) return std::nullopt;
  if (TakeChar(&text, '.')) time.nanos = TakeFraction(&text, 9);
  if (!text.empty() || minute > 59 || second > 59) return std::nullopt;
  // 24:00:00 is the midnight that ends the day, and nothing later.
  if (hour > 24 || (hour == 24 && (minute != 0 || second != 0 || time.nanos != 0))) {
    return std::nullopt;
  }
  time.seconds += hour * 3600 + minute * 60 + second;
  return time;
}

std::optional<int64_t> TicksOf(TimePoint time, int precision) {
  const int64_t ticks_per_second = TimestampTicksPerSecond(precision);
  int64_t step = 1'000'000'000;
  for (int i = 0; i < precision && i < 9; ++i) step /= 10;
  const int64_t nanos = time.nanos / step * step;
  int64_t ticks;
  if (__builtin_mul_overflow(time.seconds, ticks_per_second, &ticks) ||
      __builtin_add_overflow(ticks, nanos / (1'000'000'000 / ticks_per_second), &ticks)) {
    return std::nullopt;
  }
  return ticks;
}

}  // namespace millrace
