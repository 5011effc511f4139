// SPDX-License-Identifier: Apache-2.0
// Expected values were given by Flink 2.3, except where a comment says otherwise.
#include "support/function_calls.h"

namespace millrace {
namespace {

using Texts = std::vector<std::string>;

// 2024-02-29 12:34:56.789 and 1969-12-31 23:59:59.999.
const TestColumn kTimes{DataType::Timestamp(3), "[1709210096789, -1]"};

SessionContext NewYork() {
  SessionContext session;
  session.time_zone = "America/New_York";
  return session;
}

std::string Text(const std::string& name, const std::string& text, const std::string& pattern,
                 const SessionContext& session = {}) {
  std::vector<TestColumn> args = {{DataType::String(), "[\"" + text + "\"]"}};
  if (!pattern.empty()) args.push_back({DataType::String(), "[\"" + pattern + "\"]"});
  return CallForTest(name, args, {}, session)[0];
}

TEST(Time, ExtractsFields) {
  const std::pair<const char*, Texts> cases[] = {{"YEAR", {"2024", "1969"}},
                                                 {"QUARTER", {"1", "4"}},
                                                 {"MONTH", {"2", "12"}},
                                                 {"WEEK", {"9", "1"}},
                                                 {"DAY", {"29", "31"}},
                                                 {"DOW", {"5", "4"}},
                                                 {"ISODOW", {"4", "3"}},
                                                 {"DOY", {"60", "365"}},
                                                 {"HOUR", {"12", "23"}},
                                                 {"MINUTE", {"34", "59"}},
                                                 {"SECOND", {"56", "59"}},
                                                 {"MILLISECOND", {"789", "999"}},
                                                 {"CENTURY", {"21", "20"}},
                                                 {"DECADE", {"202", "196"}},
                                                 {"ISOYEAR", {"2024", "1970"}},
                                                 {"EPOCH", {"1709210096", "-1"}},
                                                 {"MICROSECOND", {"789000", "999000"}}};
  for (const auto& [unit, texts] : cases) {
    EXPECT_EQ(CallForTest("EXTRACT", {kTimes}, {unit}), texts) << unit;
  }
  EXPECT_EQ(CallForTest("DAYOFWEEK", {{DataType::Date(), "[0, 18629]"}}), (Texts{"5", "7"}));
  EXPECT_EQ(CallForTest("EXTRACT", {{DataType::IntervalDayTime(), "[-93784567]"}}, {"HOUR"}),
            (Texts{"-2"}));
  EXPECT_EQ(CallForTest("HOUR", {{DataType::TimestampLtz(3), "[1710054000000]"}}, {}, NewYork()),
            (Texts{"3"}));
  EXPECT_EQ(CallForTest("EXTRACT", {{DataType::Time(0), "[0]"}}, {"DAY"}), (Texts{"MR0301"}));
}

TEST(Time, FloorsAndCeils) {
  const std::pair<const char*, std::pair<std::string, std::string>> cases[] = {
      {"YEAR", {"2024-01-01T00:00", "2025-01-01T00:00"}},
      {"QUARTER", {"2024-01-01T00:00", "2024-04-01T00:00"}},
      {"MONTH", {"2024-02-01T00:00", "2024-03-01T00:00"}},
      {"WEEK", {"2024-02-25T00:00", "2024-03-03T00:00"}},
      {"DAY", {"2024-02-29T00:00", "2024-03-01T00:00"}},
      {"HOUR", {"2024-02-29T12:00", "2024-02-29T13:00"}},
      {"SECOND", {"2024-02-29T12:34:56", "2024-02-29T12:34:57"}},
      {"DECADE", {"2020-01-01T00:00", "2030-01-01T00:00"}},
      {"CENTURY", {"2001-01-01T00:00", "2101-01-01T00:00"}},
      {"MILLENNIUM", {"2001-01-01T00:00", "3001-01-01T00:00"}}};
  for (const auto& [unit, texts] : cases) {
    EXPECT_EQ(CallForTest("FLOOR", {kTimes}, {unit})[0], texts.first) << unit;
    EXPECT_EQ(CallForTest("CEIL", {kTimes}, {unit})[0], texts.second) << unit;
  }
  // The second of two hours from 01:00 to 02:00.
  EXPECT_EQ(
      CallForTest("FLOOR", {{DataType::TimestampLtz(3), "[1730615400000]"}}, {"HOUR"}, NewYork()),
      (Texts{"2024-11-03T06:00:00Z"}));
  // Ours on purpose: the local midnight of a day with a change of the clock.
  EXPECT_EQ(
      CallForTest("FLOOR", {{DataType::TimestampLtz(3), "[1710054000000]"}}, {"DAY"}, NewYork()),
      (Texts{"2024-03-10T05:00:00Z"}));
}

TEST(Time, AddsAndCountsUnits) {
  const TestColumn one{DataType::Int(), "[1]"};
  EXPECT_EQ(CallForTest("TIMESTAMPADD", {one, {DataType::Date(), "[19753]"}}, {"MONTH"}),
            (Texts{"2024-02-29"}));
  EXPECT_EQ(CallForTest("TIMESTAMPADD", {{DataType::Int(), "[25]"}, {DataType::Date(), "[19782]"}},
                        {"HOUR"}),
            (Texts{"2024-03-01T01:00"}));
  const auto difference = [](const char* unit, const char* from, const char* to) {
    return CallForTest("TIMESTAMPDIFF",
                       {{DataType::Timestamp(3), from}, {DataType::Timestamp(3), to}}, {unit})[0];
  };
  // 2024-02-29 12:34:56 to 2025-03-01.
  EXPECT_EQ(difference("MONTH", "[1709210096000]", "[1740787200000]"), "12");
  EXPECT_EQ(difference("MONTH", "[1740787200000]", "[1709210096000]"), "-12");
  EXPECT_EQ(difference("DAY", "[1709210096000]", "[1740787200000]"), "365");
  // 2024-01-31 12:00 to 2024-02-29 11:00 and 12:00.
  EXPECT_EQ(difference("MONTH", "[1706702400000]", "[1709204400000]"), "0");
  EXPECT_EQ(difference("MONTH", "[1706702400000]", "[1709208000000]"), "1");
  EXPECT_EQ(difference("SECOND", "[999]", "[1998]"), "0");
  EXPECT_EQ(
      CallForTest("-", {{DataType::Date(), "[19783]"}, {DataType::Date(), "[19753]"}}, {"DAY"}),
      (Texts{"PT720H"}));
  EXPECT_EQ(
      CallForTest("-", {{DataType::Date(), "[19783]"}, {DataType::Date(), "[19753]"}}, {"MONTH"}),
      (Texts{"P1M"}));
}

TEST(Time, Overlaps) {
  const auto overlaps = [](int a, int b, int c, int d) {
    const auto day = [](int n) {
      return TestColumn{DataType::Date(), "[" + std::to_string(n) + "]"};
    };
    return CallForTest("OVERLAPS", {day(a), day(b), day(c), day(d)})[0];
  };
  EXPECT_EQ(overlaps(1, 4, 4, 20), "true");
  EXPECT_EQ(overlaps(1, 4, 5, 20), "false");
  EXPECT_EQ(overlaps(10, 1, 5, 6), "true");
}

TEST(Time, FormatsByJavaPatterns) {
  const auto format = [](const char* pattern) {
    return CallForTest("DATE_FORMAT",
                       {{DataType::Timestamp(3), "[1707447845067]"},
                        {DataType::String(), "[\"" + std::string(pattern) + "\"]"}})[0];
  };
  const std::pair<const char*, const char*> cases[] = {
      {"yyyy-MM-dd HH:mm:ss.SSS", "2024-02-09 03:04:05.067"},
      {"yy/M/d H:m:s", "24/2/9 3:4:5"},
      {"EEE, d MMM yyyy", "Fri, 9 Feb 2024"},
      {"EEEE MMMM", "Friday February"},
      {"hh:mm a", "03:04 AM"},
      {"DDD", "040"},
      {"w W", "6 2"},
      {"e u Q QQQ QQQQ", "6 2024 1 Q1 1st quarter"},
      {"SSSSSS S", "067000 0"},
      {"G GGGG", "AD Anno Domini"},
      {"k K n A", "3 3 67000000 11045067"},
      {"B", "at night"},
      {"[yyyy]", "2024"},
      {"'T'HH 'o''clock'", "T03 o'clock"},
      {"EEEEE MMMMM", "F F"},
      {"yyyyTHH", "ERROR MR0703"},
      {"HHH", "ERROR MR0703"},
      {"X", "ERROR MR0703"},
      {"HH'", "ERROR MR0703"}};
  for (const auto& [pattern, text] : cases) EXPECT_EQ(format(pattern), text) << pattern;
}

TEST(Time, UnixTimes) {
  EXPECT_EQ(CallForTest("FROM_UNIXTIME", {{DataType::BigInt(), "[0, 1710054000]"}}, {}, NewYork()),
            (Texts{"1969-12-31 19:00:00", "2024-03-10 03:00:00"}));
  EXPECT_EQ(
      CallForTest("FROM_UNIXTIME", {{DataType::Int(), "[0]"},
                                    {DataType::String(), R"(["EEE u MMMM SSS Y w k K h a yy Z X)"
                                                         R"(XX z"])"}})[0],
      "Thu 4 January 000 1970 1 24 0 12 AM 70 +0000 Z UTC");
  EXPECT_EQ(Text("UNIX_TIMESTAMP", "2024-02-29 12:34:56", ""), "1709210096");
  EXPECT_EQ(Text("UNIX_TIMESTAMP", "2024-02-29 12:34:56junk", ""), "1709210096");
  EXPECT_EQ(Text("UNIX_TIMESTAMP", "2024-02-30 00:00:00", ""), "1709251200");
  EXPECT_EQ(Text("UNIX_TIMESTAMP", "junk", ""), "-9223372036854775808");
  EXPECT_EQ(Text("UNIX_TIMESTAMP", "2024-03-10 02:30:00", "", NewYork()), "1710055800");
  EXPECT_EQ(Text("UNIX_TIMESTAMP", "2024-11-03 01:30:00", "", NewYork()), "1730615400");
  EXPECT_EQ(Text("UNIX_TIMESTAMP", "2024-02-29T12:34:56+02:00", "yyyy-MM-dd'T'HH:mm:ssXXX"),
            "1709202896");
}

TEST(Time, ReadsTextByPatterns) {
  const std::pair<const char*, const char*> bad[] = {
      {"29 feb 2024", "dd MMM yyyy"}, {"Fri 29 Feb 2024", "EEE dd MMM yyyy"},
      {"2024-02-29 x", "yyyy-MM-dd"}, {"12024-02-29", "yyyy-MM-dd"},
      {"2024-13-01", "yyyy-MM-dd"},   {"2024-02-29", "nonsense"}};
  for (const auto& [text, pattern] : bad)
    EXPECT_EQ(Text("TO_TIMESTAMP", text, pattern), "null") << text;
  EXPECT_EQ(Text("TO_TIMESTAMP", "29.02.2024 12", "dd.MM.yyyy HH"), "2024-02-29T12:00");
  EXPECT_EQ(Text("TO_TIMESTAMP", "20240229123456", "yyyyMMddHHmmss"), "2024-02-29T12:34:56");
  EXPECT_EQ(Text("TO_TIMESTAMP", "2024-2-9", "yyyy-MM-dd"), "2024-02-09T00:00");
  EXPECT_EQ(Text("TO_TIMESTAMP", "99-02-09", "yy-MM-dd"), "2099-02-09T00:00");
  EXPECT_EQ(Text("TO_TIMESTAMP", "2024-02-29 12:34:56", "yyyy-MM-dd HH:mm:ss[.SSS]"),
            "2024-02-29T12:34:56");
  EXPECT_EQ(Text("TO_TIMESTAMP", "Thu 29 Feb 2024", "EEE dd MMM yyyy"), "2024-02-29T00:00");
  EXPECT_EQ(Text("TO_TIMESTAMP", "2024-060", "yyyy-DDD"), "2024-02-29T00:00");
  EXPECT_EQ(Text("TO_TIMESTAMP", "01:02 PM 2024-01-01", "hh:mm a yyyy-MM-dd"), "2024-01-01T13:02");
  EXPECT_EQ(Text("TO_TIMESTAMP", "12:34", "HH:mm"), "1970-01-01T12:34");
  EXPECT_EQ(Text("TO_TIMESTAMP", "2024-02-29T12:34:56Z", "yyyy-MM-dd'T'HH:mm:ssX"),
            "2024-02-29T12:34:56");
  EXPECT_EQ(Text("TO_TIMESTAMP", "2024-02-29 12:34:56.789123", ""), "2024-02-29T12:34:56.789");
  EXPECT_EQ(Text("TO_TIMESTAMP", "2024-02-29T12:34:56", ""), "null");
  EXPECT_EQ(Text("TO_DATE", "29.02.2024", "dd.MM.yyyy"), "2024-02-29");
  EXPECT_EQ(Text("TO_DATE", "99-02-09", "yy-MM-dd"), "1999-02-09");
  EXPECT_EQ(Text("TO_DATE", "2024-02-29", "nonsense"), "ERROR MR0703");
  // Ours on purpose: Flink answers 2024-03-01 and the year 1705471.
  EXPECT_EQ(Text("TO_DATE", "2024-02-30", "yyyy-MM-dd"), "null");
  EXPECT_EQ(Text("TO_DATE", "junk", "yyyy-MM-dd"), "null");
}

TEST(Time, Instants) {
  const TestColumn number{DataType::BigInt(), "[100, -1, 253402300800000]"};
  EXPECT_EQ(CallForTest("TO_TIMESTAMP_LTZ", {number}),
            (Texts{"1970-01-01T00:00:00.100Z", "1969-12-31T23:59:59.999Z", "null"}));
  EXPECT_EQ(CallForTest("TO_TIMESTAMP_LTZ", {number, {DataType::Int(), "[0, 0, 0]"}}),
            (Texts{"1970-01-01T00:01:40Z", "1969-12-31T23:59:59Z", "null"}));
  EXPECT_EQ(Text("TO_TIMESTAMP_LTZ", "2024-02-29 12:34:56", "", NewYork()), "2024-02-29T12:34:56Z");
  EXPECT_EQ(Text("TO_TIMESTAMP_LTZ", "junk", ""), "ERROR MR0702");
  EXPECT_EQ(CallForTest("TO_TIMESTAMP_LTZ", {{DataType::String(), R"(["2024-11-03 01:30"])"},
                                             {DataType::String(), R"(["yyyy-MM-dd HH:mm"])"},
                                             {DataType::String(), R"(["America/New_York"])"}}),
            (Texts{"2024-11-03T05:30:00Z"}));
}

TEST(Time, ConvertsZones) {
  const auto convert = [](const char* text, const char* from, const char* to) {
    const auto column = [](const char* value) {
      return TestColumn{DataType::String(), "[\"" + std::string(value) + "\"]"};
    };
    return CallForTest("CONVERT_TZ", {column(text), column(from), column(to)})[0];
  };
  EXPECT_EQ(convert("1970-01-01 00:00:00", "UTC", "America/Los_Angeles"), "1969-12-31 16:00:00");
  EXPECT_EQ(convert("2024-11-03 01:30:00", "America/New_York", "UTC"), "2024-11-03 06:30:00");
  EXPECT_EQ(convert("1970-01-01 00:00:00", "UTC", "PST"), "1969-12-31 16:00:00");
  EXPECT_EQ(convert("1970-01-01 00:00:00", "UTC", "Nope"), "1970-01-01 00:00:00");
  EXPECT_EQ(convert("junk", "UTC", "UTC"), "null");
}

TEST(Time, CurrentTimesComeFromTheSession) {
  SessionContext session = NewYork();
  session.now_ms = 1710054000123;
  EXPECT_EQ(CallForTest("CURRENT_TIMESTAMP", {}, {}, session), (Texts{"2024-03-10T07:00:00.123Z"}));
  EXPECT_EQ(CallForTest("LOCALTIMESTAMP", {}, {}, session), (Texts{"2024-03-10T03:00:00.123"}));
  EXPECT_EQ(CallForTest("LOCALTIME", {}, {}, session), (Texts{"03:00"}));
  EXPECT_EQ(CallForTest("CURRENT_DATE", {}, {}, session), (Texts{"2024-03-10"}));
  EXPECT_EQ(CallForTest("UNIX_TIMESTAMP", {}, {}, session), (Texts{"1710054000"}));
}

}  // namespace
}  // namespace millrace
