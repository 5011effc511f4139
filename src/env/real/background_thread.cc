// SPDX-License-Identifier: Apache-2.0
#include "env/background_thread.h"

#include <sys/resource.h>
#include <unistd.h>

namespace millrace {
namespace {

constexpr int kLowNice = 10;

}  // namespace

/// On Linux, niceness is a thread's. Where it cannot be set, all are alike.
void BackgroundThread::LowerOwnPriority() {
  setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kLowNice);
}

}  // namespace millrace
