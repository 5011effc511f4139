// SPDX-License-Identifier: Apache-2.0
#include "operators/column_types.h"

#include <numeric>

namespace millrace {

std::vector<int> AllColumns(const Schema& schema) {
  std::vector<int> columns(schema.size());
  std::iota(columns.begin(), columns.end(), 0);
  return columns;
}

std::vector<DataType> TypesOf(const Schema& schema) { return TypesOf(schema, AllColumns(schema)); }

std::vector<DataType> TypesOf(const Schema& schema, const std::vector<int>& columns) {
  std::vector<DataType> types;
  types.reserve(columns.size());
  for (const int column : columns) types.push_back(schema[static_cast<size_t>(column)].type);
  return types;
}

}  // namespace millrace
