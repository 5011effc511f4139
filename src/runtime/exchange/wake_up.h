// SPDX-License-Identifier: Apache-2.0
// WakeUp: where one thread parks and others wake it. Notify costs one load while nobody is parked.
// Parking: Prepare(), look once more for work, then Wait() or Cancel(); a Notify after Prepare is
// never lost. Notify is thread-safe; the rest belongs to the owner.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace millrace {

class WakeUp {
 public:
  void Notify() {
    std::atomic_thread_fence(std::memory_order_seq_cst);
    if (parked_.load(std::memory_order_relaxed)) Wake();
  }
  void Prepare() {
    parked_.store(true, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_seq_cst);
  }
  void Cancel() { parked_.store(false, std::memory_order_relaxed); }
  /// Returns when notified or after `nanos`.
  void Wait(int64_t nanos);

 private:
  void Wake();

  std::atomic<bool> parked_{false};
  std::mutex mutex_;
  std::condition_variable wake_;
  bool notified_ = false;
};

}  // namespace millrace
