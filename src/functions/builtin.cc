// SPDX-License-Identifier: Apache-2.0
// The list of all groups of built-in scalar functions.
#include "functions/builtin.h"

namespace millrace {

void RegisterBuiltinFunctions(FunctionRegistry* registry) {
  RegisterArithmeticFunctions(registry);
  RegisterBitmapFunctions(registry);
  RegisterCollectionFunctions(registry);
  RegisterComparisonFunctions(registry);
  RegisterConditionalFunctions(registry);
  RegisterJsonFunctions(registry);
  RegisterMathFunctions(registry);
  RegisterRegexFunctions(registry);
  RegisterStringFunctions(registry);
  RegisterTimeFunctions(registry);
}

const FunctionRegistry& BuiltinFunctions() {
  static const FunctionRegistry* const registry = [] {
    auto* made = new FunctionRegistry;
    RegisterBuiltinFunctions(made);
    return made;
  }();
  return *registry;
}

}  // namespace millrace
