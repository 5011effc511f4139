// SPDX-License-Identifier: Apache-2.0
// SimulatedEvents: what will happen outside of the process, by time: answers that are on their way,
// machines that come back. One thread; the same order in every run.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <utility>

namespace millrace {

class SimulatedEvents {
 public:
  void At(int64_t nanos, std::function<void()> happen) {
    events_.emplace(nanos, std::move(happen));
  }
  /// Lets everything happen that is due, also what that causes; true if something was.
  bool RunDue(int64_t now) {
    bool ran = false;
    while (!events_.empty() && events_.begin()->first <= now) {
      const auto happen = std::move(events_.begin()->second);
      events_.erase(events_.begin());
      happen();
      ran = true;
    }
    return ran;
  }
  int64_t next_at() const {
    return events_.empty() ? std::numeric_limits<int64_t>::max() : events_.begin()->first;
  }

 private:
  std::multimap<int64_t, std::function<void()>> events_;
};

}  // namespace millrace
