// SPDX-License-Identifier: Apache-2.0
// Kafka's metadata as columns: what a record carries besides key and value.
#pragma once

#include <arrow/type_fwd.h>

#include <memory>
#include <string>
#include <vector>

#include "connectors/connector.h"
#include "env/kafka_client.h"

namespace millrace {

std::vector<MetadataColumn> KafkaMetadata();

/// One array per key, as ReadResult::metadata wants them.
Result<std::vector<std::shared_ptr<arrow::Array>>> ReadKafkaMetadata(
    const std::vector<std::string>& keys, const KafkaPartition& partition,
    const KafkaRecords& records);

/// Headers of one row of a MAP<STRING, BYTES>; views into the array.
void AppendKafkaHeaders(const arrow::Array& column, int64_t row,
                        std::vector<KafkaOutputHeader>* headers);

}  // namespace millrace
