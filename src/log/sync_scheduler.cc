// SPDX-License-Identifier: Apache-2.0
#include "log/sync_scheduler.h"

#include <algorithm>

namespace millrace {

SyncScheduler::SyncScheduler(int threads) {
  for (int i = 0; i < threads; ++i) {
    threads_.push_back(std::make_unique<BackgroundThread>([this] { Work(); }));
  }
}

SyncScheduler::~SyncScheduler() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  threads_.clear();
}

void SyncScheduler::Request(SyncTarget* target) {
  {
    const std::lock_guard lock(mutex_);
    if (threads_.empty()) return;
    State& state = states_[target];
    if (state.queued) return;
    state.queued = true;
    // A target that is being synced comes back to the queue when its round is over.
    if (state.running) return;
    queue_.push_back(target);
  }
  wake_.notify_one();
}

void SyncScheduler::Remove(SyncTarget* target) {
  std::unique_lock lock(mutex_);
  std::erase(queue_, target);
  idle_.wait(lock, [&] {
    const auto state = states_.find(target);
    if (state == states_.end()) return true;
    state->second.queued = false;
    return !state->second.running;
  });
  states_.erase(target);
}

void SyncScheduler::Work() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (stopping_) return;
    SyncTarget* const target = queue_.front();
    queue_.pop_front();
    states_[target] = {.queued = false, .running = true};
    lock.unlock();
    target->SyncRound();
    lock.lock();
    State& state = states_[target];
    state.running = false;
    if (state.queued) {
      queue_.push_back(target);
      wake_.notify_one();
    }
    idle_.notify_all();
  }
}

}  // namespace millrace
