// SPDX-License-Identifier: Apache-2.0
// SourceDriver: the running form of a leaf of the plan on one shard. The shard polls it; it answers
// with one batch, with "nothing now", or with "no more". It never waits. Positions are asked for at
// barriers, between two polls, and say what was handed out so far. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "connectors/connector.h"
#include "data/batch.h"

namespace millrace {

/// How far one split has been read. `row` is used by file formats, whose position is a row count.
struct SplitPosition {
  std::string split;
  bool bounded = true;
  bool done = false;
  std::string position;
  uint64_t row = 0;
  int shard = -1;  // that has it; -1: none yet
  bool operator==(const SplitPosition&) const = default;
};

/// Counters of one source on one shard: records_in = rows_out + dead_lettered + skipped.
struct SourceCounters {
  uint64_t records_in = 0;
  uint64_t rows_out = 0;
  uint64_t dead_lettered = 0;
  uint64_t skipped = 0;  // ignore-parse-errors, comment lines
  uint64_t bytes_in = 0;
  int64_t lag_ms = -1;       // age of what is read while more waits, the worst split; -1: not known
  int64_t lag_records = -1;  // that wait in all splits that tell; -1: not known
};

class SourceDriver {
 public:
  struct Polled {
    enum class Kind { kData, kIdle, kEnd } kind = Kind::kIdle;
    Batch batch;             // kData; may be empty when bytes were read but no record is complete
    int64_t wait_nanos = 0;  // kIdle: nothing can come before this many nanoseconds, 0 = unknown
  };

  virtual ~SourceDriver() = default;
  /// With `flush` nothing new is read: what was read and held back comes out (until AtBoundary).
  virtual Result<Polled> Poll(int64_t max_rows, bool flush) = 0;
  /// True if Positions() says exactly what was handed out; else poll with `flush` first.
  virtual bool AtBoundary() const { return true; }
  /// What was handed out so far, for a barrier. REQUIRES: AtBoundary().
  virtual std::vector<SplitPosition> Positions() const = 0;
  /// A split found later, or a position to start from. Before the first Poll of that split.
  virtual Status AddSplit(const SplitPosition& split) = 0;
  /// No split will be added any more: the source ends with its last bounded split.
  virtual void NoMoreSplits() = 0;
  /// As of now: a source that nobody polls, since the pipeline takes no more, has a lag, too.
  virtual const SourceCounters& counters() = 0;
  virtual std::string Waiting() const { return {}; }
  /// What is wrong with the connector, if it may pass ("broker 1 cannot be reached"); else empty.
  virtual std::string Trouble() const { return {}; }
};

}  // namespace millrace
