// SPDX-License-Identifier: Apache-2.0
#include "formats/columns/time_text.h"

#include <algorithm>
#include <bit>
#include <cstring>

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

/// `HH:mm:ss` at `p` in seconds, or nullopt; checks and adds up all eight bytes at once.
std::optional<int64_t> ReadClock(const char* p) {
  static_assert(std::endian::native == std::endian::little);
  uint64_t word = 0;
  std::memcpy(&word, p, sizeof word);
  word ^= 0x30303a30303a3030ull;  // "00:00:00": digits become their values, colons zero
  constexpr uint64_t kToHighBit = 0x76767f76767f7676ull;
  if ((((word + kToHighBit) | word) & 0x8080808080808080ull) != 0) return std::nullopt;
  const auto two = [word](int at) {
    return static_cast<int64_t>((word >> at * 8 & 0xff) * 10 + (word >> (at + 1) * 8 & 0xff));
  };
  const int64_t hour = two(0);
  const int64_t minute = two(3);
  const int64_t second = two(6);
  if (hour > 23 || minute > 59 || second > 59) return std::nullopt;
  return (hour * 60 + minute) * 60 + second;
}

/// What stands behind `yyyy-MM-dd ` in the usual form: an ordinary time and at most a Z.
bool ReadPlainTime(std::string_view text, ParsedTimestamp* parsed) {
  if (text.size() < 8) return false;
  const auto seconds = ReadClock(text.data());
  if (!seconds) return false;
  size_t at = 8;
  int64_t nanos = 0;
  if (at < text.size() && text[at] == '.') {
    constexpr int64_t kUnits[] = {1'000'000'000, 100'000'000, 10'000'000, 1'000'000, 100'000,
                                  10'000,        1000,        100,        10,        1};
    for (++at; at < text.size() && at < 18; ++at) {
      const auto value = static_cast<unsigned char>(text[at] - '0');
      if (value > 9) break;
      nanos = nanos * 10 + value;
    }
    nanos *= kUnits[at - 9];
  }
  parsed->nanos_of_day = *seconds * kNanosPerSecond + nanos;
  if (at < text.size() && text[at] == 'Z') {
    parsed->offset_seconds = 0;
    ++at;
  }
  return at == text.size();
}

/// Days of a usual date, `yyyy-MM-dd` and a blank or T.
std::optional<int64_t> ReadPlainDate(std::string_view text) {
  if (text.size() < 11) return std::nullopt;
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
  const bool shape = text[4] == '-' && text[7] == '-' && (text[10] == ' ' || text[10] == 'T');
  if (!shape || worst > 9 || month < 1 || month > 12 || day < 1 || day > 28) return std::nullopt;
  return DaysFromCivil(year, month, day);
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

std::optional<ParsedTimestamp> TimestampTextReader::Read(std::string_view text) {
  ParsedTimestamp parsed;
  const bool same_day =
      text.size() > sizeof date_ && std::memcmp(text.data(), date_, sizeof date_) == 0;
  if (!same_day) {
    const auto days = ReadPlainDate(text);
    if (!days) return ReadTimestampText(text);
    std::memcpy(date_, text.data(), sizeof date_);
    days_ = *days;
  }
  parsed.days = days_;
  if (!ReadPlainTime(text.substr(sizeof date_), &parsed)) return ReadTimestampText(text);
  return parsed;
}

std::optional<ParsedTimestamp> ReadTimestampText(std::string_view text) {
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
