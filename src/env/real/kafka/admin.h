// SPDX-License-Identifier: Apache-2.0
// KafkaAdmin on librdkafka.
#pragma once

#include "env/kafka_client.h"

namespace millrace {

Result<std::unique_ptr<KafkaAdmin>> MakeRealKafkaAdmin(const KafkaConfig& config);

}  // namespace millrace
