// SPDX-License-Identifier: Apache-2.0
// Resolving an aggregate call: the checks and result types that several aggregates share.
#pragma once

#include <string_view>

#include "functions/aggregate.h"

namespace millrace {

/// MR0302 unless the call has `min` to `max` arguments.
Status CheckArgumentCount(std::string_view name, const AggregateCallSite& site, size_t min,
                          size_t max, std::string_view accepted);
/// MR0301 naming what was found and what is accepted.
std::unexpected<Error> WrongAggregateArguments(std::string_view name, const AggregateCallSite& site,
                                               std::string_view accepted);

/// NOT NULL only for a grouped call over an argument that cannot be NULL.
DataType NullableLikeArgument(const DataType& type, const AggregateCallSite& site);

/// The registering calls of this folder.
void RegisterCount(AggregateRegistry* registry);
void RegisterSums(AggregateRegistry* registry);
void RegisterMinMax(AggregateRegistry* registry);
void RegisterVariances(AggregateRegistry* registry);
void RegisterFirstLast(AggregateRegistry* registry);
void RegisterListAggregate(AggregateRegistry* registry);
void RegisterCollect(AggregateRegistry* registry);
void RegisterJsonAggregates(AggregateRegistry* registry);
void RegisterPercentile(AggregateRegistry* registry);

}  // namespace millrace
