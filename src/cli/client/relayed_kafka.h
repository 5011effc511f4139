// SPDX-License-Identifier: Apache-2.0
// Kafka's seam over the listener of a program that runs with --local: what is produced is posted to
// it, since only one process may write its log. Reading is not done this way
// (log/followed_kafka.h).
#pragma once

#include <memory>

#include "cli/client/door_client.h"
#include "env/kafka_client.h"

namespace millrace {

/// Calls wait for the listener's answer, so this is for commands, not for pipelines that run.
std::unique_ptr<KafkaClients> MakeRelayedKafkaClients(DoorClient client);

}  // namespace millrace
