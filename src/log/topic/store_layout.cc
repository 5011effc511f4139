// SPDX-License-Identifier: Apache-2.0
#include "log/topic/store_layout.h"

namespace millrace {

std::string TopicManifestPath(const std::string& directory) {
  return directory + "/topics.manifest";
}

std::string TopicDirectory(const std::string& directory, const std::string& topic) {
  return directory + "/topics/" + topic;
}

std::string PartitionDirectory(const std::string& directory, const std::string& topic,
                               int32_t partition) {
  return TopicDirectory(directory, topic) + "/" + std::to_string(partition);
}

uint64_t PartitionLogId(const TopicEntry& topic, int32_t partition) {
  return MixId(topic.id + static_cast<uint64_t>(partition));
}

TopicInfo InfoOf(const TopicEntry& entry) {
  return {.name = entry.name, .id = std::to_string(entry.id), .partitions = entry.partitions};
}

Result<TopicChunk> DecodeChunk(LogChunk read) {
  TopicChunk chunk;
  chunk.buffer = std::move(read.buffer);  // the views stay right: its memory moves along
  chunk.next_offset = read.next_offset;
  chunk.records.resize(read.entries.size());
  BatchIdentity identity;
  for (size_t i = 0; i < read.entries.size(); ++i) {
    TRY(DecodeTopicRecord(read.entries[i].payload, &chunk.records[i], &identity));
    chunk.records[i].offset = read.entries[i].offset;
    chunk.records[i].timestamp_ms = read.entries[i].timestamp_ms;
  }
  return chunk;
}

}  // namespace millrace
