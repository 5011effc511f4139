// SPDX-License-Identifier: Apache-2.0
// The registering calls of this folder, and what its files share.
#pragma once

#include <string_view>
#include <vector>

#include "functions/aggregate.h"
#include "functions/function.h"

namespace millrace {

void RegisterBitmapAggregates(AggregateRegistry* registry);
void RegisterBitmapConversions(FunctionRegistry* registry);
void RegisterBitmapOperations(FunctionRegistry* registry);

/// MR0302 or MR0301 unless the call has `count` arguments, all BITMAP; their types otherwise.
Result<std::vector<DataType>> MatchBitmaps(std::string_view name, const CallSite& site,
                                           size_t count, std::string_view accepted);

}  // namespace millrace
