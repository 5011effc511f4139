// SPDX-License-Identifier: Apache-2.0
// The registering calls of this folder.
#pragma once

#include "functions/function.h"

namespace millrace {

void RegisterIsJson(FunctionRegistry* registry);
void RegisterJsonConstructors(FunctionRegistry* registry);
void RegisterJsonExists(FunctionRegistry* registry);
void RegisterJsonQuery(FunctionRegistry* registry);
void RegisterJsonQuote(FunctionRegistry* registry);
void RegisterJsonValue(FunctionRegistry* registry);

}  // namespace millrace
