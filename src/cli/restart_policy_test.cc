// SPDX-License-Identifier: Apache-2.0
#include "cli/restart_policy.h"

#include <gtest/gtest.h>

#include "base/time_units.h"

namespace millrace {
namespace {

const Error kUndecided{.code = "MR0831", .message = "not committed"};

RestartPolicy Policy(const std::map<std::string, std::string>& values) {
  Settings settings;
  for (const auto& [key, value] : values) EXPECT_TRUE(settings.Set(key, {value, false}));
  return *RestartPolicy::From(settings);
}

TEST(RestartPolicy, WaitsLongerEachTimeAndThenGivesUp) {
  RestartPolicy policy =
      Policy({{"restart-strategy.exponential-delay.initial-backoff", "100 ms"},
              {"restart-strategy.exponential-delay.max-backoff", "300 ms"},
              {"restart-strategy.exponential-delay.backoff-multiplier", "2"},
              {"restart-strategy.exponential-delay.attempts-before-reset-backoff", "3"}});
  EXPECT_EQ(policy.OnFailure(kUndecided, 0), 100 * kMilli);
  EXPECT_EQ(policy.OnFailure(kUndecided, 1), 200 * kMilli);
  EXPECT_EQ(policy.OnFailure(kUndecided, 2), 300 * kMilli);
  EXPECT_EQ(policy.OnFailure(kUndecided, 3), std::nullopt);
}

TEST(RestartPolicy, AQuietTimeBeginsAnew) {
  RestartPolicy policy =
      Policy({{"restart-strategy.exponential-delay.reset-backoff-threshold", "1 s"},
              {"restart-strategy.exponential-delay.attempts-before-reset-backoff", "1"}});
  EXPECT_EQ(policy.OnFailure(kUndecided, 0), 100 * kMilli);
  EXPECT_EQ(policy.OnFailure(kUndecided, 2000 * kMilli), 100 * kMilli);
  EXPECT_EQ(policy.OnFailure(kUndecided, 2500 * kMilli), std::nullopt);
}

TEST(RestartPolicy, OnlyWhatMayPassIsTriedAgain) {
  RestartPolicy policy = Policy({});
  EXPECT_EQ(policy.OnFailure({.code = "MR0832", .message = "another process"}, 0), std::nullopt);
  EXPECT_EQ(policy.OnFailure({.code = "MR0523", .message = "no such topic"}, 0), std::nullopt);
  EXPECT_NE(policy.OnFailure({.code = "MR0522", .message = "no broker"}, 0), std::nullopt);
  EXPECT_NE(policy.OnFailure({.code = "MR0802", .message = "no room"}, 0), std::nullopt);
  EXPECT_NE(policy.OnFailure({.code = "MR0817", .message = "no descriptor"}, 0), std::nullopt);
  EXPECT_EQ(Policy({{"restart-strategy.type", "none"}}).OnFailure(kUndecided, 0), std::nullopt);
}

TEST(RestartPolicy, FixedDelay) {
  RestartPolicy policy = Policy({{"restart-strategy.type", "fixed-delay"},
                                 {"restart-strategy.fixed-delay.attempts", "2"},
                                 {"restart-strategy.fixed-delay.delay", "50 ms"}});
  EXPECT_EQ(policy.OnFailure(kUndecided, 0), 50 * kMilli);
  EXPECT_EQ(policy.OnFailure(kUndecided, 0), 50 * kMilli);
  EXPECT_EQ(policy.OnFailure(kUndecided, 0), std::nullopt);
}

TEST(RestartPolicy, ValuesOutOfRangeAreRefused) {
  Settings settings;
  ASSERT_TRUE(
      settings.Set("restart-strategy.exponential-delay.backoff-multiplier", {"0.5", false}));
  EXPECT_FALSE(RestartPolicy::From(settings));
}

}  // namespace
}  // namespace millrace
