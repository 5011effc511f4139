// SPDX-License-Identifier: Apache-2.0
// ClockedWindows: windows over processing time. An operator over event time runs inside and is told
// the clock in place of the watermark: a row that comes at millisecond t has the time t and meets a
// watermark of t - 1, so a window [start, end) closes when the clock reaches its end. Rows are
// never late. What comes out carries the outer watermark, which is passed on as it comes.
//
// The end of input closes nothing, as in Flink. A clock that goes back stands still until it has
// caught up, also over a restart.
#pragma once

#include <memory>

#include "operators/operator.h"

namespace millrace {

/// `make` makes the operator inside, whose input has its time in `time_column`.
Result<std::unique_ptr<Operator>> MakeClockedWindows(const PlanNodePtr& node, int time_column,
                                                     const OperatorContext& context,
                                                     const OperatorFactory& make);

}  // namespace millrace
