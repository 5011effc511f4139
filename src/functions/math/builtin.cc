// SPDX-License-Identifier: Apache-2.0
#include "functions/builtin.h"
#include "functions/math/register.h"

namespace millrace {

// CEIL and FLOOR are registered with the time functions: one name serves numbers and timestamps.
void RegisterMathFunctions(FunctionRegistry* registry) {
  RegisterAbsSign(registry);
  RegisterElementary(registry);
  RegisterGreatestLeast(registry);
  RegisterLogarithms(registry);
  RegisterRandom(registry);
  RegisterRoundTruncate(registry);
}

}  // namespace millrace
