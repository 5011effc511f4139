// SPDX-License-Identifier: Apache-2.0
// The expected types were given by Flink 2.3.
#include "functions/coercion.h"

#include <gtest/gtest.h>

#include <array>

namespace millrace {
namespace {

std::string Common(const DataType& left, const DataType& right) {
  const auto type = CommonType(std::array{left, right});
  return type ? type->ToString() : "none";
}

const DataType kMoney = DataType::Decimal(5, 2);

TEST(Coercion, CommonTypes) {
  EXPECT_EQ(Common(DataType::TinyInt(), DataType::BigInt()), "BIGINT");
  EXPECT_EQ(Common(DataType::Int(), kMoney), "DECIMAL(12, 2)");
  EXPECT_EQ(Common(DataType::Decimal(38, 0), DataType::Decimal(38, 18)), "DECIMAL(38, 0)");
  EXPECT_EQ(Common(DataType::Decimal(30, 0), DataType::Decimal(30, 18)), "DECIMAL(38, 8)");
  EXPECT_EQ(Common(DataType::Float(), DataType::Double()), "FLOAT");
  EXPECT_EQ(Common(DataType::Float(), kMoney), "DOUBLE");
  EXPECT_EQ(Common(DataType::BigInt(), DataType::Float()), "FLOAT");
  EXPECT_EQ(Common(DataType::Char(1), DataType::Char(3)), "VARCHAR(3)");
  EXPECT_EQ(Common(DataType::Char(3), DataType::Char(3)), "CHAR(3)");
  EXPECT_EQ(Common(DataType::Timestamp(3), DataType::TimestampLtz(3)), "TIMESTAMP(3)");
  EXPECT_EQ(Common(DataType::Date(), DataType::Timestamp(3)), "none");
  EXPECT_EQ(Common(DataType::Int(), DataType::String()), "none");
  EXPECT_EQ(Common(DataType::Array(DataType::Int().NotNull()).NotNull(),
                   DataType::Array(DataType::BigInt())),
            "ARRAY<BIGINT>");
  EXPECT_EQ(Common(DataType::Null(), DataType::Int().NotNull()), "INT");
}

TEST(Coercion, ImplicitCasts) {
  EXPECT_TRUE(CanImplicitlyCast(DataType::Int(), DataType::Double()));
  EXPECT_TRUE(CanImplicitlyCast(kMoney, DataType::Float()));
  EXPECT_TRUE(CanImplicitlyCast(DataType::Double(), kMoney));
  EXPECT_FALSE(CanImplicitlyCast(DataType::Double(), DataType::Float()));
  EXPECT_FALSE(CanImplicitlyCast(DataType::BigInt(), DataType::Int()));
  EXPECT_FALSE(CanImplicitlyCast(DataType::Int(), DataType::String()));
  EXPECT_TRUE(CanImplicitlyCast(DataType::Timestamp(3), DataType::Date()));
  EXPECT_FALSE(CanImplicitlyCast(DataType::Date(), DataType::Timestamp(3)));
  EXPECT_FALSE(CanImplicitlyCast(DataType::String(), DataType::Char(3)));
  EXPECT_TRUE(
      CanImplicitlyCast(DataType::Array(DataType::Int()), DataType::Array(DataType::Double())));
}

TEST(Coercion, Comparisons) {
  EXPECT_FALSE(ComparisonType(DataType::Int(), DataType::String()).has_value());
  EXPECT_EQ(ComparisonType(DataType::Int(), DataType::String(), false)->ToString(), "INT");
  EXPECT_EQ(ComparisonType(DataType::Date(), DataType::String())->ToString(), "DATE");
  EXPECT_EQ(ComparisonType(DataType::Timestamp(6), DataType::TimestampLtz(3))->ToString(),
            "TIMESTAMP_LTZ(6)");
  EXPECT_FALSE(ComparisonType(DataType::Date(), DataType::Timestamp(3)).has_value());
}

TEST(Coercion, ExplicitCasts) {
  EXPECT_FALSE(CanExplicitlyCast(DataType::Int(), DataType::Timestamp(3)));
  EXPECT_FALSE(CanExplicitlyCast(DataType::Date(), DataType::Time()));
  EXPECT_TRUE(CanExplicitlyCast(DataType::Time(), DataType::Timestamp(3)));
  EXPECT_TRUE(CanExplicitlyCast(DataType::Array(DataType::Int()), DataType::String()));
  EXPECT_FALSE(CanExplicitlyCast(DataType::Row({{"a", DataType::Int()}, {"b", DataType::Int()}}),
                                 DataType::Row({{"a", DataType::Int()}})));
  EXPECT_EQ(FindCast(DataType::Int(), DataType::Timestamp(3), false).error().code, "MR0304");
}

}  // namespace
}  // namespace millrace
