// SPDX-License-Identifier: Apache-2.0
// The list of the string functions.
#include "functions/builtin.h"

#include "functions/string/text.h"

namespace millrace {

void RegisterStringFunctions(FunctionRegistry* registry) {
  RegisterBase64Functions(registry);
  RegisterCaseFunctions(registry);
  RegisterCharacterFunctions(registry);
  RegisterCharsetFunctions(registry);
  RegisterConcatFunctions(registry);
  RegisterEltFunction(registry);
  RegisterHashFunctions(registry);
  RegisterHexFunctions(registry);
  RegisterInetFunctions(registry);
  RegisterOverlayFunction(registry);
  RegisterPadFunctions(registry);
  RegisterPrintfFunction(registry);
  RegisterReplaceFunctions(registry);
  RegisterSearchFunctions(registry);
  RegisterSplitFunctions(registry);
  RegisterSubstringFunctions(registry);
  RegisterTrimFunctions(registry);
  RegisterUrlFunctions(registry);
  RegisterUuidFunction(registry);
}

}  // namespace millrace
