// SPDX-License-Identifier: Apache-2.0
// SteppedOperator: an operator that works on a batch in steps of some rows each, since what a row
// brings about may be many rows: what a step has made goes out, as far as the output takes it,
// before the next one begins. It is whole again when nothing is left (`more`). One thread.
#pragma once

#include "operators/operator.h"
#include "operators/pending_batch.h"

namespace millrace {

class SteppedOperator : public Operator {
 public:
  bool more() const final { return !pending_.empty() || batch_.num_rows > 0; }

  Status Continue(Output* output) final {
    while (more() && !output->full()) {
      if (pending_.empty()) TRY(Step());
      pending_.PushTo(output);
    }
    return OkStatus();
  }

 protected:
  /// Processes rows of batch_ from row_ on and sets pending_ to what they bring about; behind the
  /// last one batch_ is given up.
  virtual Status Step() = 0;

  Batch batch_;      // the one at hand; without rows: none
  int64_t row_ = 0;  // of it, the next one
  PendingBatch pending_;
};

}  // namespace millrace
