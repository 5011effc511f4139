// SPDX-License-Identifier: Apache-2.0
// Walks over the direct children of an expression; subqueries are not entered.
#pragma once

#include <functional>

#include "sql/ast/expression.h"

namespace millrace::sql {

/// Calls visit for each direct sub-expression, in written order. OVER clauses are not entered.
void ForEachChild(const Expr& expr, const std::function<void(const Expr&)>& visit);

}  // namespace millrace::sql
