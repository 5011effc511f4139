// SPDX-License-Identifier: Apache-2.0
// What is known of delays: the lag of readers, and how long sinks keep rows back.
#include <gtest/gtest.h>

#include "connectors/source_lag.h"
#include "support/kafka_fixture.h"

namespace millrace {
namespace {

class KafkaDelayTest : public KafkaFixture {
 protected:
  void Fill(int partition, int count) {
    for (int i = 0; i < count; ++i) {
      kafka_.Append("t", partition,
                    {.key = "k", .value = std::to_string(i), .timestamp = 1000 + i, .headers = {}});
    }
  }
};

TEST_F(KafkaDelayTest, LagIsKnownAtAnyTime) {
  kafka_.CreateTopic("t", 1);
  Fill(0, 10);
  auto source = *connector_->MakeSource(Table({}));
  const auto splits = *source->Discover();
  auto reader = *source->Open(splits[0]);
  ASSERT_TRUE(reader->Seek(splits[0].position));
  auto* lag = dynamic_cast<LagReporter*>(reader.get());
  ASSERT_NE(lag, nullptr);
  EXPECT_EQ(lag->Lag(5000).records, -1);  // nothing was asked for yet
  ASSERT_TRUE(reader->Read(4));
  EXPECT_EQ(lag->Lag(5000).records, 6);
  EXPECT_EQ(lag->Lag(5000).age_ms, 5000 - 1003);
  ASSERT_TRUE(reader->Read(100));
  EXPECT_EQ(lag->Lag(5000).records, 0);
  EXPECT_EQ(lag->Lag(5000).age_ms, 0);
  ASSERT_TRUE(reader->Read(100));  // an idle partition does not grow old
  EXPECT_EQ(lag->Lag(900'000).age_ms, 0);
  Fill(0, 3);  // what nobody reads counts
  EXPECT_EQ(lag->Lag(5000).records, 3);
  EXPECT_EQ(lag->Lag(5000).age_ms, 5000 - 1009);
}

TEST_F(KafkaDelayTest, LagCountsToTheEndOfABoundedRead) {
  kafka_.CreateTopic("t", 1);
  Fill(0, 10);
  auto source =
      *connector_->MakeSource(Table({{"scan.bounded.mode", "specific-offsets"},
                                     {"scan.bounded.specific-offsets", "partition:0,offset:7"}}));
  const auto splits = *source->Discover();
  auto reader = *source->Open(splits[0]);
  ASSERT_TRUE(reader->Seek(splits[0].position));
  ASSERT_TRUE(reader->Read(4));
  EXPECT_EQ(dynamic_cast<LagReporter*>(reader.get())->Lag(5000).records, 3);
}

TEST_F(KafkaDelayTest, SinksSayHowLongTheyKeepRowsBack) {
  const auto hold = [&](KafkaTexts options, bool upsert) {
    const Connector& connector = upsert ? *upsert_ : *connector_;
    return connector.sink_hold_time(Table(std::move(options), upsert).options);
  };
  EXPECT_EQ(hold({}, false).ms, 0);
  EXPECT_EQ(hold({{"properties.linger.ms", "40"}}, false).ms, 40);
  const HoldTime kept =
      hold({{"sink.buffer-flush.max-rows", "100"}, {"sink.buffer-flush.interval", "10 s"}}, true);
  EXPECT_EQ(kept.ms, 10'000);
  EXPECT_TRUE(kept.ends_with_epoch);
  const HoldTime whole = hold({{"sink.delivery-guarantee", "exactly-once"}}, false);
  EXPECT_TRUE(whole.ends_with_epoch);
  EXPECT_EQ(whole.option, "execution.checkpointing.interval");
}

}  // namespace
}  // namespace millrace
