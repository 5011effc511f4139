// SPDX-License-Identifier: Apache-2.0
// Topic: a topic that is open. Users of the store share it, so one that is deleted meanwhile stays
// usable for those who have it.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "log/topic/topic_partition.h"

namespace millrace {

/// What the manifest knows of a topic.
struct TopicEntry {
  std::string name;
  uint64_t id = 0;
  int32_t partitions = 0;
};

/// Letters, digits, '.', '_', '-', at most 249, and neither "." nor "..".
bool IsTopicName(std::string_view name);

/// Thread-safe.
struct Topic {
  TopicEntry entry;
  std::vector<std::unique_ptr<TopicPartition>> partitions;
  std::atomic<uint32_t> turn = 0;  // of batches without a key

  uint64_t AddListener(std::function<void()> listener);
  void RemoveListener(uint64_t id);
  void Notify();

 private:
  std::mutex mutex_;
  uint64_t next_listener_ = 1;
  std::map<uint64_t, std::function<void()>> listeners_;
};

/// The list of topics, replaced atomically.
class TopicManifest {
 public:
  TopicManifest(Disk* disk, std::string path) : disk_(disk), path_(std::move(path)) {}

  /// nullopt: there is none yet.
  Result<std::optional<std::vector<TopicEntry>>> Load();
  Status Store(const std::vector<TopicEntry>& topics);
  /// For a new topic; no two of one store have the same.
  uint64_t NextId(std::string_view name, int64_t now_ms);

 private:
  Disk* disk_;
  std::string path_;
  uint64_t serial_ = 0;  // topics ever made
};

/// Spreads an id over all bits, so that neighbours have nothing in common.
uint64_t MixId(uint64_t id);

}  // namespace millrace
