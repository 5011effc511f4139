// SPDX-License-Identifier: Apache-2.0
#include "connectors/datagen/source.h"

#include <arrow/array/array_base.h>
#include <arrow/array/concatenate.h>
#include <gtest/gtest.h>

#include "data/row_format.h"
#include "env/simulated/clock.h"

namespace millrace {
namespace {

using GivenOptions = std::map<std::string, OptionValue>;

class DatagenTest : public testing::Test {
 protected:
  TableContext Table(const Schema& schema, GivenOptions values, int64_t seed = 1) {
    TableContext table{.table = "t", .schema = schema};
    values.try_emplace("rows-per-second", OptionValue{"1000000000"});
    table.options = Options(connector_->options(), std::move(values));
    table.extras["seed"] = {std::to_string(seed)};
    table.env = {.clock = &clock_};
    return table;
  }

  /// All rows of a split from a position, as text.
  std::vector<std::string> Rows(const TableContext& table, const std::string& split = "0",
                                const std::string& position = "0", int64_t step = 100) {
    std::vector<std::string> rows;
    auto source = connector_->MakeSource(table);
    EXPECT_TRUE(source.has_value());
    auto reader = (*source)->Open({split});
    EXPECT_TRUE((*reader)->Seek(position).has_value());
    while (rows.size() < 5000) {
      const auto result = (*reader)->Read(step);
      EXPECT_TRUE(result.has_value());
      if (result->kind == ReadResult::Kind::kEnd) break;
      if (result->kind == ReadResult::Kind::kIdle) {
        clock_.Advance(result->wait_nanos);
        continue;
      }
      const Batch& batch = std::get<Batch>(result->data);
      for (const auto& column : batch.columns) EXPECT_TRUE(column->ValidateFull().ok());
      for (int64_t row = 0; row < batch.num_rows; ++row) {
        rows.push_back(FormatRow(table.schema, batch, row));
      }
      clock_.AdvanceMillis(1);
    }
    return rows;
  }

  SimulatedClock clock_;
  std::unique_ptr<Connector> connector_ = MakeDatagenConnector();
};

Schema Wide() {
  return Schema({{"i", DataType::Int()},
                 {"d", DataType::Double()},
                 {"s", DataType::String()},
                 {"b", DataType::Boolean()},
                 {"n", DataType::Decimal(10, 2)},
                 {"y", DataType::Bytes()},
                 {"a", DataType::Array(DataType::BigInt())},
                 {"m", DataType::Map(DataType::String(), DataType::Int())},
                 {"r", DataType::Row({{"x", DataType::Int()}})}});
}

TEST_F(DatagenTest, TheSameSeedGivesTheSameRowsHoweverTheyAreRead) {
  const GivenOptions values = {
      {"number-of-rows", {"500"}}, {"fields.s.length", {"9"}}, {"fields.i.null-rate", {"0.2"}}};
  const auto rows = Rows(Table(Wide(), values));
  ASSERT_EQ(rows.size(), 500u);
  EXPECT_EQ(Rows(Table(Wide(), values), "0", "0", 7), rows);
  const auto rest = Rows(Table(Wide(), values), "0", "123");
  EXPECT_EQ(rest, std::vector<std::string>(rows.begin() + 123, rows.end()));
  EXPECT_NE(Rows(Table(Wide(), values, 2)), rows);
}

TEST_F(DatagenTest, SplitsShareTheRows) {
  const Schema schema({{"i", DataType::BigInt()}, {"q", DataType::Int()}});
  const GivenOptions one = {{"number-of-rows", {"101"}},
                            {"fields.q.kind", {"sequence"}},
                            {"fields.q.start", {"5"}},
                            {"fields.q.end", {"1000"}}};
  GivenOptions three = one;
  three["scan.parallelism"] = {"3"};
  auto rows = Rows(Table(schema, one));
  std::vector<std::string> joined;
  for (const char* split : {"0", "1", "2"}) {
    for (auto& row : Rows(Table(schema, three), split)) joined.push_back(std::move(row));
  }
  std::ranges::sort(rows);
  std::ranges::sort(joined);
  EXPECT_EQ(rows, joined);
}

TEST_F(DatagenTest, SequencesBoundTheTable) {
  const Schema schema({{"a", DataType::Int()}, {"b", DataType::String()}});
  EXPECT_EQ(Rows(Table(schema, {{"fields.a.kind", {"sequence"}},
                                {"fields.a.start", {"1"}},
                                {"fields.a.end", {"3"}},
                                {"fields.b.kind", {"sequence"}},
                                {"fields.b.start", {"8"}},
                                {"fields.b.end", {"20"}}})),
            (std::vector<std::string>{"+I[1, 8]", "+I[2, 9]", "+I[3, 10]"}));
}

TEST_F(DatagenTest, KeepsBoundsAndLengths) {
  const Schema schema({{"t", DataType::TinyInt()}, {"s", DataType::Varchar(12)}});
  for (const std::string& row : Rows(Table(
           schema,
           {{"number-of-rows", {"1000"}}, {"fields.t.min", {"-2"}}, {"fields.t.max", {"2"}}}))) {
    const int value = std::stoi(row.substr(3));
    EXPECT_TRUE(value >= -2 && value <= 2);
    EXPECT_EQ(row.size() - row.find(' ') - 2, 12u);
    EXPECT_EQ(row.find_first_not_of("0123456789abcdef", row.find(' ') + 1), row.size() - 1);
  }
}

TEST_F(DatagenTest, PacesRowsAndStampsWhenTheyWereDue) {
  auto source = connector_->MakeSource(
      Table(Schema({{"i", DataType::Int()}}), {{"rows-per-second", {"1000"}}}));
  auto reader = (*source)->Open({"0"});
  const int64_t start = clock_.MonotonicNanos();
  const auto first = (*reader)->Read(8192);
  EXPECT_EQ(std::get<Batch>(first->data).num_rows, 1);
  const auto idle = (*reader)->Read(8192);
  EXPECT_EQ(idle->kind, ReadResult::Kind::kIdle);
  EXPECT_EQ(idle->wait_nanos, 1'000'000);
  clock_.AdvanceMillis(10);
  const auto late = (*reader)->Read(8192);
  const Batch& batch = std::get<Batch>(late->data);
  EXPECT_EQ(batch.num_rows, 10);
  EXPECT_EQ(batch.arrival_of(0), start + 1'000'000);
  EXPECT_EQ(batch.arrival_of(9), start + 10'000'000);
}

TEST_F(DatagenTest, ChecksItsOptions) {
  const auto check = [&](const Schema& schema, GivenOptions values) {
    const Status status = connector_->Check(Table(schema, std::move(values)), false);
    return status ? std::string() : status.error().message;
  };
  const Schema schema({{"i", DataType::Int()}, {"b", DataType::Boolean()}});
  EXPECT_EQ(check(schema, {}), "");
  EXPECT_EQ(check(schema, {{"fields.i.min", {"x"}}}), "option 'fields.i.min': 'x' is no INT");
  EXPECT_EQ(check(schema, {{"fields.b.max", {"1"}}}),
            "option 'fields.b.max': BOOLEAN takes no bounds");
  EXPECT_EQ(check(schema, {{"fields.z.max", {"1"}}}),
            "option 'fields.z.max' names no column of the table");
  EXPECT_EQ(check(schema, {{"fields.i.kind", {"sequence"}}}),
            "a sequence needs 'fields.i.start' and 'fields.i.end'");
}

}  // namespace
}  // namespace millrace
