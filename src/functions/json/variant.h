// SPDX-License-Identifier: Apache-2.0
// VARIANT values. A column has their JSON text in one form per value (names sorted, no spaces,
// numbers as written by VariantNumber), so equal values have equal bytes and print shows the bytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "functions/function.h"

namespace millrace {

/// Appends the VARIANT of a JSON text; false if it is none, or repeats a name without leave. With
/// leave the last value counts.
bool AppendVariant(std::string_view json, bool may_repeat_names, std::string* out);

/// How a number is held: an integer or decimal number of at most 38 digits exactly and without
/// zeros at its end, another as the DOUBLE next to it.
std::string VariantNumber(std::string_view number);

/// The kernel of variant[index] and variant['name'].
Result<ResolvedCall> ResolveVariantItem(const CallSite& site);

void RegisterVariants(FunctionRegistry* registry);

}  // namespace millrace
