// SPDX-License-Identifier: Apache-2.0
#include "assistants/infer/column_profile.h"

#include <gtest/gtest.h>

#include "assistants/infer/csv_sniffer.h"
#include "assistants/infer/infer.h"
#include "assistants/infer/table_text.h"

namespace millrace {
namespace {

ColumnProfile Column(std::string name, DataType type, EventUnit unit, double in_order = 1) {
  return {.name = std::move(name),
          .type = std::move(type),
          .rows = 100,
          .distinct = 100,
          .unit = unit,
          .in_order = in_order};
}

TEST(ColumnProfileTest, DurationsAreRoundedUp) {
  EXPECT_EQ(RoundUpDuration(1), 1000);
  EXPECT_EQ(RoundUpDuration(5000), 5000);
  EXPECT_EQ(RoundUpDuration(5001), 10'000);
  EXPECT_EQ(RoundUpDuration(31 * 60'000), 3'600'000);
  EXPECT_EQ(RoundUpDuration(25 * 3'600'000), 2 * 86'400'000);
}

TEST(ColumnProfileTest, TheEventTimeHasTheNameAndTheTypeOfOne) {
  const DataType time = DataType::Timestamp(3);
  EXPECT_EQ(ChooseEventTime({Column("created_at", time, EventUnit::kTimestamp),
                             Column("event_time", time, EventUnit::kTimestamp),
                             Column("valid_until", time, EventUnit::kTimestamp)}),
            1);
  EXPECT_EQ(ChooseEventTime({Column("birth_date", time, EventUnit::kTimestamp, 0.5),
                             Column("ts", DataType::BigInt(), EventUnit::kMillis)}),
            1);
  EXPECT_EQ(ChooseEventTime({Column("account", DataType::BigInt(), EventUnit::kSeconds)}), -1);
  EXPECT_EQ(ChooseEventTime({Column("x", time, EventUnit::kTimestamp)}), 0);
}

TEST(ColumnProfileTest, KeysAreDifferentInAllRowsAndNamedSo) {
  ColumnProfile card = Column("card_id", DataType::String(), EventUnit::kNone);
  card.distinct = 7;
  EXPECT_EQ(ChooseKey({card, Column("amount", DataType::BigInt(), EventUnit::kNone),
                       Column("tx_id", DataType::String(), EventUnit::kNone)},
                      -1),
            2);
  EXPECT_EQ(ChooseKey({card}, -1), -1);
  EXPECT_EQ(ChooseEntity({card}, -1), 0);
}

TEST(CsvSnifferTest, DelimiterAndHeader) {
  EXPECT_EQ(FindDelimiter("a;b\n1,5;2\n2,5;3\n", true), ';');
  EXPECT_EQ(FindDelimiter("a\tb\n\"x,y\"\t2\n", true), '\t');
  EXPECT_EQ(FindDelimiter("one word\nand, another\n", true), std::nullopt);
  EXPECT_TRUE(LooksLikeHeader(CutCsv("name,age\nann,3\n", ',', true, 10)));
  EXPECT_FALSE(LooksLikeHeader(CutCsv("bob,4\nann,3\n", ',', true, 10)));
  EXPECT_FALSE(LooksLikeHeader(CutCsv("a,b\nc,d\n", ',', true, 10)));
  const auto records = CutCsv("\"a \"\"q\"\"\",\"line\nfeed\"\r\nx,", ',', true, 10);
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[0].cells, (std::vector<std::string>{"a \"q\"", "line\nfeed"}));
  EXPECT_EQ(records[1].cells, (std::vector<std::string>{"x", ""}));
  EXPECT_EQ(CutCsv("a,b\nc", ',', false, 10).size(), 1u);
}

TEST(TableTextTest, NamesIntervalsAndBounds) {
  EXPECT_EQ(TableNameFrom("in/payments-2024.json"), "payments_2024");
  EXPECT_EQ(TableNameFrom("data/"), "data");
  EXPECT_EQ(TableNameFrom("2024.csv"), "t2024");
  EXPECT_EQ(TableNameFrom("---"), "input");
  EXPECT_EQ(IntervalText(5000), "INTERVAL '5' SECOND");
  EXPECT_EQ(IntervalText(120'000), "INTERVAL '2' MINUTE");
  EXPECT_EQ(IntervalText(86'400'000LL * 365), "INTERVAL '365' DAY(3)");
  EXPECT_EQ(NullBound(1000), "0.3 %");
  EXPECT_EQ(NullBound(2), "100 %");
}

}  // namespace
}  // namespace millrace
