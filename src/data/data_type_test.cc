// SPDX-License-Identifier: Apache-2.0
#include "data/data_type.h"

#include <arrow/type.h>
#include <gtest/gtest.h>

#include "data/change_kind.h"
#include "data/schema.h"

namespace millrace {
namespace {

TEST(DataType, PrintsAsFlink) {
  EXPECT_EQ(DataType::Decimal(10, 2).NotNull().ToString(), "DECIMAL(10, 2) NOT NULL");
  EXPECT_EQ(DataType::String().ToString(), "STRING");
  EXPECT_EQ(DataType::Varchar(5).ToString(), "VARCHAR(5)");
  EXPECT_EQ(DataType::Bytes().ToString(), "BYTES");
  EXPECT_EQ(DataType::Array(DataType::Int().NotNull()).ToString(), "ARRAY<INT NOT NULL>");
  EXPECT_EQ(DataType::Map(DataType::String(), DataType::Double()).ToString(),
            "MAP<STRING, DOUBLE>");
  EXPECT_EQ(DataType::Row({{"a", DataType::Int()}, {"b`c", DataType::String()}}).ToString(),
            "ROW<`a` INT, `b``c` STRING>");
}

TEST(DataType, EqualityIgnoresOnlyTheTimeAttribute) {
  const DataType plain = DataType::Timestamp(3);
  EXPECT_EQ(plain, plain.WithTimeAttribute(TimeAttribute::kRowtime));
  EXPECT_NE(plain, plain.NotNull());
  EXPECT_TRUE(plain.EqualIgnoringNull(plain.NotNull()));
  EXPECT_NE(DataType::Array(plain), DataType::Array(plain.NotNull()));
  EXPECT_NE(DataType::Timestamp(3), DataType::Timestamp(6));
}

TEST(DataType, ArrowMapping) {
  EXPECT_EQ(DataType::Timestamp(3).ToArrow()->ToString(), "timestamp[ms]");
  EXPECT_EQ(DataType::TimestampLtz(6).ToArrow()->ToString(), "timestamp[us, tz=UTC]");
  EXPECT_EQ(DataType::Timestamp(9).ToArrow()->ToString(), "timestamp[ns]");
  EXPECT_EQ(DataType::Decimal(38, 38).ToArrow()->ToString(), "decimal128(38, 38)");
  EXPECT_EQ(DataType::Time().ToArrow()->ToString(), "time32[ms]");
  EXPECT_EQ(DataType::Row({{"a", DataType::Int()}}).ToArrow()->ToString(), "struct<a: int32>");
}

TEST(Schema, FindsAndPrints) {
  const Schema schema({{"id", DataType::BigInt().NotNull()},
                       {"ts", DataType::Timestamp(3).WithTimeAttribute(TimeAttribute::kRowtime)}});
  EXPECT_EQ(schema.Find("ts"), 1u);
  EXPECT_FALSE(schema.Find("TS").has_value());
  EXPECT_EQ(schema.ToString(), "(id BIGINT NOT NULL, ts TIMESTAMP(3) *ROWTIME*)");
}

TEST(ChangelogMode, PrintsAsFlink) {
  EXPECT_EQ(ChangelogMode::All().ToString(), "I,UB,UA,D");
  EXPECT_EQ(ChangelogMode::Upsert().ToString(), "I,UA,D");
  EXPECT_TRUE(ChangelogMode::InsertOnly().insert_only());
}

}  // namespace
}  // namespace millrace
