// SPDX-License-Identifier: Apache-2.0
// LateRoutes: where the rows go that one operator on one shard drops as late: to the relation of
// late rows of the table they came from, or to the table's dead letters. A row is found by its
// origin, which keeps it as the scan gave it; rows that an aggregation or a join made are of no
// table, and are only counted. One thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "operators/io/dead_letters.h"
#include "operators/io/record_origins.h"
#include "runtime/exchange/slot_output.h"
#include "runtime/job_graph.h"

namespace millrace {

/// Somebody wants the late rows of the table, so its scans keep rows.
bool KeepsLateRows(const JobGraph& graph, const Table& table);
bool AnyLateRowsKept(const JobGraph& graph);

class LateRoutes {
 public:
  LateRoutes(std::string operation, OperatorMetrics* metrics, DeadLetterBuffer* letters)
      : operation_(std::move(operation)), metrics_(metrics), letters_(letters) {}

  /// Rows of this table go to that port, too.
  void Add(const std::string& table, InputPort* port) { outputs_[table].AddLocal(port); }

  /// A row that was dropped; nothing is pushed before Flush.
  void Take(const Batch& batch, int64_t row);
  void Flush(EventTime watermark);
  bool Drained();
  void PushBarrier(Barrier barrier);
  void PushEnd();

 private:
  std::string operation_;
  OperatorMetrics* metrics_;
  DeadLetterBuffer* letters_;
  std::map<std::string, SlotOutput> outputs_;  // by table
  /// Taken since the last Flush, in their order; neighbours of one batch together.
  std::vector<std::pair<std::shared_ptr<const KeptRows>, std::vector<int32_t>>> taken_;
};

}  // namespace millrace
