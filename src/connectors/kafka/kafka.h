// SPDX-License-Identifier: Apache-2.0
// The connectors `kafka` and `upsert-kafka`.
#pragma once

#include <memory>

#include "connectors/connector.h"

namespace millrace {

std::unique_ptr<Connector> MakeKafkaConnector();
std::unique_ptr<Connector> MakeUpsertKafkaConnector();

}  // namespace millrace
