// SPDX-License-Identifier: Apache-2.0
#include "pipelines/tap_sessions.h"

#include <gtest/gtest.h>

#include "env/simulated/clock.h"

namespace millrace {
namespace {

TEST(TapSessionsTest, ForgottenOnesAreClosedAndThereIsALimit) {
  SimulatedClock clock;
  TapSessions taps(&clock, {});
  std::vector<uint64_t> sessions;
  while (true) {
    const auto session = taps.Open({.pattern = "*"});
    if (!session) {
      EXPECT_EQ(session.error().code, "MR0761");
      EXPECT_TRUE(session.error().retryable);
      break;
    }
    sessions.push_back(*session);
    ASSERT_LT(sessions.size(), 100u);
  }
  clock.SleepNanos(6'000'000'000);
  EXPECT_TRUE(taps.Read(sessions[0]).has_value());
  clock.SleepNanos(6'000'000'000);
  EXPECT_TRUE(taps.Read(sessions[0]).has_value());
  const auto closed = taps.Read(sessions[1]);
  ASSERT_FALSE(closed.has_value());
  EXPECT_EQ(closed.error().code, "MR0762");
  EXPECT_TRUE(taps.Open({.pattern = "*"}).has_value());
}

}  // namespace
}  // namespace millrace
