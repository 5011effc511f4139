// SPDX-License-Identifier: Apache-2.0
// Expected texts were printed by Flink 2.3 (print connector).
#include "data/value_text.h"

#include <gtest/gtest.h>

#include <limits>

#include "data/decimal.h"

namespace millrace {
namespace {

template <typename Append, typename... Args>
std::string Text(Append append, Args... args) {
  std::string out;
  append(args..., &out);
  return out;
}

TEST(ValueText, Doubles) {
  const std::pair<double, const char*> cases[] = {
      {1e7, "1.0E7"},   {1e-3, "0.001"}, {1e-4, "1.0E-4"},       {123456789.123, "1.23456789123E8"},
      {1e22, "1.0E22"}, {0.1, "0.1"},    {4.9e-324, "4.9E-324"}, {9999999.0, "9999999.0"},
      {-2.5, "-2.5"},   {0.0, "0.0"},    {-0.0, "-0.0"},         {123.456, "123.456"}};
  for (const auto& [value, text] : cases) EXPECT_EQ(Text(AppendDouble, value), text);
  EXPECT_EQ(Text(AppendDouble, std::numeric_limits<double>::quiet_NaN()), "NaN");
  EXPECT_EQ(Text(AppendDouble, -std::numeric_limits<double>::infinity()), "-Infinity");
  EXPECT_EQ(Text(AppendFloat, 0.1F), "0.1");
  EXPECT_EQ(Text(AppendFloat, 1e10F), "1.0E10");
}

TEST(ValueText, Decimals) {
  EXPECT_EQ(Text(AppendDecimal, Int128{150}, 2), "1.50");
  EXPECT_EQ(Text(AppendDecimal, Int128{-5}, 2), "-0.05");
  EXPECT_EQ(Text(AppendDecimal, Int128{0}, 18), "0E-18");
  EXPECT_EQ(Text(AppendDecimal, Int128{12}, 9), "1.2E-8");
  EXPECT_EQ(Text(AppendDecimalPlain, Int128{12}, 9), "0.000000012");
}

TEST(ValueText, Times) {
  EXPECT_EQ(Text(AppendDate, int64_t{19723}), "2024-01-01");
  EXPECT_EQ(Text(AppendDate, int64_t{-719162}), "0001-01-01");
  EXPECT_EQ(Text(AppendTime, int64_t{36'000'000}), "10:00");
  EXPECT_EQ(Text(AppendTime, int64_t{36'000'123}), "10:00:00.123");
  EXPECT_EQ(Text(AppendTimestamp, int64_t{1704067200000}, int64_t{1000}), "2024-01-01T00:00");
  EXPECT_EQ(Text(AppendTimestamp, int64_t{1704067200000001}, int64_t{1000000}),
            "2024-01-01T00:00:00.000001");
  EXPECT_EQ(Text(AppendInstant, int64_t{-1}, int64_t{1000}), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(Text(AppendInstant, int64_t{0}, int64_t{1000}), "1970-01-01T00:00:00Z");
  EXPECT_EQ(Text(AppendDuration, int64_t{93784500}), "PT26H3M4.5S");
  EXPECT_EQ(Text(AppendDuration, int64_t{-500}), "PT-0.5S");
  EXPECT_EQ(Text(AppendPeriod, int64_t{14}), "P14M");
}

TEST(Decimal, ParsesAndRounds) {
  EXPECT_EQ(ParseDecimal("1.005", 10, 2), Int128{101});
  EXPECT_EQ(ParseDecimal("-1.5e2", 10, 1), Int128{-1500});
  EXPECT_EQ(ParseDecimal("0.0000001", 10, 2), Int128{0});
  EXPECT_EQ(ParseDecimal(".5", 10, 0), Int128{1});
  bool valid = false;
  EXPECT_FALSE(ParseDecimal("12345", 4, 0, &valid).has_value());
  EXPECT_TRUE(valid);
  EXPECT_FALSE(ParseDecimal("1.2.3", 4, 0, &valid).has_value());
  EXPECT_FALSE(valid);
  EXPECT_FALSE(RescaleDecimal(Int128{999}, 1, 2, 0).has_value());
  EXPECT_EQ(RescaleDecimal(Int128{-25}, 1, 5, 0), Int128{-3});
  EXPECT_EQ(DecimalFromDouble(0.1, 38, 18), PowerOfTen(17));
  EXPECT_EQ(DecimalToDouble(Int128{12345}, 2), 123.45);
}

}  // namespace
}  // namespace millrace
