// SPDX-License-Identifier: Apache-2.0
// Arguments of a table function by position or by name, and what windows take.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plan/binding/bind_context.h"
#include "plan/nodes/stateless_nodes.h"
#include "sql/ast/expression.h"

namespace millrace {

/// Puts arguments into the order of `parameters` (upper case); a missing one is null. The last
/// `optional_count` may be missing. Reports MR0302/MR0317 and answers an empty vector on errors.
std::vector<const sql::Expr*> MatchArguments(BindContext* context, const sql::FunctionCall& call,
                                             const std::vector<std::string>& parameters,
                                             size_t optional_count);

/// A day-time interval constant in milliseconds; nullopt after a diagnostic.
std::optional<int64_t> BindWindowLength(BindContext* context, const sql::Expr& expr, bool positive);
/// The size of HOP and CUMULATE is a multiple of the slide; `usage` says how the call is written.
bool CheckMultiple(BindContext* context, const WindowSpec& spec, const sql::FunctionCall& call,
                   std::string_view usage);
void ReportNoTimeAttribute(BindContext* context, const std::string& name, const DataType& type,
                           Span span);

}  // namespace millrace
