// SPDX-License-Identifier: Apache-2.0
// DeadlineOperator: the event loop of operators that do something when the watermark reaches a
// time.
//
// It walks a batch row by row in watermark order: rows are processed while their watermark stays
// below the next deadline, and what is due is fired before the row where the deadline is crossed.
// Before and after a fire the watermark goes downstream just as it would if rows came one at a
// time, so results do not depend on where batches were cut; what one call emits goes out together
// (GatheredOutput). It stops wherever the output is full and goes on in Continue.
#pragma once

#include "operators/input_watermarks.h"
#include "operators/operator.h"

namespace millrace {

class DeadlineOperator : public Operator {
 public:
  DeadlineOperator(int inputs, const OperatorContext& context);

  Status OnBatch(int input, Batch batch, Output* output) final;
  Status OnWatermark(int input, Watermark watermark, Output* output) final;
  bool more() const final { return firing_ || has_batch_ || pending_.has_value(); }
  Status Continue(Output* output) final { return Run(output); }
  Status OnRestore() final;

 protected:
  /// The earliest time at which Fire has something to do; kMaxWatermark if nothing is held.
  virtual EventTime NextDeadline() const = 0;
  /// A new batch: what is done once for all its rows.
  virtual Status BeginBatch(int input, const Batch& batch) = 0;
  /// Processes rows from `begin` on and returns the row to go on with. Stops before a row whose
  /// watermark has reached NextDeadline(), and when the output is full.
  virtual Result<int64_t> ProcessRows(int input, const Batch& batch, int64_t begin,
                                      Output* output) = 0;
  virtual void EndBatch() {}
  /// Emits what is due at watermark(); false if the output was full before all was out.
  virtual Result<bool> Fire(Output* output) = 0;
  /// Rebuilds in-memory structures after the state tables were filled.
  virtual Status Restored() { return OkStatus(); }
  /// What downstream may rely on; less than `watermark` where rows are held back.
  virtual EventTime OutputWatermark(EventTime watermark) const { return watermark; }

  const OperatorContext& context() const { return context_; }
  EventTime watermark() const { return cells_.get(passed_); }
  const InputWatermarks& inputs() const { return inputs_; }
  EventTime forwarded() const { return forwarded_; }
  /// For cells of the operator itself; add them in its constructor.
  CellTable& cells() { return cells_; }

 private:
  Status Run(Output* output);
  Status Step(Output* output);
  void Forward(Watermark watermark, Output* output);

  OperatorContext context_;
  CellTable cells_;
  InputWatermarks inputs_;
  size_t passed_;  // the watermark up to which everything was fired
  EventTime forwarded_ = kMinWatermark;
  bool firing_ = false;
  bool has_batch_ = false;
  int input_ = 0;
  int64_t row_ = 0;
  Batch batch_;
  std::optional<Watermark> pending_;
};

/// "2026-01-02 10:01:00" in UTC, for Waiting(); words for kMinWatermark and kMaxWatermark.
std::string FormatEventTime(EventTime time);

}  // namespace millrace
