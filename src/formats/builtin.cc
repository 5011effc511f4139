// SPDX-License-Identifier: Apache-2.0
// The list of formats that exist.
#include "formats/format.h"
#include "formats/json/json_format.h"

namespace millrace {

void RegisterBuiltinFormats(FormatRegistry* registry) {
  registry->Register(MakeJsonFormat());
}

}  // namespace millrace
