// SPDX-License-Identifier: Apache-2.0
// The aggregate behind a subquery that is used as a value: the only row's value, NULL too. A second
// row is an error (MR0713). It has no name in SQL.
#pragma once

#include "functions/aggregate.h"

namespace millrace {

ResolvedAggregate ResolveSingleValue(const AggregateCallSite& site);

}  // namespace millrace
