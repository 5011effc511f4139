// SPDX-License-Identifier: Apache-2.0
#include "functions/builtin.h"
#include "functions/time/register.h"

namespace millrace {

void RegisterTimeFunctions(FunctionRegistry* registry) {
  RegisterCurrentTime(registry);
  RegisterDateFormat(registry);
  RegisterExtract(registry);
  RegisterFloorCeil(registry);
  RegisterOverlaps(registry);
  RegisterTimestampAdd(registry);
  RegisterTimestampDiff(registry);
  RegisterToTimestamp(registry);
  RegisterUnixTimestamp(registry);
}

}  // namespace millrace
