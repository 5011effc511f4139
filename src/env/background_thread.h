// SPDX-License-Identifier: Apache-2.0
// BackgroundThread: a thread of a component that works beside the pipelines (syncs of the log).
// Simulations start none, so whoever uses it must also offer its work as a plain call.
#pragma once

#include <functional>
#include <thread>
#include <utility>

namespace millrace {

/// Runs `run` once; the destructor waits for its end, so the owner asks it to end before.
class BackgroundThread {
 public:
  enum class Priority {
    kNormal,
    kLow,  // rows that wait for a processor go first
  };
  explicit BackgroundThread(std::function<void()> run, Priority priority = Priority::kNormal)
      : thread_([run = std::move(run), priority] {
          if (priority == Priority::kLow) LowerOwnPriority();
          run();
        }) {}
  ~BackgroundThread() {
    if (thread_.joinable()) thread_.join();
  }
  BackgroundThread(const BackgroundThread&) = delete;
  BackgroundThread& operator=(const BackgroundThread&) = delete;

 private:
  static void LowerOwnPriority();

  std::thread thread_;
};

}  // namespace millrace
