// SPDX-License-Identifier: Apache-2.0
// HttpSource: rows that were posted to /ingest and /decide, read from the embedded log. A split is
// a partition, its position the next offset. A reader is woken by the append itself, so a decision
// waits for no poll. It tells the ReplyBoard which rows were read.
#pragma once

#include <memory>

#include "connectors/connector.h"

namespace millrace {

std::unique_ptr<Connector> MakeHttpConnector();

}  // namespace millrace
