// SPDX-License-Identifier: Apache-2.0
// Expected values were given by Flink 2.3.
#include "support/function_calls.h"

namespace millrace {
namespace {

using Texts = std::vector<std::string>;

TEST(Comparison, Numbers) {
  EXPECT_EQ(CallForTest("=", {{DataType::Int(), "[1, 2, null]"},
                              {DataType::Decimal(3, 1), R"(["1.0", "2.5", "1.0"])"}}),
            (Texts{"true", "false", "null"}));
  // FLOAT beside DOUBLE is compared in the first one's type.
  EXPECT_EQ(CallForTest("=", {{DataType::Float(), "[0.1]"}, {DataType::Double(), "[0.1]"}}),
            (Texts{"true"}));
  EXPECT_EQ(CallForTest("=", {{DataType::Double(), "[0.1]"}, {DataType::Float(), "[0.1]"}}),
            (Texts{"false"}));
  EXPECT_EQ(CallForTest(">", {{DataType::BigInt(), "[9007199254740993]"},
                              {DataType::Double(), "[9007199254740992]"}}),
            (Texts{"false"}));
  EXPECT_EQ(
      CallForTest("<", {{DataType::Decimal(38, 0), R"(["99999999999999999999999999999999999999"])"},
                        {DataType::Decimal(38, 18), R"(["1.500000000000000000"])"}}),
      (Texts{"false"}));
}

TEST(Comparison, LongColumnsPackTheirBits) {
  std::string left = "[";
  std::string right = "[";
  for (int i = 0; i < 1500; ++i) {
    left += (i > 0 ? "," : "") + std::to_string(i);
    right += (i > 0 ? "," : "") + std::to_string(i % 3 == 0 ? i : i + 1);
  }
  const Texts texts =
      CallForTest("=", {{DataType::BigInt(), left + "]"}, {DataType::BigInt(), right + "]"}});
  for (size_t i = 0; i < 1500; ++i) ASSERT_EQ(texts[i], i % 3 == 0 ? "true" : "false") << i;
}

TEST(Comparison, TextAndTimes) {
  EXPECT_EQ(CallForTest("<", {{DataType::String(), R"(["a", "é", "a"])"},
                              {DataType::String(), R"(["B", "z", "a "])"}}),
            (Texts{"false", "false", "true"}));
  EXPECT_EQ(
      CallForTest("=", {{DataType::Date(), "[19723]"}, {DataType::String(), R"(["2024-01-01"])"}}),
      (Texts{"true"}));
  EXPECT_EQ(CallForTest("<", {{DataType::Int(), "[1]"}, {DataType::String(), R"(["2"])"}}),
            (Texts{"true"}));
  EXPECT_EQ(TypeForTest("=", {DataType::Int(), DataType::String()}), "MR0301");
  SessionContext session;
  session.time_zone = "America/New_York";
  EXPECT_EQ(CallForTest(
                "=", {{DataType::TimestampLtz(3), "[0]"}, {DataType::Timestamp(3), "[-18000000]"}},
                {}, session),
            (Texts{"true"}));
}

TEST(Comparison, Nested) {
  const DataType ints = DataType::Array(DataType::Int());
  EXPECT_EQ(CallForTest(
                "=", {{ints, "[[1, null], [1, 2], [1]]"}, {ints, "[[1, null], [1, null], null]"}}),
            (Texts{"true", "false", "null"}));
  const DataType map = DataType::Map(DataType::String(), DataType::Int());
  EXPECT_EQ(
      CallForTest("=", {{map, R"([[["a", 1], ["b", 2]]])"}, {map, R"([[["b", 2], ["a", 1]]])"}}),
      (Texts{"true"}));
  const DataType row = DataType::Row({{"a", DataType::Int()}, {"b", DataType::Int()}});
  const TestColumn left{row, R"([{"a": 1, "b": null}, {"a": 1, "b": null}, {"a": 1, "b": 2}])"};
  const TestColumn right{row, R"([{"a": 1, "b": null}, {"a": 2, "b": null}, {"a": 1, "b": 2}])"};
  EXPECT_EQ(CallForTest("=", {left, right}), (Texts{"null", "false", "true"}));
  EXPECT_EQ(CallForTest("IS DISTINCT FROM", {left, right}), (Texts{"false", "true", "false"}));
  EXPECT_EQ(TypeForTest("<", {row, row}), "MR0301");
}

TEST(Comparison, DistinctFrom) {
  const TestColumn left{DataType::Int(), "[1, null, null, 1]"};
  const TestColumn right{DataType::BigInt(), "[1, 1, null, 2]"};
  EXPECT_EQ(CallForTest("IS DISTINCT FROM", {left, right}),
            (Texts{"false", "true", "false", "true"}));
  EXPECT_EQ(CallForTest("IS NOT DISTINCT FROM", {left, right}),
            (Texts{"true", "false", "true", "false"}));
}

TEST(Comparison, Predicates) {
  const TestColumn booleans{DataType::Boolean(), "[true, false, null]"};
  EXPECT_EQ(CallForTest("IS NULL", {{DataType::Int(), "[1, null]"}}), (Texts{"false", "true"}));
  EXPECT_EQ(CallForTest("IS NOT NULL", {{DataType::Int(), "[1, null]"}}), (Texts{"true", "false"}));
  EXPECT_EQ(CallForTest("IS TRUE", {booleans}), (Texts{"true", "false", "false"}));
  EXPECT_EQ(CallForTest("IS NOT TRUE", {booleans}), (Texts{"false", "true", "true"}));
  EXPECT_EQ(CallForTest("IS FALSE", {booleans}), (Texts{"false", "true", "false"}));
  EXPECT_EQ(CallForTest("IS NOT FALSE", {booleans}), (Texts{"true", "false", "true"}));
  EXPECT_EQ(CallForTest("IS UNKNOWN", {booleans}), (Texts{"false", "false", "true"}));
  EXPECT_EQ(CallForTest("NOT", {booleans}), (Texts{"false", "true", "null"}));
  EXPECT_EQ(TypeForTest("IS TRUE", {DataType::Int()}), "MR0301");
}

}  // namespace
}  // namespace millrace
