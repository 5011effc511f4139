// SPDX-License-Identifier: Apache-2.0
// Which aggregate calls add numbers that are rounded on the way, or that overflow: their result
// depends on what came and went before, to the last bit, so it cannot be found again from the rows
// that are there.
#pragma once

#include <algorithm>
#include <string_view>

#include "plan/aggregate_call.h"

namespace millrace {

/// In the layout of a DISTINCT call over a bounded frame of OVER (StatePart).
inline constexpr std::string_view kCountsWritten = ", counts of values";

inline bool HasRoundedSum(const AggregateCall& call) {
  constexpr std::string_view kDeviations[] = {"STDDEV_POP", "STDDEV_SAMP", "VAR_POP",
                                              "VAR_SAMP",   "VARIANCE",    "STDDEV"};
  if (std::ranges::find(kDeviations, call.function) != std::end(kDeviations)) return true;
  if (call.function != "SUM" && call.function != "$SUM0" && call.function != "AVG") return false;
  const TypeKind kind = call.resolved.arg_types[0].kind();
  return kind == TypeKind::kFloat || kind == TypeKind::kDouble || kind == TypeKind::kDecimal;
}

}  // namespace millrace
