// SPDX-License-Identifier: Apache-2.0
// Operator: the running form of a plan node, a pure state machine.
//
// Called by one shard thread only; holds no lock; sees no clock, thread, file, socket or random
// number. All calls for one event return before the next event comes, and output is resumable: once
// Output::full() an operator stops, remembers where it was, and is called again through Continue
// until more() is false. Only then does it get the next event.
//
// Watermarks. Row i of a batch arrives under batch.watermark_before(i). An operator with timers
// compares that column with its next deadline and fires *before* the row where it is crossed, so
// results do not depend on where batches were cut; rows it emits when firing carry the watermark
// that it had forwarded last. An operator without timers passes the side columns on. OnWatermark
// comes when the watermark moved behind the last row.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "data/batch.h"
#include "env/environment.h"
#include "functions/function.h"
#include "plan/node.h"
#include "state/state_store.h"

namespace millrace {

/// Takes what an operator emits. Push order is delivery order.
class Output {
 public:
  /// Batches, which may be of a row each, after which a call is to yield.
  static constexpr int kMaxCallBatches = 4;

  virtual ~Output() = default;
  virtual void Push(Batch batch) = 0;          // empty batches are ignored
  virtual void Push(Watermark watermark) = 0;  // not moving forward: ignored
  /// At least kMaxBatchRows rows or kMaxCallBatches batches were pushed in this call: yield.
  virtual bool full() const = 0;
};

/// A row that could not be processed and leaves the pipeline here.
struct RowFailure {
  std::string_view stage;  // "processing", "inference"
  std::string reason;
  const Batch* batch = nullptr;
  const Schema* schema = nullptr;
  int64_t row = 0;
  int64_t attempts = 1;
};

/// Counters of one operator on one shard; read by other threads through snapshots only.
struct OperatorMetrics {
  uint64_t rows_in = 0;
  uint64_t rows_out = 0;
  uint64_t rows_filtered = 0;
  uint64_t rows_late = 0;
  uint64_t rows_late_kept = 0;  // of these: went on as rows of the relation of late rows
  uint64_t rows_failed = 0;
  uint64_t busy_nanos = 0;
  uint64_t model_calls = 0;     // batches given to a model
  uint64_t model_failures = 0;  // rows that the model could not answer
};

/// What the runtime gives an operator of one shard. Outlives it.
struct OperatorContext {
  const SessionContext* session = nullptr;
  StateStore* state = nullptr;  // this operator's private namespace on this shard
  OperatorMetrics* metrics = nullptr;
  /// Applies millrace.on-row-error: an error return means the job must fail.
  std::function<Status(const RowFailure&)> on_row_failure;
  /// Somebody wants the rows that were left out as late; may be empty (operators/late_rows.h).
  std::function<void(const Batch& batch, int64_t row)> on_late_row;
  Environment env;  // for io and predict only
  /// Monotonic nanoseconds, for stage timing only; never decides a result.
  std::function<int64_t()> now_nanos;
  int shard = 0;
  int shards = 1;
  bool unbounded = false;  // rows come from a source without an end
};

class Operator {
 public:
  virtual ~Operator() = default;
  virtual Status OnBatch(int input, Batch batch, Output* output) = 0;
  /// Default for one input without timers: forwards.
  virtual Status OnWatermark(int input, Watermark watermark, Output* output);
  /// Processing time moved on (idle time-outs, state TTL). Default: nothing.
  virtual Status OnTime(int64_t now_ms, Output* output);
  /// Everything before the barrier has been processed; the runtime then collects the state delta
  /// and forwards the barrier. Default: nothing. Never waits.
  virtual Status OnBarrier(Barrier barrier, Output* output);
  /// That input has ended. The runtime has delivered Watermark{kMaxWatermark} on it before.
  virtual Status OnEnd(int input, Output* output);
  virtual bool more() const { return false; }
  virtual Status Continue(Output* output);
  /// Rebuilds in-memory structures after the state store was restored.
  virtual Status OnRestore() { return OkStatus(); }
  /// What the operator is waiting for, for a silent pipeline: empty = nothing. `watermark` is the
  /// operator's current one. "window [10:00, 10:01) closes when the watermark passes 10:01"
  virtual std::string Waiting() const { return {}; }
};

using OperatorFactory =
    std::function<Result<std::unique_ptr<Operator>>(const PlanNodePtr&, const OperatorContext&)>;

/// Operators by node kind. operators/builtin.cc fills it.
class OperatorRegistry {
 public:
  void Register(std::string_view node_kind, OperatorFactory factory);
  Result<std::unique_ptr<Operator>> Make(const PlanNodePtr& node,
                                         const OperatorContext& context) const;

 private:
  std::vector<std::pair<std::string, OperatorFactory>> factories_;
};

const OperatorRegistry& BuiltinOperators();

}  // namespace millrace
