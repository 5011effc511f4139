// SPDX-License-Identifier: Apache-2.0
// The groups of built-in scalar functions: one registering call each, listed in builtin.cc.
#pragma once

#include "functions/function.h"

namespace millrace {

void RegisterArithmeticFunctions(FunctionRegistry* registry);
void RegisterBitmapFunctions(FunctionRegistry* registry);
void RegisterCollectionFunctions(FunctionRegistry* registry);
void RegisterComparisonFunctions(FunctionRegistry* registry);
void RegisterConditionalFunctions(FunctionRegistry* registry);
void RegisterJsonFunctions(FunctionRegistry* registry);
void RegisterMathFunctions(FunctionRegistry* registry);
void RegisterRegexFunctions(FunctionRegistry* registry);
void RegisterStringFunctions(FunctionRegistry* registry);
void RegisterTimeFunctions(FunctionRegistry* registry);

}  // namespace millrace
