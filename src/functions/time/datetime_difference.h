// SPDX-License-Identifier: Apache-2.0
// (a - b) DAY, (a - b) MONTH ...: the interval between two points. The operator "-" takes the unit
// as its option and resolves here.
#pragma once

#include "functions/function.h"

namespace millrace {

/// options[0] is the unit: YEAR and MONTH give months, the others a day-time interval (to the
/// millisecond, whatever the unit, as in Flink).
Result<ResolvedCall> ResolveDatetimeDifference(const CallSite& site);

}  // namespace millrace
