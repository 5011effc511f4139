// SPDX-License-Identifier: Apache-2.0
// Rows on which aggregates failed. Updates give columns of results and have no place for them, so
// they are gathered by thread: an aggregate adds them, and the operator that ran the update takes
// them right behind it, as rows of the batch at hand.
#pragma once

#include "functions/function.h"

namespace millrace {

/// Of this thread.
RowErrors* AggregateFailures();
/// Sorted by row; none are left.
RowErrors TakeAggregateFailures();

}  // namespace millrace
