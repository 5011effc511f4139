// SPDX-License-Identifier: Apache-2.0
// What the key and the value of a message of a table hold: 'key.fields', 'key.fields-prefix' and
// 'value.fields-include' applied.
#pragma once

#include "plan/table.h"

namespace millrace {

/// Columns of the key in its order, without the prefix of their names.
Schema KeySchema(const Table& table);
/// Columns of the value. For tables without keys all physical ones.
Schema ValueSchema(const Table& table);

}  // namespace millrace
