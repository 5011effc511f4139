// SPDX-License-Identifier: Apache-2.0
// Expected texts are what Flink's PRINTF gave on the same values.
#include "functions/string/java_format.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

FormatValue Int(int64_t value, int bits = 32) {
  return {.kind = FormatValue::Kind::kInteger,
          .integer = value,
          .bits = bits,
          .text = std::to_string(value)};
}
FormatValue Real(double value) { return {.kind = FormatValue::Kind::kDouble, .number = value}; }
FormatValue Words(std::string text) {
  return {.kind = FormatValue::Kind::kText, .text = std::move(text)};
}

std::string Format(std::string_view format, const std::vector<FormatValue>& values) {
  std::string out;
  return FormatLikeJava(format, values, &out) ? out : "refused";
}

TEST(JavaFormatTest, IntegersTakeFlagsAndWidths) {
  EXPECT_EQ(Format("%5d|%-5s|%05d|%x", {Int(1), Words("a"), Int(42), Int(255)}),
            "    1|a    |00042|ff");
  EXPECT_EQ(Format("%+d % d %(d %o %X", {Int(5), Int(5), Int(-5), Int(8), Int(255)}),
            "+5  5 (5) 10 FF");
  EXPECT_EQ(Format("%x %x", {Int(-1), Int(-1, 8)}), "ffffffff ff");
  EXPECT_EQ(Format("%,d", {Int(1234567)}), "1,234,567");
  EXPECT_EQ(Format("%#x %#o", {Int(255), Int(8)}), "0xff 010");
  EXPECT_EQ(Format("%c", {Int(65)}), "A");
}

TEST(JavaFormatTest, FloatingPointRoundsTheShortestDigitsHalfUp) {
  EXPECT_EQ(Format("%.2f %e", {Real(1.5), Real(12345.678)}), "1.50 1.234568e+04");
  EXPECT_EQ(Format("%.0f %.0f %.2f", {Real(2.5), Real(3.5), Real(1.005)}), "3 4 1.01");
  EXPECT_EQ(Format("%08.3f|%10.2e|%g", {Real(3.14159), Real(12345.678), Real(0.0001234)}),
            "0003.142|  1.23e+04|0.000123400");
  EXPECT_EQ(Format("%,.2f", {Real(1234567.891)}), "1,234,567.89");
  EXPECT_EQ(Format("%.1f %.0f", {Real(0.96), Real(9.5)}), "1.0 10");
  EXPECT_EQ(Format("%f %e", {Real(0), Real(0)}), "0.000000 0.000000e+00");
}

TEST(JavaFormatTest, ArgumentsAreTakenByIndexOrAgain) {
  EXPECT_EQ(Format("%2$s %1$s", {Words("a"), Words("b")}), "b a");
  EXPECT_EQ(Format("%s %<s %s", {Words("abc"), Words("d")}), "abc abc d");
  EXPECT_EQ(Format("%.2s|%5s", {Words("abc"), Words("ab")}), "ab|   ab");
  EXPECT_EQ(Format("%S %b %s", {Words("abß"), FormatValue(), FormatValue()}), "ABSS false null");
  EXPECT_EQ(Format("%n%%%5%", {}), "\n%    %");
}

TEST(JavaFormatTest, WhatJavaRefusesIsRefused) {
  for (const char* format : {"%", "%q", "%d", "%s %s", "%<s", "%f", "%-s", "%05s", "%tY", "%c"}) {
    EXPECT_EQ(Format(format, {Words("a")}), "refused") << format;
  }
  EXPECT_EQ(Format("%f", {Int(5)}), "refused");
  EXPECT_EQ(Format("%99999999s", {Words("a")}), "refused");
}

}  // namespace
}  // namespace millrace
