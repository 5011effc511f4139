// SPDX-License-Identifier: Apache-2.0
// BundleOperator: rows are folded in as they come, and what they have become goes out when their
// bundle ends: after so many rows, so much time, before a barrier, and at the end of input. So a
// bundle never outlives an epoch. A watermark waits for what the rows before it have become.
//
// Results depend on where bundles end, which is counted in rows wherever batches were cut. One
// thread.
#pragma once

#include <optional>

#include "operators/operator.h"
#include "operators/pending_batch.h"
#include "plan/nodes/aggregate_nodes.h"

namespace millrace {

class BundleOperator : public Operator {
 public:
  explicit BundleOperator(MiniBatch bounds) : bounds_(bounds) {}

  Status OnBatch(int input, Batch batch, Output* output) final;
  Status OnWatermark(int input, Watermark watermark, Output* output) final;
  Status OnTime(int64_t now_ms, Output* output) final;
  Status OnBarrier(Barrier barrier, Output* output) final;
  bool more() const final { return !pending_.empty() || batch_.num_rows > 0; }
  Status Continue(Output* output) final;

 protected:
  /// A new batch: what is done once for all its rows.
  virtual Status BeginBatch(const Batch& batch) = 0;
  /// Folds rows [begin, end) of it in.
  virtual Status Fold(const Batch& batch, int64_t begin, int64_t end) = 0;
  /// What the rows since the last call have become.
  virtual Result<Batch> EndBundle() = 0;
  /// Processing time; no bundle is older than its latency.
  virtual Status Expire(int64_t now_ms) = 0;

 private:
  Status Step();
  Status End();

  MiniBatch bounds_;
  int64_t now_ms_ = 0;
  int64_t bundle_rows_ = 0;
  int64_t due_ms_ = 0;
  EventTime forwarded_ = kMinWatermark;
  std::optional<Watermark> waiting_;
  PendingBatch pending_;
  Batch batch_;  // the one at hand; without rows: none
  int64_t row_ = 0;
};

}  // namespace millrace
