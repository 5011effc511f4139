// SPDX-License-Identifier: Apache-2.0
// SyncScheduler: the threads that sync logs. Each log is synced by one of them at a time, so while
// one sync runs appends gather for the next: group commit without waiting on purpose.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "env/background_thread.h"

namespace millrace {

class SyncTarget {
 public:
  virtual ~SyncTarget() = default;
  /// Makes durable what is written, and calls back. Never runs twice at once for one target.
  virtual void SyncRound() = 0;
};

/// Thread-safe. Targets are not owned and must be removed before they go.
class SyncScheduler {
 public:
  /// 0 threads: requests are ignored, targets are synced by those who want it.
  explicit SyncScheduler(int threads);
  ~SyncScheduler();

  bool has_threads() const { return !threads_.empty(); }
  /// One more round for the target, begun after this call.
  void Request(SyncTarget* target);
  /// Waits for the target's round, if one runs; then it is known no more.
  void Remove(SyncTarget* target);

 private:
  struct State {
    bool queued = false;
    bool running = false;
  };
  void Work();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable idle_;
  std::deque<SyncTarget*> queue_;
  std::unordered_map<SyncTarget*, State> states_;
  bool stopping_ = false;
  std::vector<std::unique_ptr<BackgroundThread>> threads_;
};

}  // namespace millrace
