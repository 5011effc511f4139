// SPDX-License-Identifier: Apache-2.0
// KafkaConsumer on librdkafka.
#pragma once

#include "env/kafka_client.h"

namespace millrace {

Result<std::unique_ptr<KafkaConsumer>> MakeRealKafkaConsumer(const KafkaConfig& config);

}  // namespace millrace
