// SPDX-License-Identifier: Apache-2.0
// LIKE of CREATE TABLE: what a new table takes over from another one.
#pragma once

#include "plan/binding/bind_context.h"
#include "plan/table.h"
#include "sql/ast/table_definition.h"

namespace millrace {

/// Copies columns, keys, watermark and options into `table` before its own columns are added. Its
/// own options win (OVERWRITING) or must not repeat (INCLUDING). False after a diagnostic.
bool ApplyLike(BindContext* context, const sql::LikeClause& like, Table* table);

}  // namespace millrace
