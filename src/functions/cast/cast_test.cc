// SPDX-License-Identifier: Apache-2.0
// Expected values were given by Flink 2.3, except where a comment says otherwise.
#include <arrow/builder.h>

#include <cstring>

#include "support/function_calls.h"

namespace millrace {
namespace {

using Texts = std::vector<std::string>;

const DataType kDecimal52 = DataType::Decimal(5, 2);

TEST(Cast, NumbersNarrowAsInJava) {
  EXPECT_EQ(CastForTest({DataType::Double(), "[1e20, -1e20, -1.9, null, 300]"}, DataType::Int()),
            (Texts{"2147483647", "-2147483648", "-1", "null", "300"}));
  EXPECT_EQ(CastForTest({DataType::Double(), "[1e20, 70000]"}, DataType::SmallInt()),
            (Texts{"-1", "4464"}));
  EXPECT_EQ(CastForTest({DataType::Int(), "[300, 128]"}, DataType::TinyInt()),
            (Texts{"44", "-128"}));
  EXPECT_EQ(CastForTest({DataType::Decimal(11, 1), R"(["3000000000.5", "-1.9"])"}, DataType::Int()),
            (Texts{"-1294967296", "-1"}));
}

TEST(Cast, DecimalsThatDoNotFitAreNull) {
  EXPECT_EQ(CastForTest({DataType::Double(), "[1.005, 1e10, 1.015]"}, kDecimal52),
            (Texts{"1.01", "null", "1.02"}));
  EXPECT_EQ(CastForTest({DataType::Int(), "[5, 123456]"}, kDecimal52), (Texts{"5.00", "null"}));
  EXPECT_EQ(CastForTest({DataType::Decimal(6, 3), R"(["123.456", "-0.005"])"}, kDecimal52),
            (Texts{"123.46", "-0.01"}));
}

TEST(Cast, TextToNumber) {
  const TestColumn texts{
      DataType::String(),
      R"([" 5 ", "+5", "-5.7", ".5", "1e3", "", "-", "2147483648", "5a", null])"};
  EXPECT_EQ(CastForTest(texts, DataType::Int()),
            (Texts{"5", "5", "-5", "0", "ERROR MR0702", "ERROR MR0702", "ERROR MR0702",
                   "ERROR MR0702", "ERROR MR0702", "null"}));
  EXPECT_EQ(CastForTest(texts, DataType::Int(), true)[4], "null");
  EXPECT_EQ(
      CastForTest({DataType::String(),
                   R"([" 1.5 ", "1e400", "1.5d", "0x1p3", "nan", "NaN", "+Infinity", "1e", ""])"},
                  DataType::Double()),
      (Texts{"1.5", "Infinity", "1.5", "8.0", "ERROR MR0702", "NaN", "Infinity", "ERROR MR0702",
             "ERROR MR0702"}));
  EXPECT_EQ(CastForTest({DataType::String(), R"(["1.005", "1e2", "12345", "x"])"}, kDecimal52),
            (Texts{"1.01", "100.00", "ERROR MR0702", "ERROR MR0702"}));
  EXPECT_EQ(CastForTest({DataType::String(), R"(["TRUE", "y", "0", "on", " true "])"},
                        DataType::Boolean()),
            (Texts{"true", "true", "false", "ERROR MR0702", "ERROR MR0702"}));
}

TEST(Cast, ToText) {
  EXPECT_EQ(CastForTest({DataType::Double(), "[1e7, 0.1]"}, DataType::String()),
            (Texts{"1.0E7", "0.1"}));
  EXPECT_EQ(CastForTest({DataType::Int(), "[-5, 123]"}, DataType::Varchar(2)), (Texts{"-5", "12"}));
  EXPECT_EQ(CastForTest({DataType::Boolean(), "[true, false]"}, DataType::Char(6)),
            (Texts{"TRUE  ", "FALSE "}));
  EXPECT_EQ(CastForTest({DataType::String(), R"(["日本語", "a"])"}, DataType::Char(2)),
            (Texts{"日本", "a "}));
  EXPECT_EQ(CastForTest({DataType::Timestamp(6), "[1704067200500000]"}, DataType::String()),
            (Texts{"2024-01-01 00:00:00.500000"}));
  EXPECT_EQ(CastForTest({DataType::Time(3), "[36000120, 36000000]"}, DataType::String()),
            (Texts{"10:00:00.12", "10:00:00"}));
  EXPECT_EQ(CastForTest({DataType::Decimal(10, 9), R"(["0.000000010"])"}, DataType::String()),
            (Texts{"0.000000010"}));
  EXPECT_EQ(CastForTest({DataType::IntervalYearMonth(), "[14, -14]"}, DataType::String()),
            (Texts{"+1-02", "-1-02"}));
  EXPECT_EQ(CastForTest({DataType::IntervalDayTime(), "[-93784567]"}, DataType::String()),
            (Texts{"-1 02:03:04.567"}));
  EXPECT_EQ(
      CastForTest({DataType::Array(DataType::Boolean()), "[[true, null]]"}, DataType::String()),
      (Texts{"[TRUE, NULL]"}));
  EXPECT_EQ(CastForTest({DataType::Row({{"a", DataType::Int()}, {"b", DataType::String()}}),
                         R"([{"a": 1, "b": "x"}])"},
                        DataType::String()),
            (Texts{"(1, x)"}));
}

TEST(Cast, BytesToTextRepairsUtf8AsJava) {
  arrow::BinaryBuilder builder;
  for (const char* bytes : {"\xFF"
                            "A",
                            "\xE2\x82",
                            "\xE2\x82"
                            "A",
                            "\xC0\xAF", "\xED\xA0\x80"}) {
    ASSERT_TRUE(builder.Append(bytes, static_cast<int32_t>(std::strlen(bytes))).ok());
  }
  const auto column = builder.Finish().ValueOrDie();
  const auto kernel = FindCast(DataType::Bytes(), DataType::String(), false);
  EXPECT_EQ(RunForTest(*kernel, {DataType::Bytes()}, DataType::String(), {arrow::Datum(column)}, 5),
            (Texts{"�A", "�", "�A", "��", "�"}));
}

TEST(Cast, TextToTime) {
  EXPECT_EQ(CastForTest({DataType::String(),
                         R"(["2024-1-1", "2024", " 2024-01-01 ", "2024-01-01 junk", "2024-02-30",
                             "2024-01-01T00:00:00", "20240101"])"},
                        DataType::Date()),
            (Texts{"2024-01-01", "2024-01-01", "2024-01-01", "2024-01-01", "ERROR MR0702",
                   "ERROR MR0702", "ERROR MR0702"}));
  EXPECT_EQ(
      CastForTest({DataType::String(), R"(["10", "1:2:3", "10:00:00.5678", "24:00:00", "10:"])"},
                  DataType::Time(3)),
      (Texts{"10:00", "01:02:03", "10:00:00.567", "ERROR MR0702", "ERROR MR0702"}));
  EXPECT_EQ(CastForTest({DataType::String(),
                         R"(["2024-01-01 10:00:00.1239", "2024-01-01", "2024-01-01 10:00",
                             "2024-01-01T10:00:00", " 2024-01-01", "2024-01-01 24:00:00"])"},
                        DataType::Timestamp(3)),
            (Texts{"2024-01-01T10:00:00.123", "2024-01-01T00:00", "ERROR MR0702", "ERROR MR0702",
                   "ERROR MR0702", "2024-01-02T00:00"}));
  // Ours on purpose: Flink reads the day that does not exist as February 28th.
  EXPECT_EQ(CastForTest({DataType::String(), R"(["2023-02-29 10:00:00"])"}, DataType::Timestamp(3)),
            (Texts{"ERROR MR0702"}));
}

