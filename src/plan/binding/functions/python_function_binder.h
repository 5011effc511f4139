// SPDX-License-Identifier: Apache-2.0
// CREATE FUNCTION .. LANGUAGE PYTHON: the module is imported by a worker, which says what the
// function is; types come from the statement, else from @udf or the annotations of Python. The
// function itself is not called before rows come.
#pragma once

#include "expr/expression.h"
#include "functions/python/python_function.h"
#include "plan/binding/bind_context.h"

namespace millrace {

/// Fills what `function` has of Python; false after a diagnostic.
bool BindPythonFunction(BindContext* context, UserFunction* function);

/// A call of a scalar or table function, the latter's result as an ARRAY of rows. Null after a
/// diagnostic at `span`.
ExpressionPtr BindPythonCall(BindContext* context, const UserFunction& function,
                             std::vector<ExpressionPtr> args, Span span);

/// Whether a worker is needed to evaluate it: such an expression is no constant.
bool CallsPython(const Expression& expression);

}  // namespace millrace
