// SPDX-License-Identifier: Apache-2.0
// The families of numeric functions; builtin.cc calls them all.
#pragma once

#include "functions/function.h"

namespace millrace {

void RegisterAbsSign(FunctionRegistry* registry);
void RegisterElementary(FunctionRegistry* registry);
void RegisterGreatestLeast(FunctionRegistry* registry);
void RegisterLogarithms(FunctionRegistry* registry);
void RegisterRandom(FunctionRegistry* registry);
void RegisterRoundTruncate(FunctionRegistry* registry);

}  // namespace millrace
