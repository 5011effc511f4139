// SPDX-License-Identifier: Apache-2.0
#include "cli/output/top_table.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

/// A look at a job with a source and a sink after `seconds`, at 1000 rows per second.
JsonDocument Look(int seconds, std::string_view more = "") {
  const std::string at = std::to_string(seconds);
  const std::string rows = std::to_string(seconds * 1000);
  const std::string text =
      R"({"pipeline": "p", "state": "running", "monotonic_seconds": 5)" + at +
      R"(, "jobs": [{"title": "INSERT INTO t", "elapsed_seconds": )" + at +
      R"(, "operators": [
    {"node": 0, "id": "a", "kind": "Scan", "table": "in", "inputs": [], "rows_in": 0,
     "rows_out": )" +
      rows + R"(, "batches_in": 0, "busy_seconds": 0,
     "watermark_delay_seconds": null, "late": 0, "failed": 0, "state_bytes": 0,
     "source": {"records": )" +
      rows + R"(, "bytes": 1, "dead_lettered": 2, "lag_seconds": 3.5,
      "lag_records": 43210}},
    {"node": 1, "id": "b", "kind": "Select", "table": "in", "inputs": [0], "rows_in": )" +
      rows + R"(, "rows_out": )" + rows + R"(, "batches_in": 10, "busy_seconds": 0,
     "watermark_delay_seconds": null, "late": 0, "failed": 0, "state_bytes": 0},
    {"node": 2, "id": "c", "kind": "Sink", "table": "t", "inputs": [1], "rows_in": )" +
      rows + R"(, "rows_out": 0, "batches_in": )" + std::to_string(seconds * 10) +
      R"(, "busy_seconds": )" + std::to_string(seconds * 0.5) + R"(,
     "watermark_delay_seconds": 1.5, "late": 4, "failed": 0, "state_bytes": 2048,
     "latency_seconds": {"count": 9, "p99": 0.0125, "over_budget": 7}})" +
      std::string(more) +
      R"(],
    "shards": [{"busy_seconds": )" +
      std::to_string(seconds * 0.75) + R"(, "idle_seconds": )" + std::to_string(seconds * 0.25) +
      R"(, "back_pressured_seconds": 0}]}]})";
  const auto document = JsonDocument::Parse(text);
  EXPECT_TRUE(document.has_value()) << text;
  return document.value_or(JsonDocument());
}

TEST(TopTableTest, CountersBecomeRates) {
  const TopView view = CompareLooks(Look(1), Look(3));
  EXPECT_EQ(view.pipeline, "p");
  ASSERT_EQ(view.rows.size(), 3u);
  EXPECT_DOUBLE_EQ(view.rows[0].rows_in_per_second, 1000);
  EXPECT_EQ(view.rows[0].lag_seconds, 3.5);
  EXPECT_EQ(view.rows[0].failed, 2);
  EXPECT_EQ(view.rows[1].kind, "Select");
  EXPECT_EQ(view.rows[1].table, "");
  const TopRow& sink = view.rows[2];
  EXPECT_EQ(sink.table, "t");
  EXPECT_DOUBLE_EQ(sink.rows_in_per_second, 1000);
  EXPECT_DOUBLE_EQ(sink.batch_rows, 100);
  EXPECT_DOUBLE_EQ(sink.busy, 0.5);
  EXPECT_EQ(sink.watermark_delay, 1.5);
  EXPECT_EQ(sink.p99_seconds, 0.0125);
  EXPECT_DOUBLE_EQ(view.busy, 0.75);
  EXPECT_DOUBLE_EQ(view.idle, 0.25);
}

TEST(TopTableTest, WithoutAnEarlierLookRatesAreSinceTheStart) {
  const TopView view = CompareLooks(Look(4), Look(4));
  EXPECT_DOUBLE_EQ(view.rows[2].rows_in_per_second, 1000);
}

TEST(TopTableTest, AnOperatorThatIsNewIsCountedFromZero) {
  const TopView view = CompareLooks(Look(1), Look(3, R"(, {"node": 9, "kind": "Calc", "inputs": [0],
                                          "rows_in": 10, "rows_out": 4})"));
  EXPECT_DOUBLE_EQ(view.rows[3].rows_in_per_second, 5);
}

TEST(TopTableTest, TheTextHasARowPerOperatorUnderItsStatement) {
  const std::string text = TopText(CompareLooks(Look(1), Look(2)));
  EXPECT_NE(text.find("p (running): busy 75%, back-pressured 0%, idle 25%"), std::string::npos);
  EXPECT_NE(text.find("\nINSERT INTO t\n  Scan in "), std::string::npos) << text;
  EXPECT_NE(text.find("12.5 ms"), std::string::npos) << text;
  EXPECT_NE(text.find("  unread       lag "), std::string::npos) << text;
  EXPECT_NE(text.find("     43k     3.5 s "), std::string::npos) << text;
  EXPECT_NE(text.find("7 events later than the latency budget"), std::string::npos);
  EXPECT_NE(text.find("2.05k"), std::string::npos) << text;
}

TEST(JsonDocumentTest, LooksUpAndKeepsWhatWasWritten) {
  const auto document = JsonDocument::Parse(R"( {"a": [1, {"b": "x\"y"}], "c": null, "d": 1.50} )");
  ASSERT_TRUE(document.has_value());
  EXPECT_EQ((*document)["a"].items()[1]["b"].text(), "x\"y");
  EXPECT_EQ((*document)["a"].raw(), R"([1, {"b": "x\"y"}])");
  EXPECT_TRUE((*document)["c"].is_null());
  EXPECT_TRUE((*document)["nothing"]["below"].is_null());
  EXPECT_EQ((*document)["d"].raw(), "1.50");
  EXPECT_DOUBLE_EQ((*document)["d"].number(), 1.5);
  for (const char* bad : {"", "{", "[1,]", "{\"a\" 1}", "1 2", "{1: 2}"}) {
    EXPECT_FALSE(JsonDocument::Parse(bad).has_value()) << bad;
  }
}

}  // namespace
}  // namespace millrace
