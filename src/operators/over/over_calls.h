// SPDX-License-Identifier: Apache-2.0
// What the aggregate calls of an OVER read, and what of them must be kept.
#pragma once

#include <algorithm>
#include <vector>

#include "data/data_type.h"
#include "plan/aggregate_call.h"

namespace millrace {

inline std::vector<DataType> TypesOf(const std::vector<DataType>& types,
                                     const std::vector<int>& columns) {
  std::vector<DataType> result;
  for (int column : columns) result.push_back(types[static_cast<size_t>(column)]);
  return result;
}

/// Where columns are among others that hold them all, ascending.
inline std::vector<size_t> PlacesOf(const std::vector<int>& columns,
                                    const std::vector<int>& among) {
  std::vector<size_t> places;
  for (int column : columns) {
    const auto place = std::lower_bound(among.begin(), among.end(), column);
    places.push_back(static_cast<size_t>(place - among.begin()));
  }
  return places;
}

/// The distinct columns that the calls read, ascending.
inline std::vector<int> ColumnsOf(const std::vector<AggregateCall>& calls) {
  std::vector<int> columns;
  for (const AggregateCall& call : calls) {
    columns.insert(columns.end(), call.args.begin(), call.args.end());
    if (call.filter >= 0) columns.push_back(call.filter);
  }
  std::sort(columns.begin(), columns.end());
  columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
  return columns;
}

inline bool IsNested(const DataType& type) {
  return type.kind() == TypeKind::kArray || type.kind() == TypeKind::kMap ||
         type.kind() == TypeKind::kMultiset || type.kind() == TypeKind::kRow;
}

}  // namespace millrace
