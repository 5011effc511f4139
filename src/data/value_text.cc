// SPDX-License-Identifier: Apache-2.0
#include "data/value_text.h"

#include <charconv>
#include <cmath>
#include <string_view>

#include "data/time/calendar.h"

namespace millrace {
namespace {

/// The digits of a finite positive number and the exponent of the first: d.ddd * 10^exponent.
struct Digits {
  std::string digits;
  int exponent = 0;
};

template <typename T>
std::string_view Scientific(T value, char* buffer, size_t size, int precision) {
  const auto end =
      precision < 0
          ? std::to_chars(buffer, buffer + size, value, std::chars_format::scientific)
          : std::to_chars(buffer, buffer + size, value, std::chars_format::scientific, precision);
  return {buffer, static_cast<size_t>(end.ptr - buffer)};
}

template <typename T>
Digits ShortestDigits(T value) {
  char buffer[64];
  std::string_view text = Scientific(value, buffer, sizeof(buffer), -1);
  char two_buffer[64];
  if (text.find('.') == std::string_view::npos) {
    // One digit suffices, but Java shows two where two come nearer (4.9E-324).
    const std::string_view two = Scientific(value, two_buffer, sizeof(two_buffer), 1);
    T back = 0;
    std::from_chars(two.data(), two.data() + two.size(), back);
    if (back == value) text = two;
  }
  Digits result;
  const size_t mark = text.find('e');
  for (const char c : text.substr(0, mark)) {
    if (c != '.') result.digits.push_back(c);
  }
  while (result.digits.size() > 1 && result.digits.back() == '0') result.digits.pop_back();
  std::string_view exponent = text.substr(mark + 1);
  if (exponent[0] == '+') exponent.remove_prefix(1);
  std::from_chars(exponent.data(), exponent.data() + exponent.size(), result.exponent);
  return result;
}

template <typename T>
void AppendFloating(T value, std::string* out) {
  if (std::isnan(value)) return void(out->append("NaN"));
  if (std::signbit(value)) out->push_back('-');
  value = std::abs(value);
  if (std::isinf(value)) return void(out->append("Infinity"));
  if (value == 0) return void(out->append("0.0"));
  const auto [digits, exponent] = ShortestDigits(value);
  const auto count = static_cast<int>(digits.size());
  if (exponent < -3 || exponent >= 7) {
    out->push_back(digits[0]);
    out->push_back('.');
    out->append(count > 1 ? std::string_view(digits).substr(1) : "0");
    out->push_back('E');
    AppendInteger(exponent, out);
  } else if (exponent < 0) {
    out->append("0.");
    out->append(static_cast<size_t>(-exponent - 1), '0');
    out->append(digits);
  } else {
    for (int i = 0; i <= exponent; ++i)
      out->push_back(i < count ? digits[static_cast<size_t>(i)] : '0');
    out->push_back('.');
    out->append(count > exponent + 1
                    ? std::string_view(digits).substr(static_cast<size_t>(exponent + 1))
                    : "0");
  }
}

/// `.123`, `.123456` or `.123456789`: the least that holds the nanoseconds.
void AppendFraction(int64_t nanos, std::string* out) {
  if (nanos == 0) return;
  out->push_back('.');
  if (nanos % 1'000'000 == 0) {
    AppendPadded(nanos / 1'000'000, 3, out);
  } else if (nanos % 1000 == 0) {
    AppendPadded(nanos / 1000, 6, out);
  } else {
    AppendPadded(nanos, 9, out);
  }
}

void AppendClock(int64_t second_of_day, int64_t nanos, bool always_seconds, std::string* out) {
  AppendPadded(second_of_day / 3600, 2, out);
  out->push_back(':');
  AppendPadded(second_of_day / 60 % 60, 2, out);
  if (!always_seconds && second_of_day % 60 == 0 && nanos == 0) return;
  out->push_back(':');
  AppendPadded(second_of_day % 60, 2, out);
  AppendFraction(nanos, out);
}

void AppendDateTime(int64_t ticks, int64_t ticks_per_second, bool always_seconds,
                    std::string* out) {
  const int64_t seconds = FloorDiv(ticks, ticks_per_second);
  const int64_t nanos = FloorMod(ticks, ticks_per_second) * (1'000'000'000 / ticks_per_second);
  AppendDate(FloorDiv(seconds, kSecondsPerDay), out);
  out->push_back('T');
  AppendClock(FloorMod(seconds, kSecondsPerDay), nanos, always_seconds, out);
}

}  // namespace

void AppendInteger(int64_t value, std::string* out) {
  char buffer[24];
  const auto end = std::to_chars(buffer, buffer + sizeof(buffer), value).ptr;
  out->append(buffer, static_cast<size_t>(end - buffer));
}

void AppendPadded(int64_t value, int width, std::string* out) {
  char buffer[24];
  const auto end = std::to_chars(buffer, buffer + sizeof(buffer), value).ptr;
  const auto count = static_cast<int>(end - buffer);
  if (count < width) out->append(static_cast<size_t>(width - count), '0');
  out->append(buffer, static_cast<size_t>(count));
}

void AppendDouble(double value, std::string* out) { AppendFloating(value, out); }
void AppendFloat(float value, std::string* out) { AppendFloating(value, out); }

void AppendDate(int64_t days, std::string* out) {
  const CivilDate date = CivilFromDays(days);
  if (date.year < 0) {
    out->push_back('-');
  } else if (date.year > 9999) {
    out->push_back('+');
  }
  AppendPadded(date.year < 0 ? -date.year : date.year, 4, out);
  out->push_back('-');
  AppendPadded(date.month, 2, out);
  out->push_back('-');
  AppendPadded(date.day, 2, out);
}

void AppendTime(int64_t milliseconds, std::string* out) {
  const int64_t in_day = FloorMod(milliseconds, kMillisPerDay);
  AppendClock(in_day / 1000, in_day % 1000 * 1'000'000, false, out);
}

void AppendTimestamp(int64_t ticks, int64_t ticks_per_second, std::string* out) {
  AppendDateTime(ticks, ticks_per_second, false, out);
}

void AppendInstant(int64_t ticks, int64_t ticks_per_second, std::string* out) {
  AppendDateTime(ticks, ticks_per_second, true, out);
  out->push_back('Z');
}

void AppendDuration(int64_t milliseconds, std::string* out) {
  if (milliseconds == 0) return void(out->append("PT0S"));
  // Java keeps seconds rounded down and a positive fraction, and shows both with the sign of the
  // whole.
  const bool negative = milliseconds < 0;
  const int64_t total_seconds = milliseconds / 1000;
  const int64_t fraction = negative ? -(milliseconds % 1000) : milliseconds % 1000;
  const int64_t hours = total_seconds / 3600;
  const int64_t minutes = total_seconds % 3600 / 60;
  const int64_t seconds = total_seconds % 60;
  out->append("PT");
  if (hours != 0) AppendInteger(hours, out), out->push_back('H');
  if (minutes != 0) AppendInteger(minutes, out), out->push_back('M');
  if (seconds == 0 && fraction == 0) return;
  if (seconds == 0 && negative) out->push_back('-');
  AppendInteger(seconds, out);
  if (fraction != 0) {
    out->push_back('.');
    AppendPadded(fraction, 3, out);
    while (out->back() == '0') out->pop_back();
  }
  out->push_back('S');
}

void AppendPeriod(int64_t months, std::string* out) {
  if (months == 0) return void(out->append("P0D"));
  out->push_back('P');
  AppendInteger(months, out);
  out->push_back('M');
}

}  // namespace millrace
