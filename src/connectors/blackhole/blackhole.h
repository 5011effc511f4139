// SPDX-License-Identifier: Apache-2.0
// The connector `blackhole`: a sink that takes every row and keeps none. For benchmarks.
#pragma once

#include <memory>

#include "connectors/connector.h"

namespace millrace {

std::unique_ptr<Connector> MakeBlackholeConnector();

}  // namespace millrace
