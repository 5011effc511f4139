// SPDX-License-Identifier: Apache-2.0
// LOOKUP('table' = 't', ..): how rows of a table are looked up. Ours are in memory, so it is
// checked and changes nothing.
#pragma once

#include "plan/binding/bind_context.h"
#include "plan/binding/scope.h"
#include "sql/ast/identifier.h"

namespace millrace {

/// Reports what is wrong with the hint, as far as it can be told without FROM.
bool CheckLookupHint(BindContext* context, const sql::Hint& hint);
/// Its table must be one of FROM.
bool CheckLookupTable(BindContext* context, const sql::Hint& hint, const Scope& from);

}  // namespace millrace
