// SPDX-License-Identifier: Apache-2.0
#include "data/key_codec.h"
#include "support/json_array.h"

#include <arrow/array.h>
#include <arrow/builder.h>
#include <gtest/gtest.h>

#include <cmath>

namespace millrace {
namespace {

struct Case {
  DataType type;
  const char* json;
};

const Case kCases[] = {
    {DataType::Boolean(), "[true, null, false, true]"},
    {DataType::SmallInt(), "[1, -2, null, 1]"},
    {DataType::BigInt(), "[1, -2, 3, 1]"},
    {DataType::Double(), "[1.5, null, -0.0, 1.5]"},
    {DataType::Decimal(20, 3), R"(["1.500", null, "-2.000", "1.500"])"},
    {DataType::String(), R"(["", null, "abc", ""])"},
    {DataType::Timestamp(3), "[1, 2, null, 1]"},
    {DataType::Array(DataType::String()), R"([["a", null], null, [], ["a", null]])"},
    {DataType::Row({{"a", DataType::Int()}, {"b", DataType::String()}}),
     R"([{"a": 1, "b": "x"}, null, {"a": null, "b": "y"}, {"a": 1, "b": "x"}])"}};

TEST(KeyCodec, RoundTripsEveryTypeAndAllTogether) {
  Batch batch;
  batch.num_rows = 4;
  std::vector<int> all;
  std::vector<DataType> types;
  for (const Case& one : kCases) {
    all.push_back(static_cast<int>(types.size()));
    types.push_back(one.type);
    batch.columns.push_back(JsonArray(one.type, one.json));
  }
  std::vector<std::vector<int>> sets = {all};
  for (const int column : all) sets.push_back({column});
  for (const auto& columns : sets) {
    std::vector<DataType> key_types;
    for (const int column : columns) key_types.push_back(types[static_cast<size_t>(column)]);
    const KeyCodec codec(columns, key_types);
    EncodedKeys keys;
    codec.Encode(batch, &keys);
    ASSERT_EQ(keys.size(), 4u);
    EXPECT_EQ(keys.key(0), keys.key(3));
    EXPECT_EQ(keys.hashes[0], keys.hashes[3]);
    EXPECT_NE(keys.key(0), keys.key(1));
    EXPECT_EQ(keys.hashes[2], HashBytes(keys.key(2)));
    const std::vector<std::string_view> views = {keys.key(0), keys.key(1), keys.key(2)};
    const auto decoded = codec.Decode(views);
    ASSERT_TRUE(decoded.has_value());
    for (size_t i = 0; i < columns.size(); ++i) {
      EXPECT_TRUE(
          (*decoded)[i]->Equals(*batch.columns[static_cast<size_t>(columns[i])]->Slice(0, 3)))
          << key_types[i].ToString() << (*decoded)[i]->ToString();
    }
  }
}

TEST(KeyCodec, SameBytesWhateverTheBatch) {
  // The fast path of a column without NULLs writes what the general path writes.
  Batch with_null;
  with_null.num_rows = 2;
  with_null.columns = {JsonArray(DataType::Int(), "[null, 7]")};
  Batch without = with_null.Slice(1, 1);
  const KeyCodec codec({0}, {DataType::Int()});
  EncodedKeys first, second;
  codec.Encode(with_null, &first);
  codec.Encode(without, &second);
  EXPECT_EQ(first.key(1), second.key(0));
}

TEST(KeyCodec, NansAreOneKeyAndZerosTwo) {
  arrow::DoubleBuilder builder;
  ASSERT_TRUE(builder.AppendValues({0.0, -0.0, std::nan("1"), -std::nan("2")}).ok());
  Batch batch;
  batch.num_rows = 4;
  batch.columns = {builder.Finish().ValueOrDie()};
  EncodedKeys keys;
  KeyCodec({0}, {DataType::Double()}).Encode(batch, &keys);
  EXPECT_NE(keys.key(0), keys.key(1));
  EXPECT_EQ(keys.key(2), keys.key(3));
}

TEST(KeyCodec, NestedZerosAreTwoKeysThatKeepTheirSign) {
  const DataType type = DataType::Array(DataType::Double());
  auto values = std::make_shared<arrow::DoubleBuilder>();
  arrow::ListBuilder builder(arrow::default_memory_pool(), values, type.ToArrow());
  for (const double value : {0.0, -0.0}) {
    ASSERT_TRUE(builder.Append().ok());
    ASSERT_TRUE(values->Append(value).ok());
  }
  Batch batch;
  batch.num_rows = 2;
  batch.columns = {builder.Finish().ValueOrDie()};
  const KeyCodec codec({0}, {type});
  EncodedKeys keys;
  codec.Encode(batch, &keys);
  EXPECT_NE(keys.key(0), keys.key(1));
  const std::vector<std::string_view> stored = {keys.key(0), keys.key(1)};
  const auto decoded = codec.Decode(stored);
  ASSERT_TRUE(decoded.has_value());
  const auto& lists = static_cast<const arrow::ListArray&>(*decoded->at(0));
  const auto& numbers = static_cast<const arrow::DoubleArray&>(*lists.values());
  EXPECT_FALSE(std::signbit(numbers.Value(0)));
  EXPECT_TRUE(std::signbit(numbers.Value(1)));
}

TEST(KeyCodec, TruncatedKeysAreRefused) {
  const KeyCodec codec({0}, {DataType::String()});
  const std::vector<std::string_view> bad = {
      std::string_view("\x01\x05"
                       "ab",
                       4)};
  EXPECT_FALSE(codec.Decode(bad).has_value());
}

}  // namespace
}  // namespace millrace
