// SPDX-License-Identifier: Apache-2.0
// DatagenSource: rows made from their row number. A position is the number of rows made in the
// split; with n splits, split k makes the rows k, k + n, k + 2n...
#pragma once

#include <memory>

#include "connectors/connector.h"

namespace millrace {

Result<std::unique_ptr<Source>> MakeDatagenSource(const TableContext& table);
std::unique_ptr<Connector> MakeDatagenConnector();

}  // namespace millrace
