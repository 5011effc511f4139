// SPDX-License-Identifier: Apache-2.0
#include "runtime/metrics/stage_latency.h"

#include <algorithm>

namespace millrace {

void StageLatency::Record(const Batch& batch, int64_t write_begin, int64_t write_end) {
  if (batch.arrivals == nullptr) {
    RecordEvents(batch, batch.arrival, write_begin, write_end,
                 static_cast<uint64_t>(batch.num_rows));
    return;
  }
  for (const int64_t arrival : *batch.arrivals) {
    RecordEvents(batch, arrival, write_begin, write_end, 1);
  }
}

void StageLatency::RecordEvents(const Batch& batch, int64_t arrival, int64_t write_begin,
                                int64_t write_end, uint64_t count) {
  if (arrival == 0 || count == 0) return;
  const int64_t total = write_end - arrival;
  const int64_t write = write_end - write_begin;
  // Rows made of rows of several batches may lack the decode time: all that is processing.
  const int64_t decode = batch.timing.decoded_at > arrival ? batch.timing.decoded_at - arrival : 0;
  ingest.Record(decode, count);
  inference.Record(batch.timing.inference, count);
  action.Record(write, count);
  processing.Record(total - decode - batch.timing.inference - write, count);
  end_to_end.Record(total, count);
  if (budget_nanos > 0 && total > budget_nanos) over_budget += count;
}

void StageLatency::Merge(const StageLatency& other) {
  ingest.Merge(other.ingest);
  processing.Merge(other.processing);
  inference.Merge(other.inference);
  action.Merge(other.action);
  end_to_end.Merge(other.end_to_end);
  budget_nanos = std::max(budget_nanos, other.budget_nanos);
  over_budget += other.over_budget;
}

}  // namespace millrace
