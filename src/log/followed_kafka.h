// SPDX-License-Identifier: Apache-2.0
// Kafka's seam over topics that another process has open (`consume` beside a running
// `run --local`): reads what it has written, locks nothing, writes nothing. What is read may not be
// on the disk yet.
#pragma once

#include <memory>
#include <string>

#include "env/disk.h"
#include "env/kafka_client.h"

namespace millrace {

/// `directory` is that of the TopicStore. A producer cannot be made.
std::unique_ptr<KafkaClients> MakeFollowedKafkaClients(Disk* disk, std::string directory);

}  // namespace millrace
