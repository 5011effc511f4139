// SPDX-License-Identifier: Apache-2.0
// KafkaTransactionalProducer on librdkafka.
#pragma once

#include "env/kafka_transactions.h"

namespace millrace {

Result<std::unique_ptr<KafkaTransactionalProducer>> MakeRealKafkaTransactionalProducer(
    const KafkaTransactionConfig& config);

}  // namespace millrace
