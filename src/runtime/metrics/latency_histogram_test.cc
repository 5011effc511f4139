// SPDX-License-Identifier: Apache-2.0
#include "runtime/metrics/latency_histogram.h"

#include <gtest/gtest.h>

#include "runtime/metrics/stage_latency.h"

namespace millrace {
namespace {

TEST(LatencyHistogram, QuantilesAreWithinThreePercent) {
  LatencyHistogram histogram;
  for (int64_t i = 1; i <= 100000; ++i) histogram.Record(i * 1000);
  for (const double q : {0.01, 0.5, 0.95, 0.99, 0.999}) {
    const double exact = q * 1e8;
    EXPECT_NEAR(static_cast<double>(histogram.Quantile(q)), exact, exact * 0.032) << q;
  }
  EXPECT_EQ(histogram.Quantile(1), 100000000);
  EXPECT_EQ(histogram.max(), 100000000);
  EXPECT_NEAR(histogram.mean(), 50000500, 1);
}

TEST(LatencyHistogram, TakesAnyDuration) {
  LatencyHistogram histogram;
  histogram.Record(-5);
  EXPECT_EQ(histogram.Quantile(0.5), 0);
  histogram.Record(INT64_MAX, 10);
  EXPECT_EQ(histogram.Quantile(0.99), INT64_MAX);
  EXPECT_EQ(histogram.count(), 11u);
}

TEST(LatencyHistogram, MergesByAdding) {
  LatencyHistogram small;
  LatencyHistogram large;
  small.Record(10, 3);
  large.Record(1000000);
  small.Merge(large);
  EXPECT_EQ(small.count(), 4u);
  EXPECT_EQ(small.Quantile(0.75), 10);
  EXPECT_EQ(small.Quantile(1), 1000000);
}

TEST(StageLatency, SplitsTheTimeOfEachEvent) {
  Batch batch{.num_rows = 2};
  batch.arrivals = std::make_shared<std::vector<int64_t>>(std::vector<int64_t>{1000, 3000});
  batch.timing.decoded_at = 4000;
  batch.timing.inference = 500;
  StageLatency latency;
  latency.Record(batch, 6000, 7000);
  EXPECT_EQ(latency.end_to_end.max(), 6000);
  EXPECT_EQ(latency.ingest.max(), 3000);
  EXPECT_EQ(latency.inference.max(), 500);
  EXPECT_EQ(latency.action.max(), 1000);
  EXPECT_EQ(latency.processing.max(), 1500);
  EXPECT_EQ(latency.processing.count(), 2u);
}

TEST(LatencyHistogram, CountsUpToABoundNeverDecrease) {
  LatencyHistogram histogram;
  EXPECT_EQ(histogram.CountUpTo(1000), 0u);
  for (int64_t nanos = 1; nanos <= 1000; ++nanos) histogram.Record(nanos * 1000);
  uint64_t before = 0;
  for (int64_t bound = 0; bound <= 2'000'000; bound += 10'000) {
    const uint64_t count = histogram.CountUpTo(bound);
    EXPECT_GE(count, before);
    EXPECT_LE(count, static_cast<uint64_t>(bound / 1000));
    before = count;
  }
  EXPECT_EQ(histogram.CountUpTo(histogram.max()), 1000u);
  EXPECT_NEAR(static_cast<double>(histogram.CountUpTo(500'000)), 500, 20);
}

}  // namespace
}  // namespace millrace
