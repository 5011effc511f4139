// SPDX-License-Identifier: Apache-2.0
// Rows that an operator leaves out because they came behind the watermark: each is counted, and
// given to whoever wants late rows.
#pragma once

#include "operators/operator.h"

namespace millrace {

inline void DropLateRow(const OperatorContext& context, const Batch& batch, int64_t row) {
  ++context.metrics->rows_late;
  if (context.on_late_row) context.on_late_row(batch, row);
}

}  // namespace millrace
