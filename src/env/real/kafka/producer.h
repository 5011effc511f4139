// SPDX-License-Identifier: Apache-2.0
// KafkaProducer on librdkafka.
#pragma once

#include "env/kafka_client.h"

namespace millrace {

Result<std::unique_ptr<KafkaProducer>> MakeRealKafkaProducer(const KafkaConfig& config);

}  // namespace millrace
