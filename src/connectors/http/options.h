// SPDX-License-Identifier: Apache-2.0
// Options of the connector `http`. What concerns the door (keys, origins, deadlines) is read by it,
// from the specifications given here.
#pragma once

#include <vector>

#include "connectors/connector.h"

namespace millrace {

std::vector<OptionSpec> HttpOptions();
std::vector<OptionSpec> HttpExtraOptions();

/// MR0503 for values that cannot be used.
Status CheckHttpOptions(const TableContext& table);

}  // namespace millrace
