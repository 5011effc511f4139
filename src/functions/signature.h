// SPDX-License-Identifier: Apache-2.0
// Helpers for ScalarFunction::resolve: the errors every function words alike, and small predicates.
#pragma once

#include <string_view>

#include "functions/function.h"

namespace millrace {

/// MR0301 `UPPER does not accept (INT)`, detail `accepted: UPPER(string)`.
std::unexpected<Error> NoSignature(std::string_view function, const CallSite& site,
                                   std::string_view accepted);
/// MR0302 `UPPER does not take 2 arguments`.
std::unexpected<Error> WrongArgumentCount(std::string_view function, const CallSite& site,
                                          std::string_view accepted);

/// True if an argument may be NULL: the usual nullability of a result.
bool AnyNullable(const CallSite& site);

}  // namespace millrace
