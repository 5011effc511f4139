// SPDX-License-Identifier: Apache-2.0
// The registering calls of this folder.
#pragma once

#include "functions/function.h"

namespace millrace {

void RegisterLikeFunction(FunctionRegistry* registry);
void RegisterRegexpFunctions(FunctionRegistry* registry);
void RegisterRegexpReplace(FunctionRegistry* registry);
void RegisterSimilarFunction(FunctionRegistry* registry);
void RegisterStrToMap(FunctionRegistry* registry);

}  // namespace millrace
