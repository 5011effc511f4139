// SPDX-License-Identifier: Apache-2.0
// DurableJoin: one callback for several logs.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <utility>

#include "base/result.h"

namespace millrace {

/// Calls back once, when every part is done, with the first failure. Thread-safe; shared by parts.
class DurableJoin {
 public:
  explicit DurableJoin(std::function<void(const Status&)> callback)
      : callback_(std::move(callback)) {}

  /// Before a part is started. The one who made the join counts as a part from the beginning.
  void Expect() { ++missing_; }
  void Done(const Status& status) {
    if (!status) {
      const std::lock_guard lock(mutex_);
      if (outcome_) outcome_ = status;
    }
    if (--missing_ == 0) callback_(outcome_);
  }

 private:
  std::atomic<int> missing_ = 1;
  std::mutex mutex_;
  std::function<void(const Status&)> callback_;
  Status outcome_;
};

}  // namespace millrace
