// SPDX-License-Identifier: Apache-2.0
#include "formats/columns/time_text.h"

#include <algorithm>

#include "data/time/calendar.h"

namespace millrace {
namespace {

constexpr int64_t kNanosPerSecond = 1'000'000'000;
constexpr int64_t kNanosPerDay = kSecondsPerDay * kNanosPerSecond;

/// Reads a text from the front; every method leaves it unchanged when it returns false.
class TextReader {
 public:
  explicit TextReader(std::string_view text) : p_(text.data()), end_(text.data() + text.size()) {}

  bool done() const { return p_ == end_; }
  char peek() const { return p_ < end_ ? *p_ : '\0'; }
  bool Take(char c) {
    if (peek() != c || done()) return false;
    ++p_;
    return true;
  }
  bool TwoDigits(int* value) {
    if (end_ - p_ < 2 || !IsDigit(p_[0]) || !IsDigit(p_[1])) return false;
    *value = (p_[0] - '0') * 10 + (p_[1] - '0');
    p_ += 2;
    return true;
  }
  /// At least `min` and at most `max` digits.
  bool Digits(int min, int max, int64_t* value, int* count = nullptr) {
    int n = 0;
    int64_t number = 0;
    while (n < max && p_ + n < end_ && IsDigit(p_[n])) number = number * 10 + (p_[n++] - '0');
    if (n < min) return false;
    p_ += n;
    *value = number;
    if (count != nullptr) *count = n;
    return true;
  }

