// SPDX-License-Identifier: Apache-2.0
// Where things lie in a topic store, for the store and for those who follow it from outside.
#pragma once

#include <string>

#include "log/segmented_log.h"
#include "log/topic/topic.h"
#include "log/topic_store.h"

namespace millrace {

std::string TopicManifestPath(const std::string& directory);
std::string TopicDirectory(const std::string& directory, const std::string& topic);
std::string PartitionDirectory(const std::string& directory, const std::string& topic,
                               int32_t partition);
uint64_t PartitionLogId(const TopicEntry& topic, int32_t partition);

TopicInfo InfoOf(const TopicEntry& entry);
/// The records in what was read of a partition's log.
Result<TopicChunk> DecodeChunk(LogChunk read);

}  // namespace millrace
