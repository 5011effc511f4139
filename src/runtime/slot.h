// SPDX-License-Identifier: Apache-2.0
// Slot: one node of the graph on one shard: its operator (or source, or terminal), its inputs, and
// where its output goes. One thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "operators/io/sink_driver.h"
#include "operators/io/source_driver.h"
#include "operators/operator.h"
#include "runtime/exchange/input_port.h"
#include "runtime/exchange/slot_output.h"
#include "runtime/job_graph.h"
#include "runtime/late_routes.h"
#include "runtime/metrics/stage_latency.h"

namespace millrace {

struct Slot {
  /// `letter_bytes`: what all slots of the shard hold in letters.
  explicit Slot(size_t* letter_bytes) : letters(letter_bytes), undelivered_letters(letter_bytes) {}

  const GraphNode* node = nullptr;
  std::string label;             // "WindowAggregate", "Sink alerts": for errors
  std::unique_ptr<Operator> op;  // exactly one of the three
  std::unique_ptr<SourceDriver> source;
  std::unique_ptr<Terminal> terminal;
  std::unique_ptr<StateStore> state;  // operators; terminals, for an outbox
  OperatorMetrics metrics;
  OperatorContext context;
  std::vector<InputPort> ports;
  SlotOutput output;
  std::unique_ptr<LateRoutes> late;  // operators whose late rows somebody wants

  /// Of rows that were processed here: they belong to the epoch of the next barrier.
  DeadLetterBuffer letters;
  /// Terminal: of rows that it gave up while an epoch waited for their delivery.
  DeadLetterBuffer undelivered_letters;

  size_t turn = 0;  // port to look at first
  size_t ended_ports = 0;
  size_t barriers_missing = 0;     // of the barrier in alignment
  std::optional<Barrier> barrier;  // to be forwarded once the operator has no more output
  bool end_pending = false;
  bool ended = false;  // the end was forwarded or the source has none
  bool tick_due = false;
  uint64_t epoch = 0;        // last barrier forwarded
  bool undelivered = false;  // terminal: prepared, delivery is awaited
  int64_t tend_at = 0;       // terminal: when it has something to do
  int64_t not_before = 0;    // source: nothing can come earlier
  int64_t row_bytes = 0;     // source: of its last batch, on average

  uint64_t rows_in = 0;
  uint64_t batches_in = 0;
  uint64_t busy_nanos = 0;
  EventTime watermark = kMinWatermark;  // terminal: as received
  StageLatency* latency = nullptr;      // terminal
  std::unique_ptr<StageLatency> latency_storage;

  size_t fed_ports() const;
  /// True if everything that was pushed so far was taken over: another call may push.
  bool Drained() { return output.Drained() && (late == nullptr || late->Drained()); }
};

}  // namespace millrace
