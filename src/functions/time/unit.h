// SPDX-License-Identifier: Apache-2.0
// The units of EXTRACT, FLOOR .. TO, TIMESTAMPADD and TIMESTAMPDIFF.
#pragma once

#include <optional>
#include <string_view>

namespace millrace {

enum class TimeUnit {
  kMillennium,
  kCentury,
  kDecade,
  kYear,
  kIsoYear,
  kQuarter,
  kMonth,
  kWeek,
  kDay,
  kDayOfYear,
  kDayOfWeek,     // Sunday = 1
  kIsoDayOfWeek,  // Monday = 1
  kHour,
  kMinute,
  kSecond,
  kMillisecond,
  kMicrosecond,
  kNanosecond,
  kEpoch,
};

/// `YEAR`, `SQL_TSI_YEAR`, `DOW`, ... in any case; nullopt if it is no unit.
std::optional<TimeUnit> FindTimeUnit(std::string_view name);

}  // namespace millrace
