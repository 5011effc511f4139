// SPDX-License-Identifier: Apache-2.0
// The families of time functions; builtin.cc calls them all.
#pragma once

#include "functions/function.h"

namespace millrace {

void RegisterCurrentTime(FunctionRegistry* registry);
void RegisterDateFormat(FunctionRegistry* registry);
void RegisterExtract(FunctionRegistry* registry);
void RegisterFloorCeil(FunctionRegistry* registry);
void RegisterOverlaps(FunctionRegistry* registry);
void RegisterTimestampAdd(FunctionRegistry* registry);
void RegisterTimestampDiff(FunctionRegistry* registry);
void RegisterToTimestamp(FunctionRegistry* registry);
void RegisterUnixTimestamp(FunctionRegistry* registry);

}  // namespace millrace
