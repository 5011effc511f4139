// SPDX-License-Identifier: Apache-2.0
// SQL functions: a call is the expression of the body with the arguments in place of the
// parameters. The body is bound once at CREATE, for its errors, and again for each call, so that it
// sees what the arguments really are (constants, NOT NULL); names in it are parameters only, so it
// cannot catch columns of the caller.
#pragma once

#include "expr/expression.h"
#include "plan/binding/bind_context.h"

namespace millrace {

/// The type that the body gives with arguments of the declared types; nullopt after a diagnostic,
/// which points into the body.
std::optional<DataType> CheckSqlFunction(BindContext* context, const UserFunction& function);

/// `args` were cast to the types of the parameters. Null after a diagnostic at `span`.
ExpressionPtr ExpandSqlFunction(BindContext* context, const UserFunction& function,
                                const std::vector<ExpressionPtr>& args, Span span);

}  // namespace millrace
