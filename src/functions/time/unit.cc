// SPDX-License-Identifier: Apache-2.0
#include "functions/time/unit.h"

#include <string>
#include <utility>

namespace millrace {

std::optional<TimeUnit> FindTimeUnit(std::string_view name) {
  static constexpr std::pair<std::string_view, TimeUnit> kUnits[] = {
      {"MILLENNIUM", TimeUnit::kMillennium},
      {"CENTURY", TimeUnit::kCentury},
      {"DECADE", TimeUnit::kDecade},
      {"YEAR", TimeUnit::kYear},
      {"ISOYEAR", TimeUnit::kIsoYear},
      {"QUARTER", TimeUnit::kQuarter},
      {"MONTH", TimeUnit::kMonth},
      {"WEEK", TimeUnit::kWeek},
      {"DAY", TimeUnit::kDay},
      {"DAYOFMONTH", TimeUnit::kDay},
      {"DOY", TimeUnit::kDayOfYear},
      {"DAYOFYEAR", TimeUnit::kDayOfYear},
      {"DOW", TimeUnit::kDayOfWeek},
      {"DAYOFWEEK", TimeUnit::kDayOfWeek},
      {"ISODOW", TimeUnit::kIsoDayOfWeek},
      {"HOUR", TimeUnit::kHour},
      {"MINUTE", TimeUnit::kMinute},
      {"SECOND", TimeUnit::kSecond},
      {"MILLISECOND", TimeUnit::kMillisecond},
      {"MICROSECOND", TimeUnit::kMicrosecond},
      {"FRAC_SECOND", TimeUnit::kMicrosecond},
      {"NANOSECOND", TimeUnit::kNanosecond},
      {"EPOCH", TimeUnit::kEpoch}};
  std::string upper;
  for (const char c : name) upper.push_back(c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c);
  std::string_view wanted = upper;
  if (wanted.starts_with("SQL_TSI_")) wanted.remove_prefix(8);
  for (const auto& [text, unit] : kUnits) {
    if (wanted == text) return unit;
  }
  return std::nullopt;
}

}  // namespace millrace
