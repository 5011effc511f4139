// SPDX-License-Identifier: Apache-2.0
// Dead letters as records of a Kafka topic, by a producer of their own.
#pragma once

#include <memory>
#include <string>

#include "connectors/letter_topic.h"

namespace millrace {

/// `table` reads or writes Kafka: its brokers are those of the topic.
Result<std::unique_ptr<LetterTopic>> MakeKafkaLetterTopic(const TableContext& table,
                                                          const std::string& topic);

}  // namespace millrace
