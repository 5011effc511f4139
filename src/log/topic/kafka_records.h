// SPDX-License-Identifier: Apache-2.0
// A record of a topic as Kafka's seam hands it out; for every client of that seam over a log.
#pragma once

#include "env/kafka_client.h"
#include "log/topic/topic_record.h"

namespace millrace {

/// Copies the record behind those that are there, without what the limits do not ask for.
void AppendKafkaRecord(const TopicRecordView& record, const KafkaPollLimits& limits,
                       KafkaRecords* records);

}  // namespace millrace
