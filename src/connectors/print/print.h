// SPDX-License-Identifier: Apache-2.0
// The connector `print`: rows as Flink's print shows them, `+I[1, a, null]`, to standard output.
#pragma once

#include <memory>

#include "connectors/connector.h"

namespace millrace {

std::unique_ptr<Connector> MakePrintConnector();

}  // namespace millrace
