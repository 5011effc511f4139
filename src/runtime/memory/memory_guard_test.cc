// SPDX-License-Identifier: Apache-2.0
#include "runtime/memory/memory_guard.h"

#include <gtest/gtest.h>

#include "env/simulated/process_memory.h"

namespace millrace {
namespace {

constexpr uint64_t kMegabyte = 1 << 20;
constexpr int64_t kMilli = 1'000'000;

TEST(MemoryGuardTest, WithoutASeamNothingIsExceeded) {
  MemoryGuard guard(nullptr, 100);
  EXPECT_TRUE(guard.CheckStart().has_value());
  EXPECT_FALSE(guard.Exceeded(1000 * kMilli));
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

TEST(MemoryGuardTest, HoldsAtTheBudgetAndGoesOnAtALittleLess) {
  SimulatedProcessMemory memory(1000 * kMegabyte);
  MemoryGuard guard(&memory, 400 * kMegabyte);
  memory.used = 399 * kMegabyte;
  EXPECT_FALSE(guard.Exceeded(0));
  memory.used = 400 * kMegabyte;
  EXPECT_FALSE(guard.Exceeded(0)) << "it is not asked again at once";
  EXPECT_TRUE(guard.Exceeded(guard.next_look()));
  memory.used = 390 * kMegabyte;
  EXPECT_TRUE(guard.Exceeded(guard.next_look()));
  memory.used = 379 * kMegabyte;
  EXPECT_FALSE(guard.Exceeded(guard.next_look()));
  EXPECT_NE(guard.Describe().find("379 MB"), std::string::npos);
}

TEST(MemoryGuardTest, LooksOftenerTheCloserItIs) {
  SimulatedProcessMemory memory(1000 * kMegabyte);
  MemoryGuard guard(&memory, 400 * kMegabyte);
  memory.used = 100 * kMegabyte;
  guard.Exceeded(0);
  EXPECT_EQ(guard.next_look(), 50 * kMilli);
  memory.used = 300 * kMegabyte;
  guard.Exceeded(50 * kMilli);
  EXPECT_EQ(guard.next_look(), 55 * kMilli);
}

TEST(MemoryGuardTest, MemoryThatWasOnlyKeptIsGivenBackFirst) {
  SimulatedProcessMemory memory(1000 * kMegabyte);
  MemoryGuard guard(&memory, 400 * kMegabyte);
  memory.used = 200 * kMegabyte;
  memory.kept = 250 * kMegabyte;
  EXPECT_FALSE(guard.Exceeded(0));
  EXPECT_EQ(memory.returns, 1);
  memory.kept = 250 * kMegabyte;
  EXPECT_TRUE(guard.Exceeded(100 * kMilli)) << "giving back costs: once a second at most";
  EXPECT_EQ(memory.returns, 1);
  EXPECT_FALSE(guard.Exceeded(1000 * kMilli));
  EXPECT_EQ(memory.returns, 2);
}

}  // namespace
}  // namespace millrace
