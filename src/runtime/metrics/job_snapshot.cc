// SPDX-License-Identifier: Apache-2.0
#include "runtime/metrics/job_snapshot.h"

#include <algorithm>

namespace millrace {

void MergeNode(const NodeSnapshot& shard, NodeSnapshot* total) {
  if (total->trouble.empty()) total->trouble = shard.trouble;
  total->rows_in += shard.rows_in;
  total->rows_out += shard.rows_out;
  total->counters.rows_filtered += shard.counters.rows_filtered;
  total->counters.rows_late += shard.counters.rows_late;
  total->counters.rows_late_kept += shard.counters.rows_late_kept;
  total->counters.rows_failed += shard.counters.rows_failed;
  total->counters.model_calls += shard.counters.model_calls;
  total->counters.model_failures += shard.counters.model_failures;
  total->batches_in += shard.batches_in;
  total->queued += shard.queued;
  total->sink_retries += shard.sink_retries;
  total->outbox.messages += shard.outbox.messages;
  total->outbox.bytes += shard.outbox.bytes;
  total->outbox.bytes_max += shard.outbox.bytes_max;
  total->outbox.bytes_per_second += shard.outbox.bytes_per_second;
  total->outbox.oldest_age_ms = std::max(total->outbox.oldest_age_ms, shard.outbox.oldest_age_ms);
  total->busy_nanos += shard.busy_nanos;
  total->source.records_in += shard.source.records_in;
  total->source.rows_out += shard.source.rows_out;
  total->source.dead_lettered += shard.source.dead_lettered;
  total->source.skipped += shard.source.skipped;
  total->source.bytes_in += shard.source.bytes_in;
  total->source.lag_ms = std::max(total->source.lag_ms, shard.source.lag_ms);
  if (shard.source.lag_records >= 0) {
    total->source.lag_records =
        std::max<int64_t>(0, total->source.lag_records) + shard.source.lag_records;
  }
  total->watermark = std::min(total->watermark, shard.watermark);
  total->state_entries += shard.state_entries;
  total->state_bytes += shard.state_bytes;
  if (shard.latency == nullptr) return;
  if (total->latency == nullptr) {
    total->latency = shard.latency;
    return;
  }
  auto merged = std::make_shared<StageLatency>(*total->latency);
  merged->Merge(*shard.latency);
  total->latency = std::move(merged);
}

Accounting Account(const std::vector<NodeSnapshot>& nodes) {
  Accounting sum;
  for (const NodeSnapshot& node : nodes) {
    sum.in += node.source.records_in;
    sum.filtered += node.source.skipped + node.counters.rows_filtered;
    sum.dead_lettered += node.source.dead_lettered + node.counters.rows_failed;
    sum.late += node.counters.rows_late - node.counters.rows_late_kept;
    if (node.kind != "Sink" && node.kind != "Collect") continue;
    // A message of a run before may be given up in this one: it came in then.
    const uint64_t left = node.counters.rows_failed + node.counters.rows_filtered;
    sum.out += node.rows_in - std::min(node.rows_in, left);
  }
  return sum;
}

}  // namespace millrace
