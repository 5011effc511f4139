// SPDX-License-Identifier: Apache-2.0
// Types as written -> DataType, with Flink's defaults and limits.
#pragma once

#include <optional>

#include "data/data_type.h"
#include "plan/binding/bind_context.h"
#include "sql/ast/type_name.h"

namespace millrace {

/// Reports MR0303 (limits), MR0401 (types that are not carried yet). NOT NULL is honoured at every
/// level.
std::optional<DataType> BindType(BindContext* context, const sql::TypeName& type);

}  // namespace millrace
