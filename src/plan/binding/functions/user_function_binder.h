// SPDX-License-Identifier: Apache-2.0
// CREATE, ALTER and DESCRIBE FUNCTION, and which function a call means.
#pragma once

#include <optional>

#include "plan/binding/bind_context.h"
#include "plan/program.h"
#include "sql/ast/expression.h"
#include "sql/ast/inspection.h"

namespace millrace {

void BindCreateFunction(BindContext* context, const sql::CreateFunction& create);
/// `path` as of Catalog::FunctionPath; false if there is none.
bool DropFunction(BindContext* context, const std::string& path, bool temporary);
void BindAlterFunction(BindContext* context, const sql::AlterFunction& alter);
/// nullopt after a diagnostic.
std::optional<TextResult> DescribeFunction(BindContext* context, const sql::Describe& describe);

/// The user's function that a call means, as Flink resolves names: one of the system before a
/// built-in, a built-in before one of the catalog. Null: a built-in, or none.
UserFunctionPtr FindUserFunction(const BindContext& context, const sql::FunctionCall& call);

/// Whether the call means a function whose body is being bound; such a one is not in the catalog.
bool IsBeingBound(const BindContext& context, const sql::FunctionCall& call);

/// `f(x INT, y STRING)`
std::string SignatureText(const UserFunction& function);

}  // namespace millrace
