// SPDX-License-Identifier: Apache-2.0
// Sink `reply`: rows that answer requests. The column with metadata 'request-id' says which; the
// other columns are the answer. Rows whose id is NULL or of an earlier process answer nobody.
// Nothing is kept: an answer that a crash takes away is missed by its client alone.
#pragma once

#include <memory>

#include "connectors/connector.h"

namespace millrace {

std::unique_ptr<Connector> MakeReplyConnector();

}  // namespace millrace
