// SPDX-License-Identifier: Apache-2.0
// The columns of a schema as lists: what key codecs and row stores are made from.
#pragma once

#include <vector>

#include "data/schema.h"

namespace millrace {

/// 0, 1, 2 ...
std::vector<int> AllColumns(const Schema& schema);
std::vector<DataType> TypesOf(const Schema& schema);
/// Of some of the columns, in the order given.
std::vector<DataType> TypesOf(const Schema& schema, const std::vector<int>& columns);

}  // namespace millrace