 private:
  static bool IsDigit(char c) { return static_cast<unsigned char>(c - '0') < 10; }
  const char* p_;
  const char* end_;
};

struct DateParts {
  int64_t year = 0;
  int month = 0;
  int day = 0;
};

/// Four digits, or a sign and up to nine.
bool ReadYear(TextReader* in, int64_t* year) {
  const bool minus = in->peek() == '-';
  const bool sign = minus || in->peek() == '+';
  if (sign) in->Take(in->peek());
  if (!in->Digits(4, sign ? 9 : 4, year)) return false;
  if (minus) *year = -*year;
  return true;
}

bool ReadDate(TextReader* in, DateParts* date) {
  return ReadYear(in, &date->year) && in->Take('-') && in->TwoDigits(&date->month) &&
         in->Take('-') && in->TwoDigits(&date->day) && date->month >= 1 && date->month <= 12 &&
         date->day >= 1 && date->day <= 31;
}

bool ReadTime(TextReader* in, bool seconds_optional, bool allow_24, int64_t* nanos_of_day) {
  int hour = 0;
  int minute = 0;
  int second = 0;
  int64_t fraction = 0;
  if (!in->TwoDigits(&hour) || !in->Take(':') || !in->TwoDigits(&minute)) return false;
  if (in->Take(':')) {
    if (!in->TwoDigits(&second)) return false;
    if (in->Take('.')) {
      int count = 0;
      if (!in->Digits(0, 9, &fraction, &count)) return false;
      for (; count < 9; ++count) fraction *= 10;
    }
  } else if (!seconds_optional) {
    return false;
  }
  if (hour > 24 || minute > 59 || second > 59) return false;
  *nanos_of_day = ((hour * 60 + minute) * 60 + second) * kNanosPerSecond + fraction;
  return *nanos_of_day < kNanosPerDay || (allow_24 && *nanos_of_day == kNanosPerDay);
}

/// `Z`, `+hh`, `+hhmm`, `+hh:mm`.
bool ReadZone(TextReader* in, std::optional<int32_t>* offset) {
  if (in->Take('Z') || in->Take('z')) {
    *offset = 0;
    return true;
  }
  const bool minus = in->peek() == '-';
  if (!minus && in->peek() != '+') return false;
  in->Take(in->peek());
  int hours = 0;
  int minutes = 0;
  if (!in->TwoDigits(&hours)) return false;
  const bool colon = in->Take(':');
  if (!in->TwoDigits(&minutes) && (colon || !in->done())) return false;
  if (hours > 18 || minutes > 59) return false;
  const int32_t seconds = (hours * 60 + minutes) * 60;
  *offset = minus ? -seconds : seconds;
  return true;
}

/// The usual form, `yyyy-MM-dd HH:mm:ss[.f..]` or with T, an ordinary time, at most a Z behind it.
std::optional<ParsedTimestamp> ReadPlainTimestamp(std::string_view text) {
  if (text.size() < 19) return std::nullopt;
  unsigned worst = 0;
  const auto digit = [&](size_t at) {
    const auto value = static_cast<unsigned char>(text[at] - '0');
    worst = std::max<unsigned>(worst, value);
    return static_cast<int>(value);
  };
  const auto two = [&](size_t at) { return digit(at) * 10 + digit(at + 1); };
  const int year = two(0) * 100 + two(2);
  const int month = two(5);
  const int day = two(8);
  const int hour = two(11);
  const int minute = two(14);
  const int second = two(17);
  const bool shape = text[4] == '-' && text[7] == '-' && (text[10] == ' ' || text[10] == 'T') &&
                     text[13] == ':' && text[16] == ':';
  if (!shape || worst > 9 || month < 1 || month > 12 || day < 1 || day > 28 || hour > 23 ||
      minute > 59 || second > 59) {
    return std::nullopt;
  }
  size_t at = 19;
  int64_t nanos = 0;
  if (at < text.size() && text[at] == '.') {
    constexpr int64_t kUnits[] = {1'000'000'000, 100'000'000, 10'000'000, 1'000'000, 100'000,
                                  10'000,        1000,        100,        10,        1};
    for (++at; at < text.size() && at < 29; ++at) {
      const auto value = static_cast<unsigned char>(text[at] - '0');
      if (value > 9) break;
      nanos = nanos * 10 + value;
    }
    nanos *= kUnits[at - 20];
  }
  ParsedTimestamp parsed{.days = DaysFromCivil(year, month, day),
                         .nanos_of_day =
                             ((hour * 60 + minute) * 60 + second) * kNanosPerSecond + nanos};
  if (at < text.size() && text[at] == 'Z') {
    parsed.offset_seconds = 0;
    ++at;
  }
  if (at != text.size()) return std::nullopt;
  return parsed;
}

char* PutTwo(char* p, int64_t value) {
  *p++ = static_cast<char>('0' + value / 10);
  *p++ = static_cast<char>('0' + value % 10);
  return p;
}

/// A point and `digits` of the fraction of a second.
void AppendFraction(int64_t nanos, int digits, std::string* out) {
  char text[10] = {'.'};
  for (int i = 9; i >= 1; --i, nanos /= 10) text[i] = static_cast<char>('0' + nanos % 10);
  out->append(text, static_cast<size_t>(digits + 1));
}

}  // namespace

std::optional<ParsedTimestamp> ReadTimestampText(std::string_view text) {
  if (const auto plain = ReadPlainTimestamp(text)) [[likely]] return plain;
  TextReader in(text);
  DateParts date;
  ParsedTimestamp parsed;
  if (!ReadDate(&in, &date) || !(in.Take(' ') || in.Take('T') || in.Take('t'))) return std::nullopt;
  if (!ReadTime(&in, true, true, &parsed.nanos_of_day)) return std::nullopt;
  if (!in.done() && !ReadZone(&in, &parsed.offset_seconds)) return std::nullopt;
  if (!in.done()) return std::nullopt;
  const int day = std::min(date.day, DaysInMonth(date.year, date.month));
  parsed.days = DaysFromCivil(date.year, date.month, day);
  return parsed;
}

std::optional<int64_t> TimestampTicks(const ParsedTimestamp& parsed, int64_t ticks_per_second) {
  const int64_t seconds = parsed.days * kSecondsPerDay - parsed.offset_seconds.value_or(0);
  // Division by constants: it costs a tenth of one by a variable.
  const int64_t within = ticks_per_second == 1000        ? parsed.nanos_of_day / 1'000'000
                         : ticks_per_second == 1'000'000 ? parsed.nanos_of_day / 1000
                                                         : parsed.nanos_of_day;
  int64_t ticks = 0;
  if (__builtin_mul_overflow(seconds, ticks_per_second, &ticks) ||
      __builtin_add_overflow(ticks, within, &ticks)) {
    return std::nullopt;
  }
  return ticks;
}

std::optional<int32_t> ReadDateText(std::string_view text) {
  TextReader in(text);
  DateParts date;
  if (!ReadDate(&in, &date) || !in.done()) return std::nullopt;
  if (date.day > DaysInMonth(date.year, date.month)) return std::nullopt;
  const int64_t days = DaysFromCivil(date.year, date.month, date.day);
  if (days < INT32_MIN || days > INT32_MAX) return std::nullopt;
  return static_cast<int32_t>(days);
}

std::optional<int32_t> ReadLenientDateText(std::string_view text) {
  TextReader in(text);
  int64_t year = 0;
  int64_t month = 0;
  int64_t day = 0;
  if (!in.Digits(4, 4, &year) || !in.Take('-') || !in.Digits(1, 2, &month) || !in.Take('-') ||
      !in.Digits(1, 2, &day) || !in.done() || month < 1 || month > 12 || day < 1 || day > 31) {
    return std::nullopt;
  }
  return static_cast<int32_t>(DaysFromCivil(year, static_cast<int>(month), 1) + day - 1);
}

std::optional<int32_t> ReadTimeText(std::string_view text, bool seconds_optional) {
  TextReader in(text);
  int64_t nanos = 0;
  if (!ReadTime(&in, seconds_optional, false, &nanos) || !in.done()) return std::nullopt;
  return static_cast<int32_t>(nanos / 1'000'000);
}

void AppendTimeOfDayText(int64_t nanos_of_day, std::string* out) {
  const int64_t seconds = nanos_of_day / kNanosPerSecond;
  int64_t nanos = nanos_of_day % kNanosPerSecond;
  char text[8];
  char* p = PutTwo(text, seconds / 3600);
  *p++ = ':';
  p = PutTwo(p, seconds / 60 % 60);
  *p++ = ':';
  PutTwo(p, seconds % 60);
  out->append(text, sizeof text);
  if (nanos == 0) return;
  int digits = 9;
  for (int64_t rest = nanos; rest % 10 == 0; rest /= 10) --digits;
  AppendFraction(nanos, digits, out);
}

void AppendIsoTimeText(int64_t nanos_of_day, bool always_seconds, std::string* out) {
  const int64_t seconds = nanos_of_day / kNanosPerSecond;
  const int64_t nanos = nanos_of_day % kNanosPerSecond;
  char text[8];
  char* p = PutTwo(text, seconds / 3600);
  *p++ = ':';
  p = PutTwo(p, seconds / 60 % 60);
  *p++ = ':';
  PutTwo(p, seconds % 60);
  const bool short_form = !always_seconds && seconds % 60 == 0 && nanos == 0;
  out->append(text, short_form ? 5 : 8);
  if (nanos == 0) return;
  AppendFraction(nanos, nanos % 1'000'000 == 0 ? 3 : nanos % 1000 == 0 ? 6 : 9, out);
}

void SplitTicks(int64_t ticks, int64_t ticks_per_second, int64_t* days, int64_t* nanos_of_day) {
  const int64_t ticks_per_day = ticks_per_second * kSecondsPerDay;
  *days = FloorDiv(ticks, ticks_per_day);
  *nanos_of_day = (ticks - *days * ticks_per_day) * (kNanosPerSecond / ticks_per_second);
}

}  // namespace millrace
