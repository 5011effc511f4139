// SPDX-License-Identifier: Apache-2.0
#include "connectors/filesystem/background_sync.h"

#include <gtest/gtest.h>

#include <atomic>
#include <utility>
#include <vector>

namespace millrace {
namespace {

/// Runs its tasks when told to.
class HeldExecutor final : public Executor {
 public:
  void Run(std::function<void()> task) override { tasks_.push_back(std::move(task)); }
  void RunAll() {
    for (const auto& task : std::exchange(tasks_, {})) task();
  }

 private:
  std::vector<std::function<void()>> tasks_;
};

TEST(BackgroundSyncTest, IsDoneWhenItsTaskHasRun) {
  HeldExecutor executor;
  BackgroundSync sync;
  EXPECT_TRUE(*sync.Done());
  int runs = 0;
  ASSERT_TRUE(sync.Start(&executor, [&]() -> Status {
    ++runs;
    return OkStatus();
  }));
  EXPECT_FALSE(*sync.Done());
  EXPECT_EQ(runs, 0);
  executor.RunAll();
  EXPECT_TRUE(*sync.Done());
  EXPECT_EQ(runs, 1);
}

TEST(BackgroundSyncTest, AFailureStays) {
  HeldExecutor executor;
  BackgroundSync sync;
  ASSERT_TRUE(sync.Start(&executor, []() -> Status { return ExternalError("MR0801", "no"); }));
  executor.RunAll();
  ASSERT_FALSE(sync.Done());
  EXPECT_EQ(sync.Done().error().message, "no");
  EXPECT_FALSE(sync.Wait());
}

TEST(BackgroundSyncTest, WithoutExecutorTheCallerSyncs) {
  BackgroundSync sync;
  EXPECT_FALSE(sync.Start(nullptr, []() -> Status { return ExternalError("MR0801", "no"); }));
}

TEST(BackgroundSyncTest, TheDestructorWaits) {
  const auto executor = MakeThreadExecutor(2);
  std::atomic<int> ended = 0;
  for (int i = 0; i < 100; ++i) {
    BackgroundSync sync;
    ASSERT_TRUE(sync.Start(executor.get(), [&]() -> Status {
      ++ended;
      return OkStatus();
    }));
  }
  EXPECT_EQ(ended, 100);
}

}  // namespace
}  // namespace millrace
