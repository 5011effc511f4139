// SPDX-License-Identifier: Apache-2.0
// Expected types and values were given by Flink 2.3.
#include "support/function_calls.h"

namespace millrace {
namespace {

using Texts = std::vector<std::string>;

TEST(Arithmetic, Types) {
  const DataType d52 = DataType::Decimal(5, 2);
  const DataType d3818 = DataType::Decimal(38, 18);
  EXPECT_EQ(TypeForTest("+", {DataType::TinyInt(), DataType::Int()}), "INT");
  EXPECT_EQ(TypeForTest("+", {DataType::Int().NotNull(), d52.NotNull()}),
            "DECIMAL(13, 2) NOT NULL");
  EXPECT_EQ(TypeForTest("+", {DataType::TinyInt(), d3818}), "DECIMAL(38, 17)");
  EXPECT_EQ(TypeForTest("*", {d52, d52}), "DECIMAL(11, 4)");
  EXPECT_EQ(TypeForTest("*", {d3818, DataType::BigInt()}), "DECIMAL(38, 6)");
  EXPECT_EQ(TypeForTest("/", {d52, DataType::Int()}), "DECIMAL(16, 13)");
  EXPECT_EQ(TypeForTest("%", {DataType::BigInt(), DataType::SmallInt()}), "SMALLINT");
  EXPECT_EQ(TypeForTest("%", {d3818, DataType::Int()}), "DECIMAL(28, 18)");
  EXPECT_EQ(TypeForTest("+", {DataType::Float(), DataType::Double()}), "FLOAT");
  EXPECT_EQ(TypeForTest("+", {DataType::Double(), DataType::Float()}), "DOUBLE");
  EXPECT_EQ(TypeForTest("+", {d52, DataType::Float()}), "DOUBLE");
  EXPECT_EQ(TypeForTest("%", {DataType::Double(), DataType::Int()}), "MR0301");
  EXPECT_EQ(TypeForTest("+", {DataType::Int(), DataType::String()}), "MR0301");
  EXPECT_EQ(TypeForTest("-", {DataType::Timestamp(3), DataType::IntervalDayTime()}),
            "TIMESTAMP(3)");
  EXPECT_EQ(TypeForTest("-", {DataType::IntervalDayTime(), DataType::Date()}), "MR0301");
}

TEST(Arithmetic, IntegersWrapAndDivideTowardsZero) {
  const DataType i = DataType::Int();
  EXPECT_EQ(CallForTest("+", {{i, "[2147483647, null, 1]"}, {i, "[1, 1, 2]"}}),
            (Texts{"-2147483648", "null", "3"}));
  EXPECT_EQ(CallForTest("*", {{DataType::TinyInt(), "[-128]"}, {DataType::TinyInt(), "[-1]"}}),
            (Texts{"-128"}));
  EXPECT_EQ(CallForTest("/", {{i, "[-2147483648, -7, 5, 0]"}, {i, "[-1, 2, 0, null]"}}),
            (Texts{"-2147483648", "-3", "ERROR MR0701", "null"}));
  EXPECT_EQ(CallForTest("%", {{i, "[-5, 5, -2147483648]"}, {i, "[3, -3, -1]"}}),
            (Texts{"-2", "2", "0"}));
  EXPECT_EQ(CallForTest("-", {{DataType::BigInt(), "[-9223372036854775808, 5]"}}),
            (Texts{"-9223372036854775808", "-5"}));
}

TEST(Arithmetic, DoublesDivideByZero) {
  EXPECT_EQ(
      CallForTest("/", {{DataType::Double(), "[1, -1, 0]"}, {DataType::Double(), "[0, 0, 0]"}}),
      (Texts{"Infinity", "-Infinity", "NaN"}));
}

TEST(Arithmetic, Decimals) {
  const DataType d380 = DataType::Decimal(38, 0);
  const DataType d3810 = DataType::Decimal(38, 10);
  EXPECT_EQ(CallForTest("/", {{DataType::Decimal(2, 1), R"(["7.0", "-2.0"])"},
                              {DataType::Int(), "[2, 3]"}}),
            (Texts{"3.500000000000", "-0.666666666667"}));
  EXPECT_EQ(CallForTest("+", {{d380, R"(["99999999999999999999999999999999999999"])"},
                              {DataType::Int(), "[1]"}}),
            (Texts{"null"}));
  EXPECT_EQ(CallForTest(
                "*", {{d3810, R"(["1234567890.0123456789", "12345678901234567890.0000000000"])"},
                      {d3810, R"(["1234567890.0123456789", "12345678901234567890.0000000000"])"}}),
            (Texts{"1524157875049535257.500533", "null"}));
  EXPECT_EQ(CallForTest(
                "/", {{DataType::Decimal(38, 9), R"(["99999999999999999999999999999.999999999"])"},
                      {DataType::Decimal(38, 6), R"(["3.000000"])"}}),
            (Texts{"33333333333333333333333333333.333333"}));
  EXPECT_EQ(CallForTest("%", {{DataType::Decimal(2, 1), R"(["-5.5", "5.5"])"},
                              {DataType::Int(), "[3, 0]"}}),
            (Texts{"-2.5", "ERROR MR0701"}));
}

TEST(Arithmetic, TimesAndIntervals) {
  const DataType months = DataType::IntervalYearMonth();
  const DataType milliseconds = DataType::IntervalDayTime();
  EXPECT_EQ(CallForTest("+", {{DataType::Timestamp(3), "[1706659200123]"}, {months, "[1]"}}),
            (Texts{"2024-02-29T00:00:00.123"}));
  EXPECT_EQ(CallForTest("-", {{DataType::Timestamp(3), "[0]"}, {milliseconds, "[1000]"}}),
            (Texts{"1969-12-31T23:59:59"}));
  EXPECT_EQ(CallForTest("+", {{DataType::Date(), "[19723, 19723]"},
                              {milliseconds, "[90000000, 82800000]"}}),
            (Texts{"2024-01-02", "2024-01-01"}));
  EXPECT_EQ(CallForTest("-", {{DataType::Time(0), "[36000000]"}, {milliseconds, "[54000000]"}}),
            (Texts{"19:00"}));
  EXPECT_EQ(CallForTest("*", {{milliseconds, "[86400000]"}, {DataType::Int(), "[3]"}}),
            (Texts{"PT72H"}));
  EXPECT_EQ(CallForTest("-", {{milliseconds, "[86400000]"}, {milliseconds, "[172800000]"}}),
            (Texts{"PT-24H"}));
  EXPECT_EQ(
      CallForTest("+", {{DataType::Timestamp(9), "[9223372036854775807]"}, {milliseconds, "[1]"}}),
      (Texts{"ERROR MR0704"}));
}

TEST(Arithmetic, ScalarArguments) {
  const auto call = BuiltinFunctions().Find("/")->resolve(
      {{{DataType::Int(), nullptr, false}, {DataType::Int(), nullptr, false}}, {}, {}, nullptr});
  ASSERT_TRUE(call.has_value());
  const DataType i = DataType::Int();
  EXPECT_EQ(RunForTest(call->kernel, {i, i}, i, {arrow::Datum(7), arrow::Datum(2)}, 3),
            (Texts{"3", "3", "3"}));
  EXPECT_EQ(RunForTest(call->kernel, {i, i}, i, {ColumnForTest({i, "[7, 8]"}), arrow::Datum(2)}, 2),
            (Texts{"3", "4"}));
  // A scalar that fails, fails for every row.
  RowErrors errors;
  std::unique_ptr<KernelState> state;
  const SessionContext session;
  const std::vector<DataType> types = {i, i};
  KernelContext ctx{session, types, i, &errors, &state};
  ASSERT_TRUE(call->kernel(ctx, {arrow::Datum(7), arrow::Datum(0)}, 3).has_value());
  EXPECT_EQ(errors.entries().size(), 3u);
}

}  // namespace
}  // namespace millrace
