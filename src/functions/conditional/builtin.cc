// SPDX-License-Identifier: Apache-2.0
// The list of the conditional functions. CASE, COALESCE, IF, IFNULL and NULLIF are expressions of
// their own.
#include "functions/builtin.h"
#include "functions/conditional/register.h"

namespace millrace {

void RegisterConditionalFunctions(FunctionRegistry* registry) {
  RegisterContentTests(registry);
  RegisterTypeOf(registry);
}

}  // namespace millrace
