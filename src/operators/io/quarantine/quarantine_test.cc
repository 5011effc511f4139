// SPDX-License-Identifier: Apache-2.0
// Which deaths count, and which record they are blamed on.
#include "operators/io/quarantine/quarantine.h"

#include <gtest/gtest.h>

#include <functional>
#include <utility>

#include "env/simulated/clock.h"
#include "env/simulated/disk.h"

namespace millrace {
namespace {

const RecordPlace kA{.table = "t", .split = "in file.json", .number = 12};
const RecordPlace kB{.table = "t", .split = "in file.json", .number = 50};

/// Says when somebody waits.
class WatchedClock final : public Clock {
 public:
  int64_t WallMillis() const override { return time_.WallMillis(); }
  int64_t MonotonicNanos() const override { return time_.MonotonicNanos(); }
  void SleepNanos(int64_t nanos) override {
    time_.Advance(nanos);
    if (on_sleep) std::exchange(on_sleep, nullptr)();
  }
  std::function<void()> on_sleep;

 private:
  SimulatedClock time_;
};

class QuarantineTest : public testing::Test {
 protected:
  QuarantineTest() { EXPECT_TRUE(disk_.CreateDirectories("/data")); }

  /// A start; what it made of the process before.
  std::unique_ptr<Quarantine> Start(uint64_t epoch, bool resumed = true) {
    auto quarantine = std::make_unique<Quarantine>(Quarantine::Settings{
        .disk = &disk_, .clock = &clock_, .data_dir = "/data", .deaths_max = deaths_max_});
    EXPECT_TRUE(quarantine->Start(epoch, resumed));
    return quarantine;
  }
  /// A process that dies with this record in flight.
  void Die(uint64_t epoch, const RecordPlace& at) {
    const auto quarantine = Start(epoch);
    if (!quarantine->wants_care()) return;
    quarantine->SetCareful(true);
    quarantine->Begin({.table = "t", .split = "in file.json", .number = 0});
    quarantine->Done();
    quarantine->Begin(at);
  }

  SimulatedDisk disk_;
  WatchedClock clock_;
  int deaths_max_ = 3;
};

TEST_F(QuarantineTest, ARecordInFlightAtTheDeathsIsPutAside) {
  Start(7, /*resumed=*/false);
  Die(7, kA);
  Die(7, kA);
  const auto quarantine = Start(8);
  EXPECT_EQ(quarantine->added(), kA);
  const auto held = quarantine->Held("t", "in file.json");
  ASSERT_EQ(held.size(), 1u);
  EXPECT_EQ(held[0].number, 12u);
  EXPECT_EQ(held[0].deaths, 3);
  EXPECT_TRUE(quarantine->Held("t", "other").empty());
  EXPECT_TRUE(Start(9)->Held("u", "in file.json").empty());
  EXPECT_EQ(Start(9)->Held("t", "in file.json").size(), 1u);
}

/// Who kills from outside kills while the run waits in front of the record, too.
TEST_F(QuarantineTest, ADeathInFrontOfASuspectClearsIt) {
  Start(7, /*resumed=*/false);
  for (int i = 0; i < 5; ++i) {
    Die(7, kA);
    const auto killed = Start(7);
    EXPECT_FALSE(killed->added());
    killed->SetCareful(true);
    bool waited = false;
    clock_.on_sleep = [&] {
      waited = true;
      EXPECT_FALSE(Start(7)->added());  // the process behind the one that was killed here
    };
    killed->Begin(kA);
    EXPECT_TRUE(waited);
    EXPECT_TRUE(disk_.Remove("/data/in-flight"));  // nobody lives to write it
  }
  EXPECT_FALSE(Start(7)->added());
}

TEST_F(QuarantineTest, OnlyTheSuspectIsWaitedForAndOnce) {
  Start(7, /*resumed=*/false);
  Die(7, kA);
  const auto quarantine = Start(7);
  quarantine->SetCareful(true);
  const int64_t begin = clock_.MonotonicNanos();
  quarantine->Begin(kB);
  quarantine->Done();
  EXPECT_EQ(clock_.MonotonicNanos(), begin);
  quarantine->Begin(kA);
  quarantine->Done();
  const int64_t waited = clock_.MonotonicNanos() - begin;
  EXPECT_GT(waited, 0);
  quarantine->Begin(kA);
  EXPECT_EQ(clock_.MonotonicNanos() - begin, waited);
}

TEST_F(QuarantineTest, DeathsAtOtherRecordsBlameNone) {
  Start(7, /*resumed=*/false);
  for (int i = 0; i < 6; ++i) {
    Die(7, i % 2 == 0 ? kA : kB);
    EXPECT_FALSE(Start(7)->added());
  }
}

TEST_F(QuarantineTest, DeathsWithNothingInFlightBlameNone) {
  Start(7, /*resumed=*/false);
  for (int i = 0; i < 6; ++i) {
    const auto quarantine = Start(7);
    EXPECT_EQ(quarantine->deaths(), i + 1);
    quarantine->Begin(kA);
    quarantine->Done();
  }
  EXPECT_FALSE(Start(7)->added());
}

TEST_F(QuarantineTest, ARunThatMadeProgressIsNoDeathInARow) {
  Start(7, /*resumed=*/false);
  EXPECT_EQ(Start(8)->deaths(), 1);
  EXPECT_EQ(Start(8)->deaths(), 2);
  EXPECT_EQ(Start(100)->deaths(), 0);
  EXPECT_FALSE(Start(200)->wants_care());
}

TEST_F(QuarantineTest, AnOrderlyEndIsNoDeath) {
  Start(7, /*resumed=*/false);
  Start(7)->Close();
  EXPECT_EQ(Start(7)->deaths(), 0);
}

TEST_F(QuarantineTest, OneDeathIsEnoughIfSo) {
  deaths_max_ = 1;
  Start(7, /*resumed=*/false);
  Die(7, kA);
  EXPECT_EQ(Start(7)->added(), kA);
}

TEST_F(QuarantineTest, AFreshRunKnowsNothing) {
  Start(7, /*resumed=*/false);
  Die(7, kA);
  Die(7, kA);
  EXPECT_TRUE(Start(7)->added());
  EXPECT_TRUE(Start(7, /*resumed=*/false)->Held("t", "in file.json").empty());
}

TEST_F(QuarantineTest, ADamagedListIsRefused) {
  EXPECT_TRUE(disk_.WriteAtomic("/data/quarantine", "what\n"));
  Quarantine quarantine({.disk = &disk_, .clock = &clock_, .data_dir = "/data", .deaths_max = 3});
  EXPECT_FALSE(quarantine.Start(1, /*resumed=*/true));
}

}  // namespace
}  // namespace millrace
