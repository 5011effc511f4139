// SPDX-License-Identifier: Apache-2.0
// InputWatermarks: the watermark of an operator with one or more inputs. It is the least of those
// of its inputs, idle ones left out, and never goes back. The same minimum is taken for every row
// of a batch, so late rules downstream do not depend on where batches were cut.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "data/batch.h"
#include "state/cell_table.h"

namespace millrace {

class InputWatermarks {
 public:
  InputWatermarks(int inputs, CellTable* cells);

  /// Sets the running watermark of a batch that came on `input` to the operator's.
  void Apply(int input, Batch* batch);
  /// The operator's watermark after this one; `all_idle` if no input is active.
  Watermark Advance(int input, Watermark watermark);
  EventTime current() const { return cells_->get(current_); }
  EventTime input(int index) const { return cells_->get(inputs_[static_cast<size_t>(index)].cell); }
  int inputs() const { return static_cast<int>(inputs_.size()); }

 private:
  struct Input {
    size_t cell = 0;
    bool idle = false;
  };
  /// The least over the active inputs but `without`; kMaxWatermark if there is none.
  EventTime Least(int without) const;
  void Raise(size_t cell, EventTime time);

  CellTable* cells_;
  std::vector<Input> inputs_;
  size_t current_;
};

}  // namespace millrace
