// SPDX-License-Identifier: Apache-2.0
// Expected values were given by Flink 2.3.
#include "support/function_calls.h"

namespace millrace {
namespace {

using Texts = std::vector<std::string>;

std::string RoundTo(const std::string& name, const TestColumn& number, int digits) {
  return CallForTest(name, {number, {DataType::Int(), "[" + std::to_string(digits) + "]"}})[0];
}

TEST(Math, AbsAndSign) {
  EXPECT_EQ(CallForTest("ABS", {{DataType::TinyInt(), "[-128, -5, null]"}}),
            (Texts{"-128", "5", "null"}));
  EXPECT_EQ(CallForTest("ABS", {{DataType::Decimal(3, 2), R"(["-1.50"])"}}), (Texts{"1.50"}));
  EXPECT_EQ(CallForTest("ABS", {{DataType::Double(), "[-0.0, -2.5]"}}), (Texts{"0.0", "2.5"}));
  EXPECT_EQ(CallForTest("SIGN", {{DataType::Decimal(3, 2), R"(["-1.50", "0.00", "0.01"])"}}),
            (Texts{"-1.00", "0.00", "1.00"}));
  EXPECT_EQ(CallForTest("SIGN", {{DataType::BigInt(), "[-5, 0, 7]"}}), (Texts{"-1", "0", "1"}));
}

TEST(Math, FloorAndCeil) {
  EXPECT_EQ(CallForTest("CEIL", {{DataType::Decimal(3, 2), R"(["-1.50", "1.10"])"}}),
            (Texts{"-1", "2"}));
  EXPECT_EQ(CallForTest("FLOOR", {{DataType::Decimal(3, 2), R"(["-1.10", "1.90"])"}}),
            (Texts{"-2", "1"}));
  EXPECT_EQ(CallForTest("FLOOR", {{DataType::Double(), "[-2.5]"}}), (Texts{"-3.0"}));
  EXPECT_EQ(TypeForTest("CEIL", {DataType::Decimal(5, 2)}), "DECIMAL(5, 0)");
}

TEST(Math, RoundsHalfAwayFromZeroOnTheDecimalText) {
  const DataType d = DataType::Double();
  EXPECT_EQ(CallForTest("ROUND", {{d, "[2.5, -2.5, 0.49999999999999994, null]"}}),
            (Texts{"3.0", "-3.0", "0.0", "null"}));
  EXPECT_EQ(RoundTo("ROUND", {d, "[1.005]"}, 2), "1.01");
  EXPECT_EQ(RoundTo("ROUND", {d, "[1234.567]"}, -2), "1200.0");
  EXPECT_EQ(RoundTo("ROUND", {d, "[999.99]"}, 1), "1000.0");
  EXPECT_EQ(RoundTo("ROUND", {d, "[1e300]"}, 2), "1.0E300");
  EXPECT_EQ(RoundTo("TRUNCATE", {d, "[0.29]"}, 2), "0.29");
  EXPECT_EQ(RoundTo("TRUNCATE", {d, "[-0.5]"}, 0), "0.0");
  EXPECT_EQ(RoundTo("ROUND", {DataType::Float(), "[1.25]"}, 1), "1.3");
  EXPECT_EQ(RoundTo("ROUND", {DataType::TinyInt(), "[127]"}, -1), "-126");
  EXPECT_EQ(RoundTo("ROUND", {DataType::BigInt(), "[9223372036854775807]"}, -1),
            "-9223372036854775806");
  EXPECT_EQ(RoundTo("TRUNCATE", {DataType::Int(), "[-45]"}, -1), "-40");
  EXPECT_EQ(RoundTo("ROUND", {DataType::Decimal(7, 3), R"(["1234.567"])"}, 2), "1234.570");
}

TEST(Math, RoundTypeFollowsALiteral) {
  CallSite site;
  site.args = {{DataType::Decimal(7, 3), nullptr, false},
               {DataType::Int(), std::make_shared<arrow::Int32Scalar>(2), false}};
  EXPECT_EQ(BuiltinFunctions().Find("ROUND")->resolve(site)->result.ToString(), "DECIMAL(7, 2)");
  site.args[1].literal = std::make_shared<arrow::Int32Scalar>(-2);
  EXPECT_EQ(BuiltinFunctions().Find("TRUNCATE")->resolve(site)->result.ToString(), "DECIMAL(5, 0)");
  EXPECT_EQ(TypeForTest("ROUND", {DataType::Decimal(5, 2)}), "DECIMAL(4, 0)");
}

TEST(Math, GreatestAndLeast) {
  EXPECT_EQ(CallForTest("GREATEST", {{DataType::Int(), "[1, null, 3]"},
                                     {DataType::Decimal(2, 1), R"(["2.5", "1.0", "0.0"])"}}),
            (Texts{"2.5", "null", "3.0"}));
  EXPECT_EQ(CallForTest("LEAST", {{DataType::String(), R"(["b", "a"])"},
                                  {DataType::String(), R"(["B", "é"])"}}),
            (Texts{"B", "a"}));
  EXPECT_EQ(TypeForTest("GREATEST", {DataType::Float(), DataType::Double()}), "DOUBLE");
  EXPECT_EQ(TypeForTest("GREATEST", {DataType::Int(), DataType::String()}), "MR0301");
}

TEST(Math, Logarithms) {
  const DataType i = DataType::Int();
  EXPECT_EQ(CallForTest("LOG", {{i, "[10, 2, 1]"}, {i, "[1000, 8, 5]"}}),
            (Texts{"2.9999999999999996", "3.0", "Infinity"}));
  EXPECT_EQ(CallForTest("LN", {{i, "[0, -1, 1]"}}), (Texts{"-Infinity", "NaN", "0.0"}));
  EXPECT_EQ(CallForTest("LOG2", {{i, "[100]"}}), (Texts{"6.643856189774725"}));
  EXPECT_EQ(CallForTest("BIN", {{i, "[4, 0, -1]"}}), (Texts{"100", "0", std::string(64, '1')}));
}

TEST(Math, RandomNumbersWithASeedAreJavas) {
  EXPECT_EQ(CallForTest("RAND", {{DataType::Int(), "[5]"}}), (Texts{"0.730519863614471"}));
  EXPECT_EQ(CallForTest("RAND_INTEGER", {{DataType::Int(), "[5]"}, {DataType::Int(), "[100]"}}),
            (Texts{"87"}));
  EXPECT_EQ(CallForTest("RAND_INTEGER", {{DataType::Int(), "[0]"}}), (Texts{"ERROR MR0703"}));
}

}  // namespace
}  // namespace millrace
