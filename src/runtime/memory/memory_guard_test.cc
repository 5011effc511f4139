// SPDX-License-Identifier: Apache-2.0
#include "runtime/memory/memory_guard.h"

#include <gtest/gtest.h>

#include "base/time_units.h"
#include "env/simulated/process_memory.h"

namespace millrace {
namespace {

constexpr uint64_t kMegabyte = 1 << 20;

/// With nothing in flight.
bool Exceeded(MemoryGuard* guard, int64_t now) {
  ReadCredit credit;
  guard->Watch(now, 0, &credit);
  return guard->exceeded();
}

TEST(MemoryGuardTest, WithoutASeamNothingIsExceeded) {
  MemoryGuard guard(nullptr, 100);
  EXPECT_TRUE(guard.CheckStart().has_value());
  EXPECT_FALSE(Exceeded(&guard, 1000 * kMilli));
}

TEST(MemoryGuardTest, TheDefaultLeavesRoomBelowTheLimit) {
  SimulatedProcessMemory memory(500 * kMegabyte);
  EXPECT_EQ(MemoryGuard(&memory, 0).budget_bytes(), 400 * kMegabyte);
  EXPECT_EQ(MemoryGuard(&memory, 300 * kMegabyte).budget_bytes(), 300 * kMegabyte);
}

TEST(MemoryGuardTest, ABudgetThatLeavesNothingToWorkWithIsRefused) {
  SimulatedProcessMemory memory(100 * kMegabyte);
  const Status status = MemoryGuard(&memory, 0).CheckStart();
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().code, "MR0816");
  EXPECT_TRUE(MemoryGuard(&memory, 200 * kMegabyte).CheckStart().has_value());
}

TEST(MemoryGuardTest, HoldsInFrontOfTheBudgetAndGoesOnAtALittleLess) {
  SimulatedProcessMemory memory(1000 * kMegabyte);
  MemoryGuard guard(&memory, 400 * kMegabyte);
  memory.used = 374 * kMegabyte;
  EXPECT_FALSE(Exceeded(&guard, 0));
  memory.used = 376 * kMegabyte;
  EXPECT_FALSE(Exceeded(&guard, 0)) << "it is not asked again at once";
  EXPECT_TRUE(Exceeded(&guard, guard.next_look()));
  memory.used = 360 * kMegabyte;
  EXPECT_TRUE(Exceeded(&guard, guard.next_look()));
  memory.used = 349 * kMegabyte;
  EXPECT_FALSE(Exceeded(&guard, guard.next_look()));
  EXPECT_NE(guard.Describe().find("349 MB"), std::string::npos);
}

TEST(MemoryGuardTest, LooksOftenerTheCloserItIs) {
  SimulatedProcessMemory memory(1000 * kMegabyte);
  MemoryGuard guard(&memory, 400 * kMegabyte);
  memory.used = 100 * kMegabyte;
  Exceeded(&guard, 0);
  EXPECT_EQ(guard.next_look(), 50 * kMilli);
  memory.used = 300 * kMegabyte;
  Exceeded(&guard, 50 * kMilli);
  EXPECT_EQ(guard.next_look(), 55 * kMilli);
}

TEST(MemoryGuardTest, MemoryThatWasOnlyKeptIsGivenBackFirst) {
  SimulatedProcessMemory memory(1000 * kMegabyte);
  MemoryGuard guard(&memory, 400 * kMegabyte);
  memory.used = 200 * kMegabyte;
  memory.kept = 250 * kMegabyte;
  EXPECT_FALSE(Exceeded(&guard, 0));
  EXPECT_EQ(memory.returns, 1);
  memory.kept = 250 * kMegabyte;
  EXPECT_TRUE(Exceeded(&guard, 100 * kMilli)) << "giving back costs: once a second at most";
  EXPECT_EQ(memory.returns, 1);
  EXPECT_FALSE(Exceeded(&guard, 1000 * kMilli));
  EXPECT_EQ(memory.returns, 2);
}

TEST(MemoryGuardTest, CreditIsWhatHasRoomWithItsCopies) {
  SimulatedProcessMemory memory(1000 * kMegabyte);
  MemoryGuard guard(&memory, 400 * kMegabyte);
  memory.used = 200 * kMegabyte;
  ReadCredit credit;
  EXPECT_FALSE(credit.exhausted());
  guard.Watch(0, 0, &credit);
  credit.Count(50 * kMegabyte - 1);
  EXPECT_FALSE(credit.exhausted());
  credit.Count(1);
  EXPECT_TRUE(credit.exhausted());
}

TEST(MemoryGuardTest, RoomIsKeptForWhatIsInFlight) {
  SimulatedProcessMemory memory(1000 * kMegabyte);
  MemoryGuard guard(&memory, 400 * kMegabyte);
  memory.used = 200 * kMegabyte;
  ReadCredit credit;
  credit.Count(60 * kMegabyte);
  guard.Watch(0, 60 * kMegabyte, &credit);
  EXPECT_TRUE(guard.tight()) << "epochs must hurry";
  EXPECT_FALSE(guard.exceeded());
  credit.Count(5 * kMegabyte);
  EXPECT_TRUE(credit.exhausted());
  guard.Watch(kMilli / 2, 0, &credit);
  EXPECT_TRUE(credit.exhausted()) << "it is not looked at more than once a millisecond";
  guard.Watch(kMilli, 0, &credit);
  EXPECT_FALSE(credit.exhausted()) << "its epoch is decided";
  EXPECT_FALSE(guard.tight());
}

}  // namespace
}  // namespace millrace
