// SPDX-License-Identifier: Apache-2.0
#include "data/time/calendar.h"

#include <gtest/gtest.h>

#include "data/time/time_zone.h"

namespace millrace {
namespace {

TEST(Calendar, RoundTripsEveryDayOfFourCenturies) {
  CivilDate expected{1900, 1, 1};
  const int64_t first = DaysFromCivil(1900, 1, 1);
  for (int64_t days = first; days < first + 146'097; ++days) {
    ASSERT_EQ(CivilFromDays(days), expected) << days;
    ASSERT_EQ(DaysFromCivil(expected.year, expected.month, expected.day), days);
    if (++expected.day > DaysInMonth(expected.year, expected.month)) {
      expected.day = 1;
      if (++expected.month > 12) expected.month = 1, ++expected.year;
    }
  }
}

TEST(Calendar, WeeksAndMonths) {
  EXPECT_EQ(IsoDayOfWeek(0), 4);  // a Thursday
  EXPECT_EQ(IsoWeekOf(DaysFromCivil(2021, 1, 3)).week, 53);
  EXPECT_EQ(IsoWeekOf(DaysFromCivil(2021, 1, 3)).year, 2020);
  EXPECT_EQ(IsoWeekOf(DaysFromCivil(2024, 12, 30)).week, 1);
  EXPECT_EQ(DayOfYear(DaysFromCivil(2024, 12, 31)), 366);
  EXPECT_EQ(AddMonths(DaysFromCivil(2024, 1, 31), 1), DaysFromCivil(2024, 2, 29));
  EXPECT_EQ(AddMonths(DaysFromCivil(2024, 3, 31), -13), DaysFromCivil(2023, 2, 28));
}

TEST(TimeZone, FindsNamesAndOffsets) {
  EXPECT_TRUE(TimeZone::Find("UTC")->is_utc());
  EXPECT_EQ(TimeZone::Find("+08:00")->OffsetAt(0), 28'800);
  EXPECT_EQ(TimeZone::Find("GMT-3")->OffsetAt(0), -10'800);
  EXPECT_EQ(TimeZone::Find("Asia/Shanghai")->OffsetAt(1'700'000'000), 28'800);
  EXPECT_FALSE(TimeZone::Find("Mars/Olympus").has_value());
  EXPECT_FALSE(TimeZone::Find("../../etc/passwd").has_value());
  EXPECT_FALSE(TimeZone::Find("").has_value());
}

TEST(TimeZone, HoursAroundAChangeAreJavas) {
  const TimeZone berlin = *TimeZone::Find("Europe/Berlin");
  const auto seconds = [](int year, int month, int day, int hour, int minute) {
    return DaysFromCivil(year, month, day) * kSecondsPerDay + hour * 3600 + minute * 60;
  };
  // 02:30 does not exist on 2024-03-31: read as 03:30 summer time = 01:30 UTC.
  EXPECT_EQ(berlin.ToUtc(seconds(2024, 3, 31, 2, 30)), seconds(2024, 3, 31, 1, 30));
  // 02:30 exists twice on 2024-10-27: the first, summer time, = 00:30 UTC.
  EXPECT_EQ(berlin.ToUtc(seconds(2024, 10, 27, 2, 30)), seconds(2024, 10, 27, 0, 30));
  for (int64_t utc = seconds(2024, 1, 1, 0, 0); utc < seconds(2024, 12, 31, 0, 0); utc += 86'400) {
    EXPECT_EQ(berlin.ToUtc(berlin.ToLocal(utc)), utc);
  }
}

}  // namespace
}  // namespace millrace
