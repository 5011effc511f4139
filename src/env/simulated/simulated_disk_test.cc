// SPDX-License-Identifier: Apache-2.0
// What a power loss takes, and injected faults.
#include <gtest/gtest.h>

#include <set>

#include "env/simulated/clock.h"
#include "env/simulated/disk.h"

namespace millrace {
namespace {

class SimulatedDiskTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(disk_.CreateDirectories("/d") && disk_.SyncDirectory("/")); }
  std::unique_ptr<WritableFile> Create(const std::string& path) {
    auto file = disk_.OpenForAppend(path, std::nullopt);
    EXPECT_TRUE(file.has_value());
    return std::move(*file);
  }
  void Crash(uint64_t seed) { disk_.Crash(MakeRandom(seed).get()); }

  SimulatedDisk disk_;
};

TEST_F(SimulatedDiskTest, SyncedDataUnderASyncedNameStays) {
  auto file = Create("/d/a");
  ASSERT_TRUE(file->Append("kept") && file->Sync() && disk_.SyncDirectory("/d"));
  for (uint64_t seed = 0; seed < 50; ++seed) {
    Crash(seed);
    ASSERT_EQ(*disk_.ReadAll("/d/a"), "kept");
  }
  EXPECT_FALSE(file->Append("more").has_value());
}

TEST_F(SimulatedDiskTest, AnUnsyncedNameMayBeLostOrKept) {
  std::set<bool> outcomes;
  for (uint64_t seed = 0; seed < 50; ++seed) {
    SimulatedDisk disk;
    auto file = disk.OpenForAppend("/a", std::nullopt);
    ASSERT_TRUE((*file)->Append("x") && (*file)->Sync());
    disk.Crash(MakeRandom(seed).get());
    outcomes.insert(disk.Stat("/a")->has_value());
  }
  EXPECT_EQ(outcomes.size(), 2u);
}

TEST_F(SimulatedDiskTest, AnUnsyncedTailIsTornAtSectors) {
  std::set<size_t> sizes;
  for (uint64_t seed = 0; seed < 200; ++seed) {
    SimulatedDisk disk;
    auto file = disk.OpenForAppend("/a", std::nullopt);
    ASSERT_TRUE((*file)->Append(std::string(700, 'a')) && (*file)->Sync());
    ASSERT_TRUE(disk.SyncDirectory("/") && (*file)->Append(std::string(3000, 'b')));
    disk.Crash(MakeRandom(seed).get());
    const std::string bytes = *disk.ReadAll("/a");
    ASSERT_GE(bytes.size(), 700u);
    ASSERT_EQ(bytes.substr(0, 700), std::string(700, 'a'));
    ASSERT_EQ(bytes.find_first_not_of(std::string("b\0", 2), 700), std::string::npos);
    sizes.insert(bytes.size());
  }
  EXPECT_TRUE(sizes.contains(1024));
  EXPECT_TRUE(sizes.contains(700));
}

TEST_F(SimulatedDiskTest, ARenameHappensOrNot) {
  std::set<std::string> outcomes;
  for (uint64_t seed = 0; seed < 50; ++seed) {
    SimulatedDisk disk;
    ASSERT_TRUE(disk.WriteAtomic("/b", "old") && disk.WriteAtomic("/a", "new"));
    ASSERT_TRUE(disk.Rename("/a", "/b"));
    disk.Crash(MakeRandom(seed).get());
    const bool source = disk.Stat("/a")->has_value();
    outcomes.insert(*disk.ReadAll("/b") + (source ? "+" : ""));
  }
  EXPECT_EQ(outcomes, (std::set<std::string>{"new", "old+"}));
}

TEST_F(SimulatedDiskTest, LocksEndWithTheMachine) {
  const auto lock = disk_.Lock("/d/lock");
  ASSERT_TRUE(lock.has_value());
  Crash(1);
  ASSERT_TRUE(disk_.CreateDirectories("/d"));
  EXPECT_TRUE(disk_.Lock("/d/lock").has_value());
}

TEST_F(SimulatedDiskTest, AFailedSyncIsFinal) {
  auto file = Create("/d/a");
  ASSERT_TRUE(file->Append("x"));
  disk_.SetFaults([](SimulatedDisk::Operation operation, const std::string&) -> Status {
    if (operation != SimulatedDisk::Operation::kSync) return OkStatus();
    return ExternalError("MR0801", "EIO");
  });
  EXPECT_FALSE(file->Sync().has_value());
  disk_.SetFaults(nullptr);
  EXPECT_FALSE(file->Sync().has_value());
  EXPECT_FALSE(file->Append("y").has_value());
}

TEST_F(SimulatedDiskTest, RunsOutOfSpace) {
  disk_.SetCapacity(10);
  auto file = Create("/d/a");
  ASSERT_TRUE(file->Append("12345678"));
  const Status full = file->Append("90123");
  ASSERT_FALSE(full.has_value());
  EXPECT_EQ(full.error().code, "MR0802");
}

TEST(SimulatedClockTest, MovesOnlyWhenTold) {
  SimulatedClock clock(5000);
  EXPECT_EQ(clock.WallMillis(), 5000);
  const int64_t start = clock.MonotonicNanos();
  clock.SleepNanos(2'000'000);
  EXPECT_EQ(clock.WallMillis(), 5002);
  clock.SetWallMillis(1);
  EXPECT_EQ(clock.WallMillis(), 1);
  EXPECT_EQ(clock.MonotonicNanos(), start + 2'000'000);
}

TEST(RandomTest, ASeedGivesOneSequenceEverywhere) {
  const auto random = MakeRandom(42);
  EXPECT_EQ(random->Next(), 1546998764402558742u);
  EXPECT_EQ(random->Next(), 6990951692964543102u);
  EXPECT_NE(MakeRandom(42)->Fork()->Next(), MakeRandom(42)->Next());
}

}  // namespace
}  // namespace millrace
