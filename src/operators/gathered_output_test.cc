// SPDX-License-Identifier: Apache-2.0
#include "operators/gathered_output.h"

#include <gtest/gtest.h>

#include "plan/nodes/aggregate_nodes.h"
#include "support/operator_harness.h"

namespace millrace {
namespace {

Schema Numbers() { return Schema({{"n", DataType::BigInt()}}); }

Batch Rows(int64_t from, int64_t count, EventTime watermark) {
  BatchBuilder builder(Numbers());
  for (int64_t n = from; n < from + count; ++n) builder.Row({n});
  Batch batch = builder.Build();
  batch.watermark = watermark;
  batch.watermarks = nullptr;
  return batch;
}

/// Events as text: "1@5 2@7" for rows with their watermarks, "W7", "I7" for an idle one.
class Recorder final : public Output {
 public:
  void Push(Batch batch) override {
    std::string text;
    for (int64_t row = 0; row < batch.num_rows && row < 5; ++row) {
      text += (row == 0 ? "" : " ") + FormatRow(Numbers(), batch, row) + "@" +
              std::to_string(batch.watermark_before(row));
    }
    events.push_back(std::move(text));
    rows.push_back(batch.num_rows);
  }
  void Push(Watermark watermark) override {
    events.push_back((watermark.idle ? "I" : "W") + std::to_string(watermark.time));
  }
  bool full() const override { return full_; }

  std::vector<std::string> events;
  std::vector<int64_t> rows;
  bool full_ = false;
};

struct SomeOrigins final : RowOrigins {
  RecordOrigin Of(int32_t) const override { return {}; }
};

using Events = std::vector<std::string>;

TEST(GatheredOutputTest, WhatOneCallEmitsGoesOutTogether) {
  Recorder recorder;
  GatheredOutput output(&recorder);
  output.Push(Watermark{3});
  output.Push(Rows(1, 1, 3));
  output.Push(Watermark{7});
  output.Push(Rows(2, 2, 7));
  output.Push(Watermark{9});
  EXPECT_TRUE(recorder.events.empty());
  output.Flush();
  EXPECT_EQ(recorder.events, (Events{"+I[1]@3 +I[2]@7 +I[3]@7", "W9"}));
  output.Flush();
  EXPECT_EQ(recorder.events.size(), 2u);
}

TEST(GatheredOutputTest, ARowArrivesUnderTheWatermarkInFrontOfIt) {
  Recorder recorder;
  GatheredOutput output(&recorder);
  output.Push(Rows(1, 1, 2));
  output.Push(Watermark{6});
  output.Push(Rows(2, 1, 4));
  Batch own = Rows(3, 3, 0);
  own.watermarks = std::make_shared<std::vector<EventTime>>(std::vector<EventTime>{4, 6, 8});
  output.Push(own);
  output.Flush();
  EXPECT_EQ(recorder.events, (Events{"+I[1]@2 +I[2]@6 +I[3]@6 +I[4]@6 +I[5]@8", "W8"}));
}

TEST(GatheredOutputTest, AnIdleWatermarkIsNotPassedByRows) {
  Recorder recorder;
  GatheredOutput output(&recorder);
  output.Push(Rows(1, 1, 2));
  output.Push(Watermark{5, true});
  output.Push(Rows(2, 1, 5));
  output.Flush();
  EXPECT_EQ(recorder.events, (Events{"+I[1]@2", "I5", "+I[2]@5"}));
}

TEST(GatheredOutputTest, BatchesStayWithinTheLimit) {
  Recorder recorder;
  GatheredOutput output(&recorder);
  EXPECT_FALSE(output.full());
  output.Push(Rows(1, 5000, 1));
  output.Push(Watermark{2});
  EXPECT_FALSE(output.full());
  output.Push(Rows(5001, 4000, 2));
  EXPECT_TRUE(output.full());
  EXPECT_EQ(recorder.rows, std::vector<int64_t>{5000});
  output.Flush();
  EXPECT_EQ(recorder.rows, (std::vector<int64_t>{5000, 4000}));
  GatheredOutput next(&recorder);
  EXPECT_FALSE(next.full());
  recorder.full_ = true;
  EXPECT_TRUE(next.full());
}

TEST(GatheredOutputTest, RowsOfOtherInputStayApart) {
  Recorder recorder;
  GatheredOutput output(&recorder);
  Batch first = Rows(1, 1, 1);
  first.origins = std::make_shared<SomeOrigins>();
  Batch second = Rows(2, 1, 1);
  second.origins = std::make_shared<SomeOrigins>();
  output.Push(first);
  output.Push(Rows(2, 1, 1));  // of no input
  output.Push(second);
  output.Flush();
  EXPECT_EQ(recorder.events, (Events{"+I[1]@1 +I[2]@1", "+I[2]@1"}));
}

// A batch that closes many windows, as after a restart or when input comes late.
TEST(GatheredOutputTest, WindowsThatABatchClosesAreOneBatch) {
  const Schema input({{"k", DataType::String()},
                      {"ts", DataType::Timestamp(3).WithTimeAttribute(TimeAttribute::kRowtime)}});
  WindowAggregateNode::Fields fields;
  fields.keys = {0};
  fields.calls = {MakeCall(input, "COUNT", {}, "n")};
  fields.window = {.kind = WindowKind::kHop, .size = 4'000, .slide = 1'000};
  fields.time_column = 1;
  fields.emit_end = true;
  const Schema schema({input[0], fields.calls[0].output, {"window_end", DataType::Timestamp(3)}});
  Script script;
  for (int i = 0; i < 100; ++i) {
    script.push_back({.cells = {"k" + std::to_string(i % 3), i * 500}});
  }
  AssignWatermarks(&script, {1}, 0);
  OperatorHarness harness(std::make_shared<WindowAggregateNode>(InputNode(input), fields, schema));
  std::mt19937_64 random(1);
  harness.Feed(script, 0, script.size(), script.size(), random);
  EXPECT_GT(harness.row_count(), 100u);
  EXPECT_EQ(harness.last_batch().num_rows, static_cast<int64_t>(harness.row_count()));
  ASSERT_NE(harness.last_batch().watermarks, nullptr);
  EXPECT_EQ(harness.last_batch().watermark_before(0), 500);
  EXPECT_EQ(harness.watermark(), 49'500);
}

}  // namespace
}  // namespace millrace
