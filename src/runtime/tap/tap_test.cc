// SPDX-License-Identifier: Apache-2.0
#include "runtime/tap/tap.h"

#include <arrow/array/builder_primitive.h>
#include <gtest/gtest.h>

#include <thread>

namespace millrace {
namespace {

Batch Rows(int64_t from, int64_t count) {
  arrow::Int64Builder builder;
  for (int64_t i = 0; i < count; ++i) EXPECT_TRUE(builder.Append(from + i).ok());
  Batch batch;
  batch.num_rows = count;
  batch.columns = {*builder.Finish()};
  return batch;
}

TEST(GlobTest, MatchesStarsAndSingleCharacters) {
  EXPECT_TRUE(GlobMatches("win*", "WindowAggregate"));
  EXPECT_TRUE(GlobMatches("*", ""));
  EXPECT_TRUE(GlobMatches("a*b*c", "aXXbYYbZc"));
  EXPECT_TRUE(GlobMatches("pay?ents", "payments"));
  EXPECT_FALSE(GlobMatches("pay", "payments"));
  EXPECT_FALSE(GlobMatches("a*b", "abc"));
  EXPECT_FALSE(GlobMatches("?", ""));
}

TEST(TapTest, NobodyListensUntilSomebodyDoes) {
  TapPoint point(0);
  EXPECT_FALSE(point.heard());
  auto listener = std::make_shared<TapListener>(10);
  point.Add(listener);
  EXPECT_TRUE(point.heard());
  listener.reset();
  point.Offer(Rows(0, 1));
  EXPECT_FALSE(point.heard());
}

TEST(TapTest, KeepsNoMoreThanItHasRoomForAndCountsTheRest) {
  TapPoint point(3);
  const auto listener = std::make_shared<TapListener>(5);
  point.Add(listener);
  point.Offer(Rows(0, 3));
  point.Offer(Rows(3, 4));
  point.Offer(Rows(7, 4));
  TapListener::Taken taken = listener->Take();
  ASSERT_EQ(taken.samples.size(), 2u);
  EXPECT_EQ(taken.samples[0].edge, 3u);
  EXPECT_EQ(taken.samples[0].batch.num_rows, 3);
  EXPECT_EQ(taken.samples[1].batch.num_rows, 2);
  EXPECT_EQ(taken.seen, 11u);
  taken = listener->Take();
  EXPECT_TRUE(taken.samples.empty());
  EXPECT_EQ(taken.seen, 0u);
  point.Offer(Rows(11, 9));
  EXPECT_EQ(listener->Take().samples[0].batch.num_rows, 5);
}

TEST(TapTest, EveryListenerHasItsOwnSample) {
  TapPoint point(0);
  const auto small = std::make_shared<TapListener>(1);
  const auto large = std::make_shared<TapListener>(100);
  point.Add(small);
  point.Add(large);
  point.Offer(Rows(0, 50));
  EXPECT_EQ(small->Take().samples[0].batch.num_rows, 1);
  EXPECT_EQ(large->Take().samples[0].batch.num_rows, 50);
}

TEST(TapTest, OfferTakeAndLeaveFromSeveralThreads) {
  TapPoint point(0);
  const Batch batch = Rows(0, 10);
  std::atomic<bool> stop{false};
  std::jthread shard([&] {
    while (!stop) {
      if (point.heard()) point.Offer(batch);
    }
  });
  for (int i = 0; i < 200; ++i) {
    const auto listener = std::make_shared<TapListener>(64);
    point.Add(listener);
    while (true) {
      const TapListener::Taken taken = listener->Take();
      int64_t rows = 0;
      for (const TapSample& sample : taken.samples) rows += sample.batch.num_rows;
      EXPECT_LE(rows, 64);
      EXPECT_LE(static_cast<uint64_t>(rows), taken.seen);
      if (rows > 0) break;
    }
  }
  stop = true;
}

}  // namespace
}  // namespace millrace
