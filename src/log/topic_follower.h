// SPDX-License-Identifier: Apache-2.0
// TopicFollower: reads the topics of a store that another process may have open, such as `consume`
// beside a running `run --local`. It takes no lock and writes nothing.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "env/disk.h"
#include "log/topic_store.h"

namespace millrace {

class LogFollower;

/// Single-threaded.
class TopicFollower {
 public:
  TopicFollower(Disk* disk, std::string directory);
  ~TopicFollower();

  /// Those that are there now. MR0807: the directory is no store of topics.
  Result<std::vector<TopicInfo>> ListTopics();

  enum class Start { kEarliest, kLatest, kOffset, kTime };
  /// Where the partition's next Poll begins (the earliest without it); `value` is the offset or the
  /// time in ms. An offset that retention took means the earliest.
  Status Seek(const std::string& topic, int32_t partition, Start start, int64_t value = 0);
  /// What is there now, in whole batches: also what is not yet synced.
  Result<TopicChunk> Poll(const std::string& topic, int32_t partition, const ReadLimits& limits);

 private:
  Result<LogFollower*> Follow(const std::string& topic, int32_t partition);

  Disk* disk_;
  std::string directory_;
  std::map<std::pair<std::string, int32_t>, std::unique_ptr<LogFollower>> followers_;
};

}  // namespace millrace
