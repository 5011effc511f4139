// SPDX-License-Identifier: Apache-2.0
// Texts of dates, times and timestamps: the SQL and ISO-8601 forms, read and written as Flink's
// formats do, and read a little more generously where Flink would give up.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace millrace {

/// A point in time as text said it; `offset_seconds` only when it named a zone.
struct ParsedTimestamp {
  int64_t days = 0;
  int64_t nanos_of_day = 0;  // 86,400 s for 24:00:00
  std::optional<int32_t> offset_seconds;
};

/// `yyyy-MM-dd{ |T}HH:mm[:ss[.fffffffff]][Z|+hh[[:]mm]]`. A day beyond a short month's end is its
/// last day (2023-02-29 is the 28th) and 24:00:00 is the next day's start, both as Flink.
std::optional<ParsedTimestamp> ReadTimestampText(std::string_view text);

/// ReadTimestampText for a column: consecutive rows tend to be of one day, whose text is compared
/// and not read again.
class TimestampTextReader {
 public:
  std::optional<ParsedTimestamp> Read(std::string_view text);

 private:
  char date_[11] = {'1', '9', '7', '0', '-', '0', '1', '-', '0', '1', ' '};  // its days: days_
  int64_t days_ = 0;
};

/// Ticks since the epoch in a unit of `ticks_per_second` (1000, 10^6, 10^9), finer digits cut off,
/// the zone's offset taken away. nullopt when the unit cannot hold it.
std::optional<int64_t> TimestampTicks(const ParsedTimestamp& parsed, int64_t ticks_per_second);

/// `yyyy-MM-dd`, days since the epoch; no such day is nullopt.
std::optional<int32_t> ReadDateText(std::string_view text);
/// java.sql.Date.valueOf: one-digit months and days, and the 29th to 31st of a short month roll
/// over.
std::optional<int32_t> ReadLenientDateText(std::string_view text);

/// `HH:mm:ss[.f]` in milliseconds of the day; `seconds_optional` allows `HH:mm`.
std::optional<int32_t> ReadTimeText(std::string_view text, bool seconds_optional);

/// `HH:mm:ss` and, unless zero, a fraction of 1 to 9 digits without trailing zeros.
void AppendTimeOfDayText(int64_t nanos_of_day, std::string* out);
/// java.time.LocalTime.toString: seconds only when not zero, a fraction of 3, 6 or 9 digits.
void AppendIsoTimeText(int64_t nanos_of_day, bool always_seconds, std::string* out);
/// Splits ticks into a date and a time of day.
void SplitTicks(int64_t ticks, int64_t ticks_per_second, int64_t* days, int64_t* nanos_of_day);

}  // namespace millrace
