// SPDX-License-Identifier: Apache-2.0
// StageLatency: where the time of the events that reached a sink went, per event.
//   ingest      arrival -> decoded                   inference   in model calls of its batch
//   action      encoding and write of the sink       processing  the rest
//   end_to_end  arrival -> written
// Events without an arrival time (made by a timer) are not in these numbers.
#pragma once

#include "data/batch.h"
#include "runtime/metrics/latency_histogram.h"

namespace millrace {

struct StageLatency {
  LatencyHistogram ingest;
  LatencyHistogram processing;
  LatencyHistogram inference;
  LatencyHistogram action;
  LatencyHistogram end_to_end;
  int64_t budget_nanos = 0;  // millrace.latency-budget; 0 = none
  uint64_t over_budget = 0;  // events whose end_to_end was longer than that

  /// The rows of `batch` were written between two moments (monotonic nanoseconds).
  void Record(const Batch& batch, int64_t write_begin, int64_t write_end);
  void Merge(const StageLatency& other);

 private:
  void RecordEvents(const Batch& batch, int64_t arrival, int64_t write_begin, int64_t write_end,
                    uint64_t count);
};

}  // namespace millrace
