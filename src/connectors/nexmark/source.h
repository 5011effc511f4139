// SPDX-License-Identifier: Apache-2.0
// NexmarkSource: the events of the Nexmark benchmark as a table, as fast as they can be made or at
// the pace of their own time. A position is the number of events made in the split; with n splits,
// split k makes the events k, k + n, k + 2n...
#pragma once

#include <memory>

#include "connectors/connector.h"

namespace millrace {

std::unique_ptr<Connector> MakeNexmarkConnector();

}  // namespace millrace
