// SPDX-License-Identifier: Apache-2.0
// The registering calls of this folder.
#pragma once

#include "functions/function.h"

namespace millrace {

void RegisterContentTests(FunctionRegistry* registry);
void RegisterTypeOf(FunctionRegistry* registry);

}  // namespace millrace
