// SPDX-License-Identifier: Apache-2.0
// The list of the JSON functions.
#include "functions/builtin.h"
#include "functions/json/register.h"
#include "functions/json/variant.h"

namespace millrace {

void RegisterJsonFunctions(FunctionRegistry* registry) {
  RegisterIsJson(registry);
  RegisterJsonConstructors(registry);
  RegisterJsonExists(registry);
  RegisterJsonQuery(registry);
  RegisterJsonQuote(registry);
  RegisterJsonValue(registry);
  RegisterVariants(registry);
}

}  // namespace millrace
