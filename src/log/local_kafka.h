// SPDX-License-Identifier: Apache-2.0
// Kafka's seam over a TopicStore: what `--local` puts in the place of a broker.
//
// Partitions, keys (Java's default partitioner), headers, timestamps, groups and start modes are
// Kafka's. Topics come into being when they are first described, written or read, with
// TopicStoreSettings::default_partitions partitions. A record counts as delivered when it is on the
// disk. Transactions are those of log/local_transactions.h: a reader never sees one that did not
// happen. Properties of clients are ignored. There is one leader epoch, 0, for ever.
#pragma once

#include <memory>

#include "env/kafka_client.h"
#include "log/topic_store.h"

namespace millrace {

/// The store is not owned and outlives all clients.
std::unique_ptr<KafkaClients> MakeLocalKafkaClients(TopicStore* store);

}  // namespace millrace
