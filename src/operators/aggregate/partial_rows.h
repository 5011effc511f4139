// SPDX-License-Identifier: Apache-2.0
// PartialRows: what rows of a group have added up to, as a value of a BYTES column: their number
// and the accumulators. Never stored: it goes from one shard to another within a run. One thread.
#pragma once

#include <arrow/type_fwd.h>

#include "operators/aggregate/aggregate_states.h"

namespace millrace {

class PartialRows {
 public:
  static constexpr uint32_t kSlot = 0;  // of states()

  /// `calls` outlive the object.
  explicit PartialRows(const std::vector<AggregateCall>* calls);

  static void Write(int64_t count, const AggregateStates& states, uint32_t slot, std::string* out);
  /// Answers the number of rows; the accumulators are in states() until the next call.
  Result<int64_t> Read(const arrow::Array& column, int64_t row);
  const AggregateStates& states() const { return states_; }

 private:
  size_t calls_;
  AggregateStates states_;
};

}  // namespace millrace
