// SPDX-License-Identifier: Apache-2.0
// The list of the functions that match patterns.
#include "functions/builtin.h"

#include "functions/regex/register.h"

namespace millrace {

void RegisterRegexFunctions(FunctionRegistry* registry) {
  RegisterLikeFunction(registry);
  RegisterRegexpFunctions(registry);
  RegisterRegexpReplace(registry);
  RegisterSimilarFunction(registry);
  RegisterStrToMap(registry);
}

}  // namespace millrace
