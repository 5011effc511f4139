// SPDX-License-Identifier: Apache-2.0
#include "data/batch.h"

#include <arrow/array.h>
#include <gtest/gtest.h>

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

}  // namespace
}  // namespace millrace
