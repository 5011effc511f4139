// SPDX-License-Identifier: Apache-2.0
// Which expressions are aggregate calls, and their arguments: JSON_OBJECTAGG and JSON_ARRAYAGG have
// a syntax of their own, and their values become JSON before they are aggregated.
#pragma once

#include <memory>

#include "plan/binding/expression_binder.h"

namespace millrace {

/// The call of an aggregate without OVER that `expr` is, or null. It shares nodes with `expr`,
/// which must live as long.
std::shared_ptr<const sql::FunctionCall> AsAggregateCall(const BindContext& context,
                                                         const sql::Expr& expr);

/// Binds an argument that is no star; null after a diagnostic.
ExpressionPtr BindAggregateArgument(ExpressionBinder* binder, const sql::FunctionCall& call,
                                    size_t index);

}  // namespace millrace
