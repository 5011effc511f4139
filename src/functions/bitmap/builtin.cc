// SPDX-License-Identifier: Apache-2.0
// The list of the BITMAP functions.
#include "functions/builtin.h"
#include "functions/bitmap/register.h"
#include "functions/signature.h"

namespace millrace {

void RegisterBitmapFunctions(FunctionRegistry* registry) {
  RegisterBitmapConversions(registry);
  RegisterBitmapOperations(registry);
}

Result<std::vector<DataType>> MatchBitmaps(std::string_view name, const CallSite& site,
                                           size_t count, std::string_view accepted) {
  if (site.args.size() != count) return WrongArgumentCount(name, site, accepted);
  for (const Argument& arg : site.args) {
    if (arg.type.kind() != TypeKind::kBitmap) return NoSignature(name, site, accepted);
  }
  std::vector<DataType> types;
  for (const Argument& arg : site.args) types.push_back(arg.type);
  return types;
}

}  // namespace millrace
