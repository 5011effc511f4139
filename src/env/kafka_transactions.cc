// SPDX-License-Identifier: Apache-2.0
#include "env/kafka_transactions.h"

namespace millrace {

Result<std::unique_ptr<KafkaTransactionalProducer>> KafkaClients::MakeTransactionalProducer(
    const KafkaTransactionConfig&) {
  return UserError("MR0503", "these Kafka clients know no transactions", {},
                   "use 'sink.delivery-guarantee' = 'at-least-once'");
}

}  // namespace millrace
