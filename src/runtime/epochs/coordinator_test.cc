// SPDX-License-Identifier: Apache-2.0
#include "runtime/epochs/coordinator.h"

#include <gtest/gtest.h>

#include "env/simulated/clock.h"

namespace millrace {
namespace {

/// When epochs are begun: of one shard, which never hands over its part.
class EpochTimesTest : public testing::Test {
 protected:
  void Start(JobSettings job) {
    Coordinator::Settings settings;
    settings.env.clock = &clock_;
    settings.job = job;
    coordinator_ = std::make_unique<Coordinator>(std::move(settings), &control_);
    coordinator_->Step();
  }
  bool BegunAfter(int64_t milliseconds) {
    clock_.AdvanceMillis(milliseconds);
    coordinator_->Step();
    return control_.requested_epoch == 1;
  }

  SimulatedClock clock_;
  JobControl control_{1};
  std::unique_ptr<Coordinator> coordinator_;
};

constexpr JobSettings kTimes{.checkpoint_interval_ms = 200, .backlog_interval_ms = 2000};

TEST_F(EpochTimesTest, AtTheIntervalWhileSourcesKeepUp) {
  Start(kTimes);
  control_.SetLag(0, 9'999);
  EXPECT_FALSE(BegunAfter(199));
  EXPECT_TRUE(BegunAfter(1));
}

TEST_F(EpochTimesTest, SeldomWhileASourceIsFarBehind) {
  Start(kTimes);
  control_.SetLag(0, 10'000);
  EXPECT_FALSE(BegunAfter(1999));
  EXPECT_TRUE(BegunAfter(1));
}

TEST_F(EpochTimesTest, AtOnceWhenTheLastOfABacklogIsRead) {
  Start(kTimes);
  control_.SetLag(0, 60'000);
  EXPECT_FALSE(BegunAfter(1000));
  control_.SetLag(0, 0);
  EXPECT_TRUE(BegunAfter(0));
}

TEST_F(EpochTimesTest, WhoAsksForOneIsNotKeptWaitingByABacklog) {
  Start(kTimes);
  control_.SetLag(0, 60'000);
  control_.HurryEpoch();
  EXPECT_FALSE(BegunAfter(0)) << "least pause";
  EXPECT_TRUE(BegunAfter(5));
}

TEST_F(EpochTimesTest, ZeroMeansNoneByTime) {
  JobSettings job = kTimes;
  job.backlog_interval_ms = 0;
  Start(job);
  control_.SetLag(0, 1000);
  EXPECT_FALSE(BegunAfter(3'600'000));
  control_.SetLag(0, 999);
  EXPECT_TRUE(BegunAfter(0));
}

Result<JobSettings> With(std::initializer_list<std::pair<std::string, std::string>> set) {
  Settings settings;
  for (const auto& [key, text] : set) TRY(settings.Set(key, OptionValue{.text = text}));
  return JobSettings::From(settings);
}

TEST(BacklogIntervalTest, FollowsAnIntervalThatIsSet) {
  constexpr auto kInterval = "execution.checkpointing.interval";
  constexpr auto kBacklog = "execution.checkpointing.interval-during-backlog";
  EXPECT_EQ(With({})->backlog_interval_ms, 2000);
  EXPECT_EQ(With({{kInterval, "50 ms"}})->backlog_interval_ms, 50);
  EXPECT_EQ(With({{kInterval, "50 ms"}, {kBacklog, "1 min"}})->backlog_interval_ms, 60'000);
  EXPECT_EQ(With({{kBacklog, "0 ms"}})->backlog_interval_ms, 0);
  const auto shorter = With({{kInterval, "5 s"}, {kBacklog, "1 s"}});
  ASSERT_FALSE(shorter.has_value());
  EXPECT_EQ(shorter.error().code, "MR0503");
}

}  // namespace
}  // namespace millrace
