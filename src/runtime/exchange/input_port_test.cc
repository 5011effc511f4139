// SPDX-License-Identifier: Apache-2.0
#include "runtime/exchange/input_port.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "support/batch_builder.h"

namespace millrace {
namespace {

class InputPortTest : public testing::Test {
 protected:
  InputPortTest() : port_({&queues_[0], &queues_[1]}) {}

  void Send(size_t channel, Event event) { ASSERT_TRUE(queues_[channel].TryPush(event)); }
  Event Rows(const std::vector<EventTime>& watermarks) {
    BatchBuilder builder(Schema({{"k", DataType::BigInt()}}));
    for (const EventTime time : watermarks) builder.Row({time}).Watermark(time);
    return builder.Build();
  }
  /// Everything that comes out, e.g. "rows[1 2] wm3 barrier7 end".
  std::string Drain() {
    std::string text;
    while (port_.HasEvent()) {
      const Event event = port_.Take();
      if (!text.empty()) text += ' ';
      if (const auto* batch = std::get_if<Batch>(&event)) {
        text += "rows[";
        for (int64_t row = 0; row < batch->num_rows; ++row) {
          text += (row > 0 ? " " : "") + std::to_string(batch->watermark_before(row));
        }
        text += ']';
      } else if (const auto* watermark = std::get_if<Watermark>(&event)) {
        const bool end = watermark->time == kMaxWatermark;
        text += "wm" + (end ? "MAX" : std::to_string(watermark->time));
        text += watermark->idle ? "idle" : "";
      } else if (const auto* barrier = std::get_if<Barrier>(&event)) {
        text += "barrier" + std::to_string(barrier->epoch);
      } else {
        text += "end";
      }
    }
    return text;
  }

  WakeUp wake_up_;
  std::array<ExchangeQueue, 2> queues_{ExchangeQueue(8, &wake_up_, &wake_up_),
                                       ExchangeQueue(8, &wake_up_, &wake_up_)};
  InputPort port_;
};

TEST_F(InputPortTest, RowsCarryTheLeastWatermarkOfAllChannels) {
  Send(0, Watermark{10});
  EXPECT_EQ(Drain(), "");
  Send(1, Watermark{5});
  EXPECT_EQ(Drain(), "wm5");
  Send(0, Rows({10, 12, 20}));
  EXPECT_EQ(Drain(), "rows[5 5 5]");
  Send(1, Rows({5, 11, 15}));
  EXPECT_EQ(Drain(), "rows[5 11 15]");
  Send(1, Watermark{30});
  EXPECT_EQ(Drain(), "wm20");
}

TEST_F(InputPortTest, AnEndedChannelNoLongerHoldsTheWatermark) {
  Send(0, Watermark{10});
  Send(1, EndOfInput{});
  EXPECT_EQ(Drain(), "wm10");
  Send(0, Watermark{kMaxWatermark});
  Send(0, EndOfInput{});
  EXPECT_EQ(Drain(), "wmMAX end");
}

TEST_F(InputPortTest, IdleChannelsAreLeftOutAndNothingGoesBack) {
  Send(0, Watermark{10});
  Send(1, Watermark{5});
  EXPECT_EQ(Drain(), "wm5");
  Send(1, Watermark{5, true});
  EXPECT_EQ(Drain(), "wm10");
  Send(0, Watermark{10, true});
  EXPECT_EQ(Drain(), "wm10idle");
  Send(1, Rows({5, 6}));
  EXPECT_EQ(Drain(), "rows[10 10]");
}

TEST_F(InputPortTest, BarrierWaitsForAllChannelsAndHoldsThoseThatBroughtIt) {
  Send(0, Barrier{.epoch = 7});
  Send(0, Rows({1}));
  EXPECT_EQ(Drain(), "");
  Send(1, Rows({2}));
  EXPECT_EQ(Drain(), "rows[" + std::to_string(kMinWatermark) + "]");
  Send(1, Barrier{.epoch = 7});
  EXPECT_EQ(Drain(), "barrier7 rows[1]");
}

TEST_F(InputPortTest, BarriersGoOnBehindTheEnd) {
  Send(0, EndOfInput{});
  Send(1, EndOfInput{});
  Send(0, Barrier{.epoch = 1});
  Send(1, Barrier{.epoch = 1});
  EXPECT_EQ(Drain(), "wmMAX end barrier1");
}

TEST_F(InputPortTest, AHeldPortGivesNothing) {
  Send(0, Watermark{1});
  Send(1, Watermark{1});
  port_.Hold();
  EXPECT_EQ(Drain(), "");
  port_.Release();
  EXPECT_EQ(Drain(), "wm1");
}

TEST(InputPort, WithoutChannelsItHasEndedBeforeItBegan) {
  InputPort port(std::vector<ExchangeQueue*>{nullptr, nullptr});
  EXPECT_FALSE(port.fed());
  ASSERT_TRUE(port.HasEvent());
  EXPECT_EQ(std::get<Watermark>(port.Take()).time, kMaxWatermark);
  EXPECT_TRUE(std::holds_alternative<EndOfInput>(port.Take()));
  EXPECT_FALSE(port.HasEvent());
}

}  // namespace
}  // namespace millrace
