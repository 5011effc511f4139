// SPDX-License-Identifier: Apache-2.0
#include "data/batch.h"

#include <arrow/api.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

#include "base/check.h"
#include "data/event_time.h"
#include "data/row_format.h"
#include "data/take.h"
#include "support/json_array.h"

namespace millrace {
namespace {

Batch MakeBatch() {
  Batch batch;
  batch.num_rows = 4;
  batch.columns = {JsonArray(DataType::Int(), "[1, null, 3, 4]"),
                   JsonArray(DataType::String(), R"(["a", "bc", null, ""])")};
  batch.kinds = std::make_shared<const std::vector<ChangeKind>>(std::vector{
      ChangeKind::kInsert, ChangeKind::kDelete, ChangeKind::kInsert, ChangeKind::kUpdateAfter});
  return batch;
}

const Schema kSchema({{"i", DataType::Int()}, {"s", DataType::String()}});

TEST(Batch, SliceKeepsSideColumns) {
  const Batch slice = MakeBatch().Slice(1, 2);
  EXPECT_EQ(FormatRow(kSchema, slice, 0), "-D[null, bc]");
  EXPECT_EQ(FormatRow(kSchema, slice, 1), "+I[3, null]");
}

TEST(Batch, TakeReorders) {
  const std::vector<int32_t> rows = {1, 0, 0};
  const Batch taken = MakeBatch().Slice(1, 3).Take(rows);
  EXPECT_EQ(FormatRow(kSchema, taken, 0), "+I[3, null]");
  EXPECT_EQ(FormatRow(kSchema, taken, 2), "-D[null, bc]");
}

TEST(Batch, ConcatenateMaterialisesWhatDiffers) {
  Batch left = MakeBatch().Slice(0, 1);
  left.kinds = nullptr;
  left.watermark = 5;
  Batch right = MakeBatch().Slice(1, 1);
  right.watermark = 7;
  const std::vector<Batch> both = {left, right};
  const Batch joined = Concatenate(both);
  EXPECT_EQ(joined.num_rows, 2);
  EXPECT_EQ(joined.watermark_before(0), 5);
  EXPECT_EQ(joined.watermark_before(1), 7);
  EXPECT_EQ(joined.arrivals, nullptr);
  EXPECT_EQ(FormatRow(kSchema, joined, 1), "-D[null, bc]");
}

TEST(Batch, ConcatenatedRowsKeepTheirOrigin) {
  struct SomeOrigins final : RowOrigins {
    RecordOrigin Of(int32_t) const override { return {}; }
  };
  const Batch made = MakeBatch().Slice(0, 2);  // by a timer
  Batch read = MakeBatch().Slice(1, 2);
  read.origins = std::make_shared<SomeOrigins>();
  const Batch joined = Concatenate(std::vector<Batch>{made, read, made});
  EXPECT_EQ(joined.origins, read.origins);
  for (int64_t row : {0, 1, 4, 5}) EXPECT_EQ(joined.origin_row(row), -1);
  EXPECT_EQ(joined.origin_row(2), 1);
  EXPECT_EQ(joined.Slice(3, 1).origin_row(0), 2);

  Batch other = read;
  other.origins = std::make_shared<SomeOrigins>();
  EXPECT_EQ(Concatenate(std::vector<Batch>{made, read, other}).origins, nullptr);
  EXPECT_EQ(Concatenate(std::vector<Batch>{made, made}).origins, nullptr);
}

TEST(TakeRows, AllShapesWithOffsetsAndMissingRows) {
  const DataType row = DataType::Row({{"a", DataType::Int()}, {"b", DataType::String()}});
  const std::pair<DataType, const char*> cases[] = {
      {DataType::Boolean(), "[true, null, false, true]"},
      {DataType::TinyInt(), "[1, 2, null, 4]"},
      {DataType::Double(), "[1.5, null, 2.5, 3]"},
      {DataType::Decimal(10, 2), R"(["1.50", null, "2.25", "-3.00"])"},
      {DataType::Array(DataType::String()), R"([["a"], null, ["b", null], []])"},
      {DataType::Map(DataType::String(), DataType::Int()), R"([[["k", 1]], null, [], [["z", 2]]])"},
      {row, R"([{"a": 1, "b": "x"}, null, {"a": null, "b": "y"}, {"a": 4, "b": null}])"}};
  for (const auto& [type, json] : cases) {
    const auto whole = JsonArray(type, json);
    const auto column = whole->Slice(1, 3);
    const std::vector<int32_t> rows = {2, -1, 0, 1, 1};
    const auto taken = TakeRows(*column, rows);
    ASSERT_TRUE(taken->ValidateFull().ok()) << type.ToString();
    ASSERT_EQ(taken->length(), 5);
    EXPECT_TRUE(taken->IsNull(1));
    for (const size_t i : {0, 2, 3, 4}) {
      EXPECT_TRUE(taken->RangeEquals(*column, static_cast<int64_t>(i), static_cast<int64_t>(i) + 1,
                                     rows[i]))
          << type.ToString() << " row " << i;
    }
  }
}

TEST(RowFormat, NestedValues) {
  const DataType row = DataType::Row({{"a", DataType::Int()}, {"b", DataType::Bytes()}});
  const Schema schema({{"r", row},
                       {"m", DataType::Map(DataType::String(), DataType::Array(DataType::Int()))},
                       {"t", DataType::Timestamp(3)}});
  Batch batch;
  batch.num_rows = 1;
  batch.columns = {JsonArray(row, R"([{"a": 1, "b": "AZ"}])"),
                   JsonArray(schema[1].type, R"([[["k", [1, null]]]])"),
                   JsonArray(schema[2].type, "[1704067200500]")};
  EXPECT_EQ(FormatRow(schema, batch, 0),
            "+I[+I[1, [65, 90]], {k=[1, null]}, 2024-01-01T00:00:00.500]");
}

TEST(EventTimeReader, RoundsDown) {
  const auto micros = JsonArray(DataType::Timestamp(6), "[1999, -1, null]");
  const EventTimeReader reader(*micros);
  EXPECT_EQ(reader[0], 1);
  EXPECT_EQ(reader[1], -1);
  EXPECT_FALSE(reader[2].has_value());
}

/// Every seventh value is NULL.
template <typename Builder, typename Value>
std::shared_ptr<arrow::Array> ColumnWithNulls(Builder builder, std::span<const int64_t> numbers,
                                              Value value) {
  for (const int64_t number : numbers) {
    CHECK((number % 7 == 0 ? builder.AppendNull() : builder.Append(value(number))).ok());
  }
  return *builder.Finish();
}

std::vector<std::shared_ptr<arrow::Array>> ColumnsOf(std::span<const int64_t> numbers) {
  const auto decimals = arrow::decimal128(20, 2);
  return {ColumnWithNulls(arrow::BooleanBuilder(), numbers, [](int64_t n) { return n % 2 == 0; }),
          ColumnWithNulls(arrow::Int8Builder(), numbers,
                          [](int64_t n) { return static_cast<int8_t>(n); }),
          ColumnWithNulls(arrow::Int16Builder(), numbers,
                          [](int64_t n) { return static_cast<int16_t>(n); }),
          ColumnWithNulls(arrow::Int32Builder(), numbers,
                          [](int64_t n) { return static_cast<int32_t>(n); }),
          ColumnWithNulls(arrow::Int64Builder(), numbers, [](int64_t n) { return n; }),
          ColumnWithNulls(arrow::Decimal128Builder(decimals), numbers,
                          [](int64_t n) { return arrow::Decimal128(n); }),
          ColumnWithNulls(arrow::StringBuilder(), numbers,
                          [](int64_t n) { return std::to_string(n); })};
}

constexpr int64_t kMissing = 7;  // NULL in every column

/// Rows go to random places, each at most once; the pieces are sliced, so values have an offset.
TEST(Batch, MergedRowsComeEachFromItsPiece) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 200; ++round) {
    const auto rows = static_cast<int64_t>(random() % 50);
    std::vector<int32_t> places(static_cast<size_t>(rows));
    std::iota(places.begin(), places.end(), 0);
    std::ranges::shuffle(places, random);
    if (round % 2 == 0) places.resize(random() % (places.size() + 1));
    std::vector<int64_t> expected(static_cast<size_t>(rows), kMissing);
    std::vector<std::vector<RowPiece>> pieces(ColumnsOf({}).size());
    size_t next = 0;
    for (int piece = 0; piece < 3; ++piece) {
      std::vector<int64_t> numbers(1 + random() % 20);
      for (int64_t& number : numbers) number = static_cast<int64_t>(random() % 1'000'000);
      std::vector<int32_t> from;
      std::vector<int32_t> to;
      const size_t end = piece == 2 ? places.size() : next + random() % (places.size() - next + 1);
      for (; next < end; ++next) {
        from.push_back(static_cast<int32_t>(random() % numbers.size()));
        to.push_back(places[next]);
        expected[static_cast<size_t>(to.back())] = numbers[static_cast<size_t>(from.back())];
      }
      numbers.insert(numbers.begin(), 3, 1);
      const auto columns = ColumnsOf(numbers);
      for (size_t c = 0; c < columns.size(); ++c) {
        pieces[c].push_back({columns[c]->Slice(3), from, to});
      }
    }
    const auto wanted = ColumnsOf(expected);
    for (size_t c = 0; c < wanted.size(); ++c) {
      const auto merged = MergeRows(pieces[c], rows);
      ASSERT_TRUE(merged.has_value());
      ASSERT_TRUE((*merged)->ValidateFull().ok());
      EXPECT_TRUE((*merged)->Equals(wanted[c])) << "column " << c;
    }
  }
}

}  // namespace
}  // namespace millrace
