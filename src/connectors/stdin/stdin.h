// SPDX-License-Identifier: Apache-2.0
// The connector `stdin`: records from standard input, as they come.
#pragma once

#include <memory>

#include "connectors/connector.h"

namespace millrace {

std::unique_ptr<Connector> MakeStdinConnector();

}  // namespace millrace
