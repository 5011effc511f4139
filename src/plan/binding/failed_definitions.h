// SPDX-License-Identifier: Apache-2.0
// Names whose CREATE statement has an error that was reported: using them is no second error.
#pragma once

#include <string_view>

#include "plan/binding/bind_context.h"
#include "sql/ast/statement.h"

namespace millrace {

/// Of the statements that could not be parsed, found by their text before the places of `errors`.
void NoteUnparsedDefinitions(std::string_view text, const DiagnosticList& errors, Catalog* catalog);

/// To be called after a statement was bound: a definition that is not in the catalog has failed.
void NoteFailedDefinition(const sql::Statement& statement, Catalog* catalog);

}  // namespace millrace
