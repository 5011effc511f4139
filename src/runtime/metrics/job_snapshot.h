// SPDX-License-Identifier: Apache-2.0
// JobSnapshot: what a running job looks like from outside, a plain copy.
//
// Accounting. Per source: records_in = rows_out + dead_lettered + skipped. Per operator without
// aggregation or join: rows_in = rows_out + filtered + late + failed. So for a pipeline of such
// operators what came in equals what went out plus what was filtered, dead-lettered and late, as
// `Accounting` sums up; rows that entered an aggregation or join are `aggregated` and leave it as
// other rows.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "operators/io/outbox_table.h"
#include "operators/io/source_driver.h"
#include "operators/operator.h"
#include "runtime/backup/backup_runner.h"
#include "runtime/metrics/stage_latency.h"

namespace millrace {

struct NodeSnapshot {
  int node = 0;  // index in the graph, topological
  std::string id;
  std::string kind;
  std::string table;        // scans and sinks
  std::string trouble;      // of its connector, if something is wrong that may pass
  std::vector<int> inputs;  // nodes
  uint64_t rows_in = 0;
  uint64_t rows_out = 0;
  OperatorMetrics counters;  // filtered, late, failed
  uint64_t batches_in = 0;
  uint64_t queued = 0;        // batches and marks that wait at its inputs
  uint64_t sink_retries = 0;  // sinks only
  OutboxStatus outbox;        // sinks that have one
  uint64_t busy_nanos = 0;
  SourceCounters source;                // sources only
  EventTime watermark = kMinWatermark;  // the least over shards
  size_t state_entries = 0;
  size_t state_bytes = 0;
  std::shared_ptr<const StageLatency> latency;  // sinks only
};

struct ShardSnapshot {
  uint64_t busy_nanos = 0;
  uint64_t idle_nanos = 0;
  uint64_t back_pressured_nanos = 0;
};

struct Accounting {
  uint64_t in = 0;             // records read
  uint64_t out = 0;            // rows written to sinks
  uint64_t filtered = 0;       // by conditions, skipped records included
  uint64_t dead_lettered = 0;  // not decodable or not processable
  uint64_t late = 0;
};

struct JobSnapshot {
  uint64_t epoch = 0;          // last completed
  std::string trouble;         // why epochs do not go on, if something is wrong that may pass
  uint64_t memory_used = 0;    // of the process, in bytes; 0 if nobody looks at it
  uint64_t memory_budget = 0;  // of it
  bool sources_held = false;   // nothing is read until `trouble` has passed
  uint64_t restarts = 0;       // in this process, after failures
  int64_t elapsed_nanos = 0;   // since the first shard step
  std::vector<NodeSnapshot> nodes;
  std::vector<ShardSnapshot> shards;
  Accounting accounting;
  BackupStatus backup;
  std::map<std::string, std::string> dead_letter_files;  // by table, those that were written
};

/// Adds one shard's numbers of a node.
void MergeNode(const NodeSnapshot& shard, NodeSnapshot* total);
/// Sums up over nodes.
Accounting Account(const std::vector<NodeSnapshot>& nodes);

}  // namespace millrace
