// SPDX-License-Identifier: Apache-2.0
// Reading Kafka: a split is a partition, its position an offset. One consumer per shard and table.
#pragma once

#include <memory>
#include <vector>

#include "connectors/connector.h"
#include "connectors/kafka/settings.h"

namespace millrace {

Result<std::unique_ptr<Source>> MakeKafkaSource(const TableContext& table, bool upsert);

}  // namespace millrace
