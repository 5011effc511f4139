// SPDX-License-Identifier: Apache-2.0
#include "runtime/exchange/wake_up.h"

#include <chrono>

namespace millrace {

void WakeUp::Wait(int64_t nanos) {
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, std::chrono::nanoseconds(nanos), [this] { return notified_; });
  notified_ = false;
  parked_.store(false, std::memory_order_relaxed);
}

// Told behind the lock: who is woken would stop at it at once.
void WakeUp::Wake() {
  {
    const std::lock_guard lock(mutex_);
    notified_ = true;
  }
  wake_.notify_one();
}

}  // namespace millrace
