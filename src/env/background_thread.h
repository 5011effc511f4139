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
  explicit BackgroundThread(std::function<void()> run) : thread_(std::move(run)) {}
  ~BackgroundThread() {
    if (thread_.joinable()) thread_.join();
  }
  BackgroundThread(const BackgroundThread&) = delete;
  BackgroundThread& operator=(const BackgroundThread&) = delete;

 private:
  std::thread thread_;
};

}  // namespace millrace
