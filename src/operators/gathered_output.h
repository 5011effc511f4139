// SPDX-License-Identifier: Apache-2.0
// GatheredOutput: what an operator emits in one call, in as few batches as it fits in.
//
// An operator that fires at many times in a call emits a small batch and a watermark for each, and
// every operator and queue behind it would pay for each of them. Here they become one batch whose
// rows carry the watermark under which they went out, and the last watermark behind it: the same
// to whoever looks at rows and their watermarks. Rows stay in order. Used by the operator's thread.
#pragma once

#include <memory>
#include <vector>

#include "operators/operator.h"

namespace millrace {

class GatheredOutput final : public Output {
 public:
  /// For one call; Flush() ends it.
  explicit GatheredOutput(Output* output) : output_(output) {}

  void Push(Batch batch) override;
  void Push(Watermark watermark) override;
  bool full() const override { return pushed_ >= kMaxBatchRows || output_->full(); }

  void Flush();

 private:
  /// Rows of different inputs are kept apart: a row that fails further on is told by its origin.
  bool FitsIn(const Batch& batch) const;

  Output* output_;
  int64_t pushed_ = 0;  // rows in this call
  int64_t waiting_rows_ = 0;
  std::vector<Batch> waiting_;
  std::shared_ptr<const RowOrigins> origins_;  // of those that wait
  EventTime watermark_ = kMinWatermark;        // in force behind what was pushed
  bool has_watermark_ = false;                 // it is to go out behind the rows that wait
};

}  // namespace millrace
