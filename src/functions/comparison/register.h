// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "functions/function.h"

namespace millrace {

/// IS NULL, IS TRUE .. and NOT (predicates.cc); operators.cc calls it.
void RegisterPredicates(FunctionRegistry* registry);

}  // namespace millrace
