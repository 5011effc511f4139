// SPDX-License-Identifier: Apache-2.0
// Text -> DATE, TIME, TIMESTAMP as Flink's CAST reads it. nullopt: not such a text.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace millrace {

/// A point in local time or UTC: seconds since 1970-01-01 and 0..999,999,999 nanoseconds.
struct TimePoint {
  int64_t seconds = 0;
  int32_t nanos = 0;
  bool operator==(const TimePoint&) const = default;
};

/// `2024-01-31`, `2024-1-1`, `2024-01`, `2024`; what follows a space is ignored. Days since 1970.
std::optional<int32_t> ParseDateText(std::string_view text);

/// `10:00:00.123`, `10:00`, `10`; at most milliseconds are kept. Milliseconds of the day.
std::optional<int32_t> ParseTimeText(std::string_view text);

/// `2024-01-31[ 10:00:00[.123456789]]`: no `T`, no zone, no time without seconds.
std::optional<TimePoint> ParseTimestampText(std::string_view text);

/// Ticks of the unit, rounded down to `precision` digits; nullopt beyond 64 bits (nanoseconds:
/// 2262).
std::optional<int64_t> TicksOf(TimePoint time, int precision);

}  // namespace millrace
