// SPDX-License-Identifier: Apache-2.0
// SourceLag: how far a reader is behind what there is to read. A SplitReader that can tell derives
// from LagReporter too; who reads it asks with a dynamic_cast, so the others need not know.
#pragma once

#include <cstdint>

namespace millrace {

struct SourceLag {
  int64_t age_ms = -1;   // of the record read last, 0 if nothing is unread; -1: not known
  int64_t records = -1;  // unread; -1: not known
};

class LagReporter {
 public:
  virtual ~LagReporter() = default;
  /// Called by the reader's shard, some times a second.
  virtual SourceLag Lag(int64_t wall_ms) = 0;
};

}  // namespace millrace