TEST(Cast, TimesGoThroughTheSessionZone) {
  SessionContext session;
  session.time_zone = "America/New_York";
  EXPECT_EQ(CastForTest({DataType::TimestampLtz(3), "[0]"}, DataType::String(), false, session),
            (Texts{"1969-12-31 19:00:00.000"}));
  EXPECT_EQ(CastForTest({DataType::TimestampLtz(3), "[0]"}, DataType::Date(), false, session),
            (Texts{"1969-12-31"}));
  EXPECT_EQ(CastForTest({DataType::String(), R"(["2024-03-10 02:30:00", "2024-11-03 01:30:00"])"},
                        DataType::TimestampLtz(3), false, session),
            (Texts{"2024-03-10T07:30:00Z", "2024-11-03T05:30:00Z"}));
  EXPECT_EQ(CastForTest({DataType::Date(), "[19723]"}, DataType::TimestampLtz(3), false, session),
            (Texts{"2024-01-01T05:00:00Z"}));
}

TEST(Cast, PrecisionIsCutDownwards) {
  EXPECT_EQ(CastForTest({DataType::Timestamp(3), "[1704103200567, -433]"}, DataType::Timestamp(1)),
            (Texts{"2024-01-01T10:00:00.500", "1969-12-31T23:59:59.500"}));
  EXPECT_EQ(CastForTest({DataType::Timestamp(3), "[253402300799999]"}, DataType::Timestamp(9)),
            (Texts{"ERROR MR0704"}));
}

TEST(Cast, NestedValues) {
  const DataType texts = DataType::Array(DataType::String());
  const TestColumn column{texts, R"([["1", "2"], null, ["x"], []])"};
  EXPECT_EQ(CastForTest(column, DataType::Array(DataType::Int())),
            (Texts{"[1, 2]", "null", "ERROR MR0702", "[]"}));
  EXPECT_EQ(CastForTest(column, DataType::Array(DataType::Int()), true),
            (Texts{"[1, 2]", "null", "null", "[]"}));
  EXPECT_EQ(
      CastForTest({DataType::Map(DataType::String(), DataType::String()), R"([[["1", "2"]]])"},
                  DataType::Map(DataType::Int(), DataType::Double())),
      (Texts{"{1=2.0}"}));
  EXPECT_EQ(CastForTest({DataType::Row({{"a", DataType::String()}}), R"([{"a": "1"}, null])"},
                        DataType::Row({{"b", DataType::BigInt()}})),
            (Texts{"+I[1]", "null"}));
}

}  // namespace
}  // namespace millrace
