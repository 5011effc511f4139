// SPDX-License-Identifier: Apache-2.0
// Hints of relations, behind SELECT. BROADCAST, SHUFFLE_HASH, SHUFFLE_MERGE, NEST_LOOP and
// MULTI_JOIN(t, ..) choose how Flink joins; there is one way here, so they are checked and change
// nothing.
#pragma once

#include <string>

#include "plan/binding/bind_context.h"
#include "plan/binding/scope.h"
#include "sql/ast/identifier.h"

namespace millrace {

bool IsJoinHint(const sql::Hint& hint);
/// Its arguments must be names of relations in FROM; false after a diagnostic.
bool CheckJoinHint(BindContext* context, const sql::Hint& hint, const Scope& from);
/// False after a diagnostic if no relation of FROM has that name, or alias.
bool CheckHintedRelation(BindContext* context, const sql::Hint& hint, const std::string& name,
                         const Scope& from);

}  // namespace millrace
