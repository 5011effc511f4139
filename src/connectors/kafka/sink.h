// SPDX-License-Identifier: Apache-2.0
// Writing Kafka: at least once, where an epoch ends when the brokers have acknowledged its records,
// or in the transaction of the pipeline.
#pragma once

#include <memory>

#include "connectors/connector.h"

namespace millrace {

Result<std::unique_ptr<SinkWriter>> MakeKafkaSink(const TableContext& table, bool upsert);

}  // namespace millrace
