// SPDX-License-Identifier: Apache-2.0
// LAG(x [, offset [, default]]) OVER (.. ORDER BY time): no aggregate of GROUP BY, so it is not in
// the registry; OVER alone knows it. Used while planning.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "functions/aggregate.h"

namespace millrace {

/// `site.args` are the value and, if there is one, the default.
Result<ResolvedAggregate> ResolveLag(const AggregateCallSite& site, int64_t offset);
/// Calls are told apart by name and arguments; the offset is none of these: "LAG", "LAG 2".
std::string LagName(int64_t offset);
/// The offset that a name of LagName has; nullopt for any other name.
std::optional<int64_t> OffsetOfLagName(std::string_view name);

}  // namespace millrace
