// SPDX-License-Identifier: Apache-2.0
// PendingBatch: rows that an operator has made, handed out as far as its output takes them. Used by
// the operator's thread.
#pragma once

#include <algorithm>
#include <utility>

#include "operators/operator.h"

namespace millrace {

class PendingBatch {
 public:
  bool empty() const { return sent_ == batch_.num_rows; }

  /// REQUIRES: empty().
  void Set(Batch batch) {
    batch_ = std::move(batch);
    sent_ = 0;
  }

  /// Until nothing is left or the output is full; at most kMaxBatchRows in a batch.
  void PushTo(Output* output) {
    while (!empty() && !output->full()) {
      const int64_t count = std::min(batch_.num_rows - sent_, kMaxBatchRows);
      output->Push(batch_.Slice(sent_, count));
      sent_ += count;
    }
    if (empty()) Set(Batch());
  }

 private:
  Batch batch_;
  int64_t sent_ = 0;  // rows
};

}  // namespace millrace
