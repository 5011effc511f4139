// SPDX-License-Identifier: Apache-2.0
// Arguments of a table function by position or by name.
#pragma once

#include <string_view>
#include <vector>

#include "plan/binding/bind_context.h"
#include "sql/ast/expression.h"

namespace millrace {

/// Puts arguments into the order of `parameters` (upper case); a missing one is null. The last
/// `optional_count` may be missing. Reports MR0302/MR0317 and answers an empty vector on errors.
std::vector<const sql::Expr*> MatchArguments(BindContext* context, const sql::FunctionCall& call,
                                             const std::vector<std::string>& parameters,
                                             size_t optional_count);

}  // namespace millrace
