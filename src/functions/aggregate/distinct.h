// SPDX-License-Identifier: Apache-2.0
// DISTINCT around any aggregate: the inner accumulators see the first row of each value of a slot,
// and a retraction when the last one has gone.
#pragma once

#include <memory>

#include "functions/aggregate.h"

namespace millrace {

/// Wraps a resolved call of one value argument. `inner` must retract if rows can be retracted.
ResolvedAggregate WrapDistinct(ResolvedAggregate inner);
/// The same for a call of several arguments: rows count as equal if all of them are.
ResolvedAggregate WrapDistinctRows(ResolvedAggregate inner);

}  // namespace millrace
