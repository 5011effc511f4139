// SPDX-License-Identifier: Apache-2.0
// Types and aggregate calls back from the texts that stand in a stored plan.
#pragma once

#include <string_view>

#include "functions/aggregate.h"
#include "plan/identity/operator_identity.h"

namespace millrace {

/// MR0722 if it is no type of SQL.
Result<DataType> TypeOfText(std::string_view text);
/// The aggregate of a StatePart::layout, to read its state.
Result<ResolvedAggregate> AggregateOfLayout(std::string_view layout);
/// AggregateCall::state_tag of a part, unless an equal one is before it.
uint32_t TagOfPart(const StatePart& part);
/// What names a column in state.
uint32_t TagOfColumn(const StoredColumn& column);

}  // namespace millrace
