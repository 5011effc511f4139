// SPDX-License-Identifier: Apache-2.0
// ColdSweep: when an operator looks at some of what it has on the disk only, so that what is over
// goes there, too: every 0.1 s at so little that it costs next to nothing, and at all in turn.
#pragma once

#include <cstddef>
#include <cstdint>

namespace millrace {

class ColdSweep {
 public:
  static constexpr size_t kEntries = 256;  // looked at each time, if one says whether it is over,
  static constexpr size_t kKeys = 64;      // or if keys have to be loaded for that

  bool IsTime(int64_t now_ms) {
    constexpr int64_t kEveryMillis = 100;
    if (now_ms < next_ms_) return false;
    next_ms_ = now_ms + kEveryMillis;
    return true;
  }

 private:
  int64_t next_ms_ = 0;
};

}  // namespace millrace
