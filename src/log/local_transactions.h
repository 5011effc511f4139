// SPDX-License-Identifier: Apache-2.0
// Transactions over a TopicStore, so that `--local` topics obey epochs: records are appended to
// their topics after the decision, each once.
//
// Every transactional id has a topic of its own, `__transactions.<id>`, with one partition. Records
// of an open transaction are appended there, unsynced; a commit is one more record with the mark
// and the offset at which the transaction began. Once that is durable the transaction has happened:
// its records are copied to their topics, each batch with a producer id and a sequence (the offset
// here of its last record) by which the topic knows a repeat. The commit is over when the copies
// are durable, so a start has to copy at most the last transaction again. What lies behind the last
// commit at a start never happened.
#pragma once

#include <memory>

#include "env/kafka_transactions.h"
#include "log/topic_store.h"

namespace millrace {

/// The store is not owned and outlives the producer. One producer of an id at a time.
Result<std::unique_ptr<KafkaTransactionalProducer>> MakeLocalTransactionalProducer(
    TopicStore* store, const KafkaTransactionConfig& config);

/// Topics that belong to the log itself.
bool IsInternalTopic(std::string_view topic);

}  // namespace millrace
