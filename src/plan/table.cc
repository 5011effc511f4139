// SPDX-License-Identifier: Apache-2.0
#include "plan/table.h"

namespace millrace {

Schema Table::read_schema() const {
  Schema schema;
  for (const TableColumn& column : columns) schema.Append({column.name, column.type});
  return schema;
}

Schema Table::write_schema() const {
  Schema schema;
  for (const TableColumn& column : columns) {
    if (column.kind == TableColumn::Kind::kComputed || column.is_virtual) continue;
    schema.Append({column.name, column.type.WithTimeAttribute(TimeAttribute::kNone)});
  }
  return schema;
}

Schema Table::physical_schema() const {
  Schema schema;
  for (const TableColumn& column : columns) {
    if (column.kind != TableColumn::Kind::kPhysical) continue;
    schema.Append({column.name, column.type.WithTimeAttribute(TimeAttribute::kNone)});
  }
  return schema;
}

std::vector<std::string> Table::metadata_keys(bool for_write) const {
  std::vector<std::string> keys;
  for (const TableColumn& column : columns) {
    if (column.kind != TableColumn::Kind::kMetadata) continue;
    if (for_write && column.is_virtual) continue;
    keys.push_back(column.metadata_key);
  }
  return keys;
}

}  // namespace millrace
