// SPDX-License-Identifier: Apache-2.0
#include "connectors/filesystem/background_sync.h"

#include "base/check.h"

namespace millrace {

Status BackgroundSync::Start(Executor* executor, std::function<Status()> sync) {
  if (executor == nullptr) {
    const std::lock_guard lock(mutex_);
    status_ = sync();
    return status_;
  }
  {
    const std::lock_guard lock(mutex_);
    CHECK(!running_);
    running_ = true;
  }
  executor->Run([this, sync = std::move(sync)] {
    Status status = sync();
    // Notified under the lock: the owner may end as soon as it sees that this has.
    const std::lock_guard lock(mutex_);
    status_ = std::move(status);
    running_ = false;
    ended_.notify_all();
  });
  return OkStatus();
}

Result<bool> BackgroundSync::Done() {
  const std::lock_guard lock(mutex_);
  if (running_) return false;
  if (!status_) return std::unexpected(status_.error());
  return true;
}

Status BackgroundSync::Wait() {
  std::unique_lock lock(mutex_);
  ended_.wait(lock, [this] { return !running_; });
  return status_;
}

}  // namespace millrace
