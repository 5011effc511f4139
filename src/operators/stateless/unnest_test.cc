// SPDX-License-Identifier: Apache-2.0
// Unnest alone: which rows a collection gives, and that none is too long for a batch.
#include <gtest/gtest.h>

#include "plan/nodes/unnest_node.h"
#include "support/operator_harness.h"

namespace millrace {
namespace {

using Numbers = std::optional<std::vector<std::optional<int32_t>>>;

PlanNodePtr NodeOf(const DataType& collection, bool ordinality = false, bool keeps_empty = false) {
  const Schema input({{"id", DataType::Int()}, {"c", collection}});
  return std::make_shared<UnnestNode>(
      InputNode(input), UnnestNode::Fields{.collection = Expression::InputRef(1, collection, "c"),
                                           .with_ordinality = ordinality,
                                           .keeps_empty = keeps_empty});
}

DataType NumbersType() { return DataType::Array(DataType::Int()); }

/// Rows (0, c0), (1, c1), ...
Batch BatchOf(const std::vector<Numbers>& collections) {
  std::unique_ptr<arrow::ArrayBuilder> made = *arrow::MakeBuilder(NumbersType().ToArrow());
  auto& lists = static_cast<arrow::ListBuilder&>(*made);
  auto& values = static_cast<arrow::Int32Builder&>(*lists.value_builder());
  arrow::Int32Builder ids;
  for (size_t i = 0; i < collections.size(); ++i) {
    EXPECT_TRUE(ids.Append(static_cast<int32_t>(i)).ok());
    EXPECT_TRUE((collections[i] ? lists.Append() : lists.AppendNull()).ok());
    if (!collections[i]) continue;
    for (const auto& value : *collections[i]) {
      EXPECT_TRUE((value ? values.Append(*value) : values.AppendNull()).ok());
    }
  }
  Batch batch;
  batch.num_rows = static_cast<int64_t>(collections.size());
  batch.columns = {*ids.Finish(), *lists.Finish()};
  return batch;
}

TEST(UnnestTest, ARowPerElement) {
  OperatorHarness harness(NodeOf(NumbersType()));
  harness.OnBatch(
      0, BatchOf({Numbers{{7, std::nullopt, 9}}, Numbers{std::vector<std::optional<int32_t>>{}},
                  std::nullopt, Numbers{{4}}}));
  EXPECT_EQ(harness.rows(),
            (std::vector<std::string>{"+I[0, [7, null, 9], 7]", "+I[0, [7, null, 9], null]",
                                      "+I[0, [7, null, 9], 9]", "+I[3, [4], 4]"}));
}

TEST(UnnestTest, RowsWithoutElementsMayStay) {
  OperatorHarness harness(NodeOf(NumbersType(), /*ordinality=*/true, /*keeps_empty=*/true));
  harness.OnBatch(
      0, BatchOf({std::nullopt, Numbers{{5, 6}}, Numbers{std::vector<std::optional<int32_t>>{}}}));
  EXPECT_EQ(harness.rows(),
            (std::vector<std::string>{"+I[0, null, null, null]", "+I[1, [5, 6], 5, 1]",
                                      "+I[1, [5, 6], 6, 2]", "+I[2, [], null, null]"}));
}

TEST(UnnestTest, ChangesAndWatermarksGoWithTheirRows) {
  OperatorHarness harness(NodeOf(NumbersType()));
  Batch batch = BatchOf({Numbers{{1, 2}}, Numbers{{3}}});
  batch.kinds = std::make_shared<std::vector<ChangeKind>>(
      std::vector<ChangeKind>{ChangeKind::kDelete, ChangeKind::kInsert});
  batch.watermark = 10;
  batch.watermarks = std::make_shared<std::vector<EventTime>>(std::vector<EventTime>{10, 20});
  harness.OnBatch(0, std::move(batch));
  EXPECT_EQ(harness.rows(),
            (std::vector<std::string>{"-D[0, [1, 2], 1]", "-D[0, [1, 2], 2]", "+I[1, [3], 3]"}));
  EXPECT_EQ(harness.last_batch().watermark_before(1), 10);
  EXPECT_EQ(harness.last_batch().watermark_before(2), 20);
}

TEST(UnnestTest, PartsEndWithinACollection) {
  OperatorHarness harness(NodeOf(NumbersType(), /*ordinality=*/true, /*keeps_empty=*/true));
  harness.set_keep_text(false);
  constexpr size_t kLength = 300;
  constexpr size_t kCollections = 60;
  std::vector<Numbers> collections(kCollections, std::vector<std::optional<int32_t>>(kLength, 1));
  collections.insert(collections.begin() + 28, std::nullopt);
  harness.OnBatch(0, BatchOf(collections));
  EXPECT_EQ(harness.row_count(), kCollections * kLength + 1);
}

TEST(UnnestTest, ARowStaysWithoutTheElementsThatItsConditionTakes) {
  const Schema input({{"id", DataType::Int()}, {"c", NumbersType()}});
  const ExpressionPtr element = Expression::InputRef(1, DataType::Int(), "x");
  OperatorHarness harness(std::make_shared<UnnestNode>(
      InputNode(input),
      UnnestNode::Fields{.collection = Expression::InputRef(1, NumbersType(), "c"),
                         .keeps_empty = true,
                         .condition = *Expression::Cast(element, DataType::Boolean()),
                         .kept = std::vector<int>{0}}));
  harness.set_keep_text(false);
  // Collections of which the last element alone is taken, or none, over several parts.
  constexpr size_t kLength = 10'000;
  std::vector<std::optional<int32_t>> none(kLength, 0);
  std::vector<std::optional<int32_t>> last = none;
  last.back() = 1;
  harness.OnBatch(0, BatchOf({Numbers{none}, Numbers{last}, std::nullopt, Numbers{none}}));
  EXPECT_EQ(harness.row_count(), 4u);
  harness.OnBatch(0, BatchOf({Numbers{{1, 5}}, Numbers{{0}}}));
  EXPECT_EQ(harness.row_count(), 7u);
}

TEST(UnnestTest, AnElementOfAMultisetComesAsOftenAsItIsThere) {
  const DataType type = DataType::Multiset(DataType::Int());
  std::unique_ptr<arrow::ArrayBuilder> made = *arrow::MakeBuilder(type.ToArrow());
  auto& maps = static_cast<arrow::MapBuilder&>(*made);
  auto& keys = static_cast<arrow::Int32Builder&>(*maps.key_builder());
  auto& counts = static_cast<arrow::Int32Builder&>(*maps.item_builder());
  ASSERT_TRUE(maps.Append().ok());
  for (const auto& [key, count] : {std::pair(8, 2), std::pair(5, 1), std::pair(3, 20'000)}) {
    ASSERT_TRUE(keys.Append(key).ok() && counts.Append(count).ok());
  }
  arrow::Int32Builder ids;
  ASSERT_TRUE(ids.Append(0).ok());
  Batch batch;
  batch.num_rows = 1;
  batch.columns = {*ids.Finish(), *maps.Finish()};
  OperatorHarness harness(NodeOf(type, /*ordinality=*/true));
  harness.OnBatch(0, std::move(batch));
  ASSERT_EQ(harness.rows().size(), 20'003u);
  EXPECT_TRUE(harness.rows()[0].ends_with(", 8, 1]")) << harness.rows()[0];
  EXPECT_TRUE(harness.rows()[1].ends_with(", 8, 2]"));
  EXPECT_TRUE(harness.rows()[2].ends_with(", 5, 3]"));
  EXPECT_TRUE(harness.rows().back().ends_with(", 3, 20003]"));
}

}  // namespace
}  // namespace millrace
