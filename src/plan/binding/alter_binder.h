// SPDX-License-Identifier: Apache-2.0
// ALTER TABLE, VIEW and MODEL. A changed table is declared anew: its columns, watermark and key are
// printed, changed and bound like a CREATE TABLE, so that what CREATE refuses ALTER refuses, too.
#pragma once

#include "plan/binding/bind_context.h"
#include "sql/ast/definition.h"

namespace millrace {

/// Each puts the changed object into the catalog, or reports.
void BindAlterTable(BindContext* context, const sql::AlterTable& alter);
void BindAlterView(BindContext* context, const sql::AlterView& alter);
void BindAlterModel(BindContext* context, const sql::AlterModel& alter);
/// Properties of a database are taken and mean nothing.
void BindAlterDatabase(BindContext* context, const sql::AlterDatabase& alter);

}  // namespace millrace
