// SPDX-License-Identifier: Apache-2.0
#include "plan/record_schema.h"

namespace millrace {

Schema KeySchema(const Table& table) {
  const Schema physical = table.physical_schema();
  Schema schema;
  for (const size_t column : table.key_columns) {
    Column added = physical[column];
    if (added.name.starts_with(table.key_prefix)) added.name.erase(0, table.key_prefix.size());
    schema.Append(std::move(added));
  }
  return schema;
}

Schema ValueSchema(const Table& table) {
  const Schema physical = table.physical_schema();
  if (table.connector->record_keys() == Connector::RecordKeys::kNone) return physical;
  Schema schema;
  for (const size_t column : table.value_columns) schema.Append(physical[column]);
  return schema;
}

}  // namespace millrace
