// SPDX-License-Identifier: Apache-2.0
// Aggregates against results of Flink 2.3 on the same values, and the laws every Accumulators
// obeys: a running update, a merge and a round trip through bytes change no result.
#include <arrow/array/array_primitive.h>
#include <gtest/gtest.h>

#include <numeric>

#include "functions/aggregate.h"
#include "support/json_array.h"

namespace millrace {
namespace {

using Values = std::shared_ptr<arrow::Array>;

struct Case {
  std::string function;
  DataType type;
  bool distinct = false;
  bool retraction = false;
};

ResolvedAggregate Resolve(const Case& c) {
  AggregateCallSite site;
  site.args = {Argument{.type = c.type}};
  site.distinct = c.distinct;
  site.needs_retraction = c.retraction;
  auto resolved = BuiltinAggregates().Resolve(c.function, site);
  EXPECT_TRUE(resolved.has_value()) << resolved.error().ToString();
  return *resolved;
}

void Update(Accumulators& accumulators, const Values& column, std::vector<int8_t> signs = {},
            uint32_t slot = 0) {
  std::vector<int32_t> rows(static_cast<size_t>(column->length()));
  std::iota(rows.begin(), rows.end(), 0);
  const std::vector<uint32_t> slots(rows.size(), slot);
  const Status status = accumulators.Update({.args = std::span(&column, 1),
                                             .rows = rows,
                                             .slots = slots,
                                             .signs = signs,
                                             .sequence = {}});
  EXPECT_TRUE(status.has_value());
}

std::string Text(Accumulators& accumulators, uint32_t slot = 0) {
  const auto column = accumulators.Finish(std::span(&slot, 1));
  EXPECT_TRUE(column.has_value());
  EXPECT_TRUE((*column)->ValidateFull().ok()) << (*column)->ToString();
  return (*column)->GetScalar(0).ValueOrDie()->ToString();
}

/// The result over a column, checked to be the same by every way to it.
std::string Over(const Case& c, const std::string& json, std::vector<int8_t> signs = {}) {
  const ResolvedAggregate resolved = Resolve(c);
  const Values column = JsonArray(c.type, json);
  auto whole = resolved.make();
  whole->Reserve(1);
  Update(*whole, column, signs);
  const std::string text = Text(*whole);

  std::string bytes;
  whole->Serialize(0, &bytes);
  auto restored = resolved.make();
  restored->Reserve(3);
  std::string_view rest = bytes;
  EXPECT_TRUE(restored->Deserialize(2, &rest).has_value());
  EXPECT_TRUE(rest.empty());
  EXPECT_EQ(Text(*restored, 2), text) << c.function;
  std::string again;
  restored->Serialize(2, &again);
  EXPECT_EQ(again, bytes);
  for (size_t cut = 0; cut < bytes.size(); ++cut) {
    std::string_view part = std::string_view(bytes).substr(0, cut);
    auto damaged = resolved.make();
    damaged->Reserve(1);
    EXPECT_FALSE(damaged->Deserialize(0, &part).has_value()) << c.function << " cut at " << cut;
  }

  if (signs.empty()) {
    auto left = resolved.make();
    auto right = resolved.make();
    left->Reserve(1);
    right->Reserve(2);
    const int64_t half = column->length() / 2;
    Update(*left, column->Slice(0, half));
    Update(*right, column->Slice(half), {}, 1);
    EXPECT_TRUE(left->Merge(0, *right, 1).has_value());
    EXPECT_EQ(Text(*left), text) << c.function;
  }
  whole->Reset(0);
  auto fresh = resolved.make();
  fresh->Reserve(1);
  EXPECT_EQ(Text(*whole), Text(*fresh));
  return text;
}

TEST(AggregatesTest, SumKeepsTheTypeAndWraps) {
  EXPECT_EQ(Over({"SUM", DataType::Int()}, "[1, -4, -4]"), "-7");
  EXPECT_EQ(Over({"SUM", DataType::Int()}, "[2147483647, 2147483647]"), "-2");
  EXPECT_EQ(Over({"SUM", DataType::TinyInt()}, "[1, 127, 127]"), "-1");
  EXPECT_EQ(Over({"SUM", DataType::BigInt()}, "[9223372036854775807, 1, null]"),
            "-9223372036854775808");
  EXPECT_EQ(Over({"SUM", DataType::Float()}, "[1.5, 2.75, null]"), "4.25");
  EXPECT_EQ(Over({"SUM", DataType::Int()}, "[null, null]"), "null");
  EXPECT_EQ(Over({"SUM", DataType::Int()}, "[]"), "null");
  EXPECT_EQ(Over({"$SUM0", DataType::Int()}, "[null]"), "0");
}

TEST(AggregatesTest, FloatSumsAreAddedInFloat) {
  auto sum = Resolve({"SUM", DataType::Float()}).make();
  sum->Reserve(1);
  Update(*sum, JsonArray(DataType::Float(), "[1.5, 2.7, 2.7]"));
  EXPECT_EQ(Text(*sum), "6.8999996");
}

TEST(AggregatesTest, DecimalSumHas38DigitsOrIsNull) {
  const DataType wide = DataType::Decimal(38, 0);
  const std::string nines(38, '9');
  EXPECT_EQ(Over({"SUM", DataType::Decimal(10, 3)}, R"(["1.555", "2.777", "-0.001"])"), "4.331");
  EXPECT_EQ(Over({"SUM", wide}, "[\"" + nines + "\"]"), nines);
  EXPECT_EQ(Over({"SUM", wide}, "[\"" + nines + "\", \"1\"]"), "null");
  EXPECT_EQ(Over({"AVG", wide}, "[\"" + nines + "\", \"1\", \"5\", null]"), "null");
  EXPECT_EQ(Over({"SUM", wide, false, true}, "[\"5\", \"7\", \"5\"]", {1, 1, -1}), "7");
  EXPECT_EQ(Resolve({"SUM", DataType::Decimal(10, 3)}).result.ToString(), "DECIMAL(38, 3)");
}

TEST(AggregatesTest, AverageIsTheArgumentsTypeOrDecimal) {
  EXPECT_EQ(Over({"AVG", DataType::Int()}, "[1, -4, -4]"), "-2");
  EXPECT_EQ(Over({"AVG", DataType::Int()}, "[2147483647, 2147483647]"), "2147483647");
  EXPECT_EQ(Over({"AVG", DataType::TinyInt()}, "[1, 127, 127]"), "85");
  EXPECT_EQ(Over({"AVG", DataType::BigInt()}, "[9223372036854775807, 9223372036854775807]"), "-1");
  EXPECT_EQ(Over({"AVG", DataType::Float()}, "[1e38, 3e38]"), "2e+38");
  EXPECT_EQ(Over({"AVG", DataType::Double()}, "[1.5, 2.7, 2.7]"), "2.3000000000000003");
  EXPECT_EQ(Over({"AVG", DataType::Decimal(10, 3)}, R"(["1.555", "2.777", "2.777"])"), "2.369667");
  EXPECT_EQ(Over({"AVG", DataType::Decimal(10, 3)}, R"(["-1.555", "-2.777", "-2.777"])"),
            "-2.369667");
  EXPECT_EQ(Resolve({"AVG", DataType::Decimal(10, 2)}).result.ToString(), "DECIMAL(38, 6)");
  EXPECT_EQ(Over({"AVG", DataType::Int()}, "[null]"), "null");
}

TEST(AggregatesTest, VarianceIsComputedInDoubleAndCast) {
  EXPECT_EQ(Over({"VAR_POP", DataType::Int()}, "[1, -4]"), "6");
  EXPECT_EQ(Over({"VAR_POP", DataType::TinyInt()}, "[1, 127]"), "-127");
  EXPECT_EQ(Over({"VAR_POP", DataType::Double()}, "[1.5, 2.7]"), "0.3600000000000001");
  EXPECT_EQ(Over({"STDDEV_SAMP", DataType::Double()}, "[1.5, 2.7]"), "0.8485281374238571");
  EXPECT_EQ(Over({"STDDEV", DataType::Float()}, "[1.5, 2.7]"), "0.84852815");
  EXPECT_EQ(Over({"VAR_POP", DataType::Decimal(10, 3)}, R"(["1.555", "2.777"])"), "0.373321");
  EXPECT_EQ(Over({"STDDEV_SAMP", DataType::Decimal(10, 3)}, R"(["1.555", "2.777"])"), "0.864084");
  EXPECT_EQ(Over({"VARIANCE", DataType::Double()}, "[1.5]"), "null");
  EXPECT_EQ(Over({"STDDEV_POP", DataType::Double()}, "[1.5, null]"), "0");
  EXPECT_EQ(
      Over({"VAR_SAMP", DataType::Double(), false, true}, "[1.0, 3.0, 2.0, 3.0]", {1, 1, 1, -1}),
      "0.5");
}

TEST(AggregatesTest, MinMaxOfEveryComparableType) {
  EXPECT_EQ(Over({"MIN", DataType::Int()}, "[3, -4, null]"), "-4");
  EXPECT_EQ(Over({"MAX", DataType::String()}, R"(["a", null, "é", "b"])"), "é");
  EXPECT_EQ(Over({"MIN", DataType::Boolean()}, "[true, false]"), "false");
  EXPECT_EQ(Over({"MAX", DataType::Decimal(10, 3)}, R"(["1.555", "-2.777"])"), "1.555");
  EXPECT_EQ(Over({"MAX", DataType::Date()}, "[3, 7, 5]"), "1970-01-08");
  EXPECT_EQ(
      Over({"MAX", DataType::String(), false, true}, R"(["a", "c", "b", "c"])", {1, 1, 1, -1}),
      "b");
  EXPECT_EQ(Over({"MIN", DataType::Int(), false, true}, "[3, 3, 9, 3, 3]", {1, 1, 1, -1, -1}), "9");
  EXPECT_EQ(Over({"MIN", DataType::Int(), false, true}, "[3, 3]", {-1, 1}), "null");
}

TEST(AggregatesTest, FirstAndLastIgnoreNull) {
  EXPECT_EQ(Over({"FIRST_VALUE", DataType::Int()}, "[null, 3, 4]"), "3");
  EXPECT_EQ(Over({"LAST_VALUE", DataType::String()}, R"(["a", "b", null])"), "b");
  EXPECT_EQ(
      Over({"LAST_VALUE", DataType::Int(), false, true}, "[1, 2, 1, 2, 1]", {1, 1, 1, -1, -1}),
      "1");
  EXPECT_EQ(Over({"FIRST_VALUE", DataType::Int(), false, true}, "[1, 2, 1]", {1, 1, -1}), "2");
  EXPECT_EQ(Over({"FIRST_VALUE", DataType::Array(DataType::Int())}, "[null, [1, null], [2]]"),
            "list<item: int32>[1, null]");
}

TEST(AggregatesTest, FirstValueFollowsTheSequence) {
  auto first = Resolve({"FIRST_VALUE", DataType::Int()}).make();
  first->Reserve(1);
  const Values column = JsonArray(DataType::Int(), "[7, 8, 9]");
  const std::vector<int32_t> rows = {0, 1, 2};
  const std::vector<uint32_t> slots = {0, 0, 0};
  const std::vector<int64_t> sequence = {30, 10, 20};
  EXPECT_TRUE(first
                  ->Update({.args = std::span(&column, 1),
                            .rows = rows,
                            .slots = slots,
                            .signs = {},
                            .sequence = sequence})
                  .has_value());
  EXPECT_EQ(Text(*first), "8");
}

TEST(AggregatesTest, ZerosAreTakenBackBySign) {
  for (const auto& type : {DataType::Double(), DataType::Float()}) {
    EXPECT_EQ(Over({"MAX", type, false, true}, "[-0.0, 0.0]"), "0");
    EXPECT_EQ(Over({"MIN", type, false, true}, "[0.0, -0.0]"), "-0");
    EXPECT_EQ(Over({"MIN", type, false, true}, "[0.0, -0.0, -0.0]", {1, 1, -1}), "0");
    EXPECT_EQ(Over({"FIRST_VALUE", type, false, true}, "[0.0, -0.0, -0.0]", {1, 1, -1}), "0");
    EXPECT_EQ(Over({"LAST_VALUE", type, false, true}, "[0.0, -0.0, 0.0]", {1, 1, -1}), "-0");
  }
}

TEST(AggregatesTest, DistinctSeesEachValueOnce) {
  EXPECT_EQ(Over({"COUNT", DataType::Int(), true}, "[1, 1, null, 2]"), "2");
  EXPECT_EQ(Over({"COUNT", DataType::String(), true}, R"(["a", "b", "a", null])"), "2");
  EXPECT_EQ(Over({"SUM", DataType::Decimal(10, 1), true}, R"(["1.5", "1.5", "2.0"])"), "3.5");
  EXPECT_EQ(Over({"SUM", DataType::Int(), true, true}, "[1, 1, 2, 1, 2]", {1, 1, 1, -1, -1}), "1");
  EXPECT_EQ(Over({"COUNT", DataType::Double(), true}, "[0.0, -0.0, 1.0, -0.0]"), "3");
  EXPECT_EQ(Over({"LISTAGG", DataType::String(), true}, R"(["a", "é", "a"])"), "a,é");
}

TEST(AggregatesTest, DistinctRebuildsItsIndexAfterManyRetractions) {
  auto count = Resolve({"COUNT", DataType::BigInt(), true, true}).make();
  count->Reserve(1);
  for (int64_t i = 0; i < 300; ++i) {
    const Values one = JsonArray(DataType::BigInt(), "[" + std::to_string(i) + "]");
    Update(*count, one);
    if (i >= 10)
      Update(*count, JsonArray(DataType::BigInt(), "[" + std::to_string(i - 10) + "]"), {-1});
  }
  EXPECT_EQ(Text(*count), "10");
}

TEST(AggregatesTest, ListAndCollections) {
  EXPECT_EQ(Over({"LISTAGG", DataType::String()}, R"(["a", null, "é", ""])"), "a,é,");
  EXPECT_EQ(Over({"LISTAGG", DataType::String(), false, true}, R"(["a", "b", "a"])", {1, 1, -1}),
            "b");
  EXPECT_EQ(Over({"LISTAGG", DataType::String()}, "[null]"), "null");
  EXPECT_NE(Over({"ARRAY_AGG", DataType::Int()}, "[1, null, -4]").find("[1, null, -4]"),
            std::string::npos);
  EXPECT_EQ(Over({"ARRAY_AGG", DataType::Int()}, "[]"), "null");
  const std::string bag = Over({"COLLECT", DataType::Int()}, "[1, -4, null, -4]");
  EXPECT_NE(bag.find("{key:int32 = -4, value:int32 = 2}"), std::string::npos) << bag;
}

TEST(AggregatesTest, RunningResultsAreThoseOfSingleUpdates) {
  for (const bool retraction : {false, true}) {
    for (const char* name : {"COUNT", "SUM", "AVG", "MIN", "MAX", "VAR_SAMP", "FIRST_VALUE",
                             "LAST_VALUE", "ARRAY_AGG"}) {
      const ResolvedAggregate resolved = Resolve({name, DataType::Int(), false, retraction});
      const Values column = JsonArray(DataType::Int(), "[5, null, 2, 9, 2, 7]");
      const std::vector<int32_t> rows = {0, 1, 2, 3, 4, 5};
      const std::vector<uint32_t> slots = {0, 0, 1, 0, 1, 0};
      const std::vector<uint32_t> after = {0, 1, 1, 3, 4, 6};
      const std::vector<uint32_t> wanted = {0, 0, 1, 1, 0, 0};
      auto running = resolved.make();
      running->Reserve(2);
      const AggregateInput input{
          .args = std::span(&column, 1), .rows = rows, .slots = slots, .signs = {}, .sequence = {}};
      const auto results = running->UpdateRunning(input, {.after = after, .slots = wanted});
      ASSERT_TRUE(results.has_value());
      ASSERT_TRUE((*results)->ValidateFull().ok());
      for (size_t j = 0; j < after.size(); ++j) {
        auto single = resolved.make();
        single->Reserve(2);
        const AggregateInput part{.args = input.args,
                                  .rows = input.rows.first(after[j]),
                                  .slots = input.slots.first(after[j]),
                                  .signs = {},
                                  .sequence = {}};
        ASSERT_TRUE(single->Update(part).has_value());
        EXPECT_EQ((*results)->GetScalar(static_cast<int64_t>(j)).ValueOrDie()->ToString(),
                  Text(*single, wanted[j]))
            << name << " " << j;
      }
      EXPECT_EQ(Text(*running, 1), [&] {
        auto whole = resolved.make();
        whole->Reserve(2);
        EXPECT_TRUE(whole->Update(input).has_value());
        return Text(*whole, 1);
      }()) << name;
    }
  }
}

TEST(AggregatesTest, WrongCallsAreRefused) {
  const auto code = [](std::string_view name, std::vector<Argument> args) {
    AggregateCallSite site;
    site.args = std::move(args);
    const auto resolved = BuiltinAggregates().Resolve(name, site);
    return resolved.has_value() ? std::string("fine") : resolved.error().code;
  };
  EXPECT_EQ(code("SUMM", {{.type = DataType::Int()}}), "MR0202");
  EXPECT_EQ(code("SUM", {{.type = DataType::String()}}), "MR0301");
  EXPECT_EQ(code("SUM", {}), "MR0302");
  EXPECT_EQ(code("MIN", {{.type = DataType::Bytes()}}), "MR0301");
  EXPECT_EQ(code("LISTAGG", {{.type = DataType::String()}, {.type = DataType::String()}}),
            "MR0301");
  EXPECT_EQ(code("SUM", {{.type = DataType::Null(), .bare_null = true}}), "MR0301");
  EXPECT_EQ(code("count", {}), "fine");
  EXPECT_EQ(code("avg", {{.type = DataType::Int()}}), "fine");
}

TEST(AggregatesTest, NullabilityFollowsTheArgumentAndTheGroup) {
  const auto type = [](std::string_view name, DataType argument, bool grouped) {
    AggregateCallSite site;
    site.args = {Argument{.type = argument}};
    site.grouped = grouped;
    return BuiltinAggregates().Resolve(name, site)->result.ToString();
  };
  EXPECT_EQ(type("SUM", DataType::Int().NotNull(), true), "INT NOT NULL");
  EXPECT_EQ(type("SUM", DataType::Int().NotNull(), false), "INT");
  EXPECT_EQ(type("SUM", DataType::Int(), true), "INT");
  EXPECT_EQ(type("COUNT", DataType::Int(), false), "BIGINT NOT NULL");
  EXPECT_EQ(type("VAR_SAMP", DataType::Int().NotNull(), true), "INT");
}

}  // namespace
}  // namespace millrace
