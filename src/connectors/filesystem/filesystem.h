// SPDX-License-Identifier: Apache-2.0
// The connector `filesystem`: files of any format in a directory, read and written.
#pragma once

#include <memory>

#include "connectors/connector.h"

namespace millrace {

std::unique_ptr<Connector> MakeFilesystemConnector();

}  // namespace millrace
