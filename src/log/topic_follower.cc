// SPDX-License-Identifier: Apache-2.0
#include "log/topic_follower.h"

#include <algorithm>

#include "log/segment/log_follower.h"
#include "log/topic/store_layout.h"
#include "log/topic/topic.h"

namespace millrace {

TopicFollower::TopicFollower(Disk* disk, std::string directory)
    : disk_(disk), directory_(std::move(directory)) {}
TopicFollower::~TopicFollower() = default;

Result<std::vector<TopicInfo>> TopicFollower::ListTopics() {
  TopicManifest manifest(disk_, TopicManifestPath(directory_));
  TRY_ASSIGN(const auto entries, manifest.Load());
  if (!entries) return UserError("MR0807", "there are no topics in '" + directory_ + "'");
  std::vector<TopicInfo> topics;
  for (const TopicEntry& entry : *entries) topics.push_back(InfoOf(entry));
  return topics;
}

Result<LogFollower*> TopicFollower::Follow(const std::string& topic, int32_t partition) {
  std::unique_ptr<LogFollower>& follower = followers_[{topic, partition}];
  if (follower != nullptr) return follower.get();
  TopicManifest manifest(disk_, TopicManifestPath(directory_));
  TRY_ASSIGN(const auto entries, manifest.Load());
  if (entries) {
    const auto entry = std::ranges::find(*entries, topic, &TopicEntry::name);
    if (entry != entries->end() && partition >= 0 && partition < entry->partitions) {
      follower = std::make_unique<LogFollower>(
          LogPlace{.disk = disk_,
                   .directory = PartitionDirectory(directory_, topic, partition),
                   .log_id = PartitionLogId(*entry, partition)});
      return follower.get();
    }
  }
  return UserError("MR0807", "there is no partition " + std::to_string(partition) +
                                 " of a topic '" + topic + "' in '" + directory_ + "'");
}

Status TopicFollower::Seek(const std::string& topic, int32_t partition, Start start,
                           int64_t value) {
  TRY_ASSIGN(LogFollower* const follower, Follow(topic, partition));
  switch (start) {
    case Start::kEarliest: follower->SeekTo(0); return OkStatus();
    case Start::kOffset: follower->SeekTo(value); return OkStatus();
    case Start::kLatest: return follower->SeekToEnd();
    case Start::kTime: return follower->SeekToTime(value);
  }
  return InternalError("an unknown start");
}

Result<TopicChunk> TopicFollower::Poll(const std::string& topic, int32_t partition,
                                       const ReadLimits& limits) {
  TRY_ASSIGN(LogFollower* const follower, Follow(topic, partition));
  TRY_ASSIGN(LogChunk read,
             follower->Poll({.bytes_max = limits.bytes_max, .records_max = limits.records_max}));
  return DecodeChunk(std::move(read));
}

}  // namespace millrace
