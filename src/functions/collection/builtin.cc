// SPDX-License-Identifier: Apache-2.0
// The list of the functions on arrays, maps and rows.
#include "functions/builtin.h"
#include "functions/collection/lists.h"

namespace millrace {

void RegisterCollectionFunctions(FunctionRegistry* registry) {
  RegisterArrayAccess(registry);
  RegisterArrayChange(registry);
  RegisterArrayConstructors(registry);
  RegisterArrayJoin(registry);
  RegisterArrayOrder(registry);
  RegisterArraySearch(registry);
  RegisterArraySets(registry);
  RegisterMapFunctions(registry);
}

}  // namespace millrace
