// SPDX-License-Identifier: Apache-2.0
// BackgroundSync: one sync at a time that runs beside its owner, so that a slow disk delays the
// epoch and not the shard. The owner's calls come from one thread.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>

#include "base/result.h"
#include "env/executor.h"

namespace millrace {

class BackgroundSync {
 public:
  BackgroundSync() = default;
  ~BackgroundSync() { (void)Wait(); }
  BackgroundSync(const BackgroundSync&) = delete;
  BackgroundSync& operator=(const BackgroundSync&) = delete;

  /// Runs `sync`, whose captures must live until it is done. Null executor: at once, and its error
  /// is returned. REQUIRES: none is running.
  Status Start(Executor* executor, std::function<Status()> sync);
  /// False while one runs; the error of the last one if it has failed.
  Result<bool> Done();
  Status Wait();

 private:
  std::mutex mutex_;
  std::condition_variable ended_;
  bool running_ = false;
  Status status_;
};

}  // namespace millrace
