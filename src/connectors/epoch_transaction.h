// SPDX-License-Identifier: Apache-2.0
// EpochTransaction: the outputs of an epoch that become visible together by a commit in another
// system (Kafka), which thereby decides whether the epoch happened. One per pipeline and copy.
//
// Order of one epoch, which must not change: outputs are written while the epoch runs -> its
// barrier passes -> the journal holds its delta, durable -> Decide(n) flushes the outputs, writes
// the decision record (epoch and hash) into the transaction and commits -> Decided() -> older
// epochs may be forgotten. What is written behind barrier n before n is decided is held and belongs
// to transaction n+1. A commit whose outcome is unclear is never retried on the same producer: a
// new one fences it, and the decision record is read again.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"

namespace millrace {

/// What the decision record says.
struct EpochRecord {
  uint64_t epoch = 0;
  uint64_t hash = 0;  // of the journal's record of that epoch
};

/// Sinks write through it by the connector's own, wider interface. Calls below come from the thread
/// that runs the coordinator.
class EpochTransaction {
 public:
  virtual ~EpochTransaction() = default;
  /// Fences whoever had this pipeline before, ends what it left open, and reads the decision
  /// record; no value: nothing was ever decided. Waits, up to the pipeline's connect time-out.
  virtual Result<std::optional<EpochRecord>> Recover() = 0;
  /// Starts the decision of the epoch, whose barrier all writers have passed. Does not wait.
  virtual Status Decide(const EpochRecord& record) = 0;
  /// True once the epoch of the last Decide has happened for certain. MR0831: it has not, or its
  /// outcome is unclear: the pipeline must start again from what Recover says (in this process or
  /// another). MR0832: another process has taken over; it must not start again.
  virtual Result<bool> Decided() = 0;
  /// Why it takes long, if something is wrong that may pass; else empty.
  virtual std::string Waiting() = 0;
  /// Outputs of an epoch are given up if it is not decided this long after the first one; the
  /// interval of epochs must be shorter. 0 = no limit.
  virtual int64_t time_limit_ms() const { return 0; }
};

}  // namespace millrace
